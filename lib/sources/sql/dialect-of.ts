/** The databases whose ways are known here, as Kysely calls them. */
export type Dialect = 'postgres' | 'mysql' | 'sqlite'

const DIALECTS: ReadonlyMap<string, Dialect> = new Map([['PostgresAdapter', 'postgres'], ['SqliteAdapter', 'sqlite'], ['MysqlAdapter', 'mysql']])

/** Which database an adapter of Kysely's speaks to; `null` for another. By the name of its class: dialects of others take these from their own copy of Kysely, or extend them. */
export function dialectOf (adapter: object): Dialect | null {
  for (let prototype: unknown = Object.getPrototypeOf(adapter); prototype !== null; prototype = Object.getPrototypeOf(prototype)) {
    const dialect = DIALECTS.get((prototype as object).constructor.name)
    if (dialect !== undefined) {
      return dialect
    }
  }
  return null
}
