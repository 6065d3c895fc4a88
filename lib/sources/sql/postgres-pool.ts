import { within } from '../../util/within.js'

import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import type { Pool, PoolClient } from 'pg'
import type { Address } from './parse-database-url.js'
import type { PoolSettings } from './pool-settings.js'
import type { Milliseconds } from '../../../types/units.js'

/** A pool of connections to PostgreSQL that gives up those that are no good any more. */
export async function createPostgresPool ({ host, port, user, password, database }: Address, settings: PoolSettings): Promise<PostgresPool> {
  const { default: pg } = await import('pg')
  const { maxConnections, acquireTimeoutMs, queryTimeoutMs, idleSeconds, maxAgeSeconds, tls } = settings
  const pool = new pg.Pool({
    host,
    port,
    user,
    password,
    database,
    ssl: tls,
    max: maxConnections,
    connectionTimeoutMillis: acquireTimeoutMs,
    idleTimeoutMillis: idleSeconds * 1000,
    maxLifetimeSeconds: maxAgeSeconds ?? 0,
    keepAlive: true,
    allowExitOnIdle: true
  })
  // A connection that ends between two queries says so in an event, which would end the process if nobody listened. The next query notices by itself.
  pool.on('error', ignore)
  pool.on('connect', client => { client.on('error', ignore) })
  return guard(pool, queryTimeoutMs)
}

function guard (pool: Pool, queryTimeoutMs: Milliseconds): PostgresPool {
  return {
    connect: async () => new GuardedClient(await pool.connect(), queryTimeoutMs) as unknown as PostgresPoolClient,
    end: () => pool.end()
  }
}

/**
 * A connection that goes back to its pool only while it is known to be idle: after a query that took too long, the next one would wait behind it; after one
 * that broke off, it would fail.
 */
class GuardedClient {
  readonly #client: PoolClient
  readonly #timeoutMs: Milliseconds
  #broken: unknown = null

  constructor (client: PoolClient, timeoutMs: Milliseconds) {
    this.#client = client
    this.#timeoutMs = timeoutMs
  }

  async query (text: string, parameters: unknown[]): Promise<PostgresQueryResult<unknown>> {
    if (this.#broken !== null) {
      throw this.#broken
    }
    try {
      return await within(this.#client.query(text, parameters), this.#timeoutMs, toTimeout) as unknown as PostgresQueryResult<unknown>
    } catch (error) {
      if (!isAnswer(error)) {
        this.#broken = error
      }
      throw error
    }
  }

  release (): void {
    this.#client.release(this.#broken !== null)
  }
}

/** Whether the server has said it itself, and is there for the next query. */
function isAnswer (error: unknown): boolean {
  return (error as { readonly severity?: unknown }).severity === 'ERROR'
}

function ignore (): void {}

function toTimeout (): Error {
  return new QueryTimeout('a query took too long')
}

class QueryTimeout extends Error {
  override readonly name = 'QueryTimeout'
}
