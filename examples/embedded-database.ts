import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'

/** A PostgreSQL of this process. */
export interface EmbeddedDatabase {
  readonly port: number
  /** For `connect`, here and in other processes. */
  readonly url: string
  close (): Promise<void>
}

/** The address of a database that another process may have started. */
export function toDatabaseUrl (port: number): string {
  return `postgresql://postgres@127.0.0.1:${port}/postgres`
}

/**
 * Starts PostgreSQL inside this process. Its data is in memory, and gone when it is closed. It asks nobody for a password, so it listens on loopback only.
 *
 * @param port 0: any that is free
 */
export async function startDatabase (port: number): Promise<EmbeddedDatabase> {
  const database = await PGlite.create()
  const server = new PGLiteSocketServer({ db: database, host: '127.0.0.1', port, maxConnections: 20 })
  try {
    await server.start()
  } catch (error) {
    await database.close()
    throw (error as { readonly code?: string }).code === 'EADDRINUSE' ? new Error(`Port ${port} of 127.0.0.1 is taken. With DATABASE_PORT=${port + 1} the database listens elsewhere.`) : error
  }
  const used = Number(server.getServerConn().split(':').pop())

  async function close (): Promise<void> {
    await server.stop()
    await database.close()
  }

  return { port: used, url: toDatabaseUrl(used), close }
}
