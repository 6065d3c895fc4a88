import type { MysqlPool, MysqlPoolConnection } from 'kysely'
import type { Pool, PoolConnection, SslOptions } from 'mysql2'
import type { Address } from './parse-database-url.js'
import type { PoolSettings } from './pool-settings.js'
import type { Milliseconds, Seconds } from '../../../types/units.js'

type Done<T> = (error: unknown, value: T) => void

/** What comes with an error. */
const NOTHING = undefined as never

/** A pool of connections to MySQL or MariaDB that gives up those that are no good any more, and whoever waits for one too long. */
export async function createMysqlPool ({ host, port, user, password, database }: Address, settings: PoolSettings): Promise<MysqlPool> {
  const { default: mysql } = await import('mysql2')
  const { maxConnections, acquireTimeoutMs, idleSeconds, tls } = settings
  const place = host.startsWith('/') ? { socketPath: host } : { host, port }
  const pool = mysql.createPool({
    ...place,
    ...user !== undefined && { user },
    ...password !== undefined && { password },
    ...database !== undefined && { database },
    // Without the second word the driver does not compare the name in the certificate.
    ...tls !== false && { ssl: { verifyIdentity: true, ...tls } as SslOptions },
    charset: 'utf8mb4',
    connectionLimit: maxConnections,
    maxIdle: Math.max(1, maxConnections - 1),
    idleTimeout: idleSeconds * 1000,
    connectTimeout: acquireTimeoutMs,
    enableKeepAlive: true
  })
  return guard(pool, settings)
}

function guard (pool: Pool, { acquireTimeoutMs, queryTimeoutMs, maxAgeSeconds }: PoolSettings): MysqlPool {
  const bornAtMs = new WeakMap<PoolConnection, number>()

  function getConnection (done: (error: unknown, connection: MysqlPoolConnection) => void): void {
    const finish = once(acquireTimeoutMs, done)
    pool.getConnection(function receive (error: unknown, connection) {
      if (error !== null) {
        finish(error, NOTHING)
        return
      }
      bornAtMs.set(connection, bornAtMs.get(connection) ?? Date.now())
      const isOld = () => isOlder(bornAtMs.get(connection) as number, maxAgeSeconds)
      const taken = finish(null, new GuardedConnection(connection, queryTimeoutMs, isOld) as unknown as MysqlPoolConnection)
      if (!taken) {
        connection.release()
      }
    })
  }

  return { getConnection, end: done => pool.end(done) }
}

/** A connection that goes back to its pool only while it is known to be idle, and young enough. */
class GuardedConnection {
  readonly #connection: PoolConnection
  readonly #timeoutMs: Milliseconds
  readonly #isOld: () => boolean
  #broken: unknown = null

  constructor (connection: PoolConnection, timeoutMs: Milliseconds, isOld: () => boolean) {
    this.#connection = connection
    this.#timeoutMs = timeoutMs
    this.#isOld = isOld
  }

  query (text: string, parameters: never[], done: Done<unknown>): void {
    if (this.#broken !== null) {
      done(this.#broken, NOTHING)
      return
    }
    const receive = once<unknown>(this.#timeoutMs, (error, result) => {
      if (error !== null && !isAnswer(error)) {
        this.#broken = error
      }
      done(error, result)
    })
    if (parameters.length === 0) {
      this.#connection.query(text, receive)
    } else {
      // Prepared by the server: what the driver writes into a query itself is safe in some modes of the server only.
      this.#connection.execute(text, parameters, receive)
    }
  }

  release (): void {
    if (this.#broken === null && !this.#isOld()) {
      this.#connection.release()
    } else {
      this.#connection.destroy()
    }
  }
}

/** Hands on the first of an answer and a timeout. Whether it was this call that did. */
function once<T> (timeoutMs: Milliseconds, done: Done<T>): (error: unknown, value: T) => boolean {
  let isOver = false
  const timer = setTimeout(function expire () { finish(new DatabaseTimeout('the database took too long'), NOTHING) }, timeoutMs)

  function finish (error: unknown, value: T): boolean {
    if (isOver) {
      return false
    }
    isOver = true
    clearTimeout(timer)
    done(error, value)
    return true
  }

  return finish
}

/** Whether the server has said it itself, and is there for the next query. */
function isAnswer (error: unknown): boolean {
  const { errno, fatal } = error as { readonly errno?: unknown, readonly fatal?: unknown }
  return typeof errno === 'number' && errno > 0 && fatal !== true
}

function isOlder (bornAtMs: number, maxAgeSeconds: Seconds | null): boolean {
  return maxAgeSeconds !== null && Date.now() - bornAtMs > maxAgeSeconds * 1000
}

class DatabaseTimeout extends Error {
  override readonly name = 'DatabaseTimeout'
}
