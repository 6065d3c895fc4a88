import type { Kysely } from 'kysely'

/** A Kysely instance as queries are written here: with tables that only its user knows. */
export type Database = Kysely<Record<string, Record<string, unknown>>>

/** A Kysely instance of the app's own, whatever its tables: what all of them have. */
export interface KyselyInstance {
  selectFrom (...args: never): unknown
  getExecutor (): { readonly adapter: object }
  destroy (): Promise<void>
}

/** The instance with any tables. Names of tables and columns come from options, values of theirs are looked at before they count. */
export function toDatabase (db: KyselyInstance): Database {
  return db as unknown as Database
}
