import { sql } from 'kysely'

import type { Kysely, RawBuilder } from 'kysely'

/** Makes the type of a column of text. */
export type ToTextType = (length: number) => RawBuilder<unknown>

/**
 * The type of texts that are compared code point by code point, blanks at the end included, in the words of the database.
 * @throws Error for a database that is not known: what its collations take for the same is not known either
 */
export async function toExactText (db: Kysely<never>): Promise<ToTextType> {
  switch (dialectOf(db.getExecutor().adapter)) {
    case 'PostgresAdapter': return length => sql`${sql.raw(`varchar(${length})`)} collate "C"`
    case 'SqliteAdapter': return length => sql`${sql.raw(`varchar(${length})`)} collate binary`
    case 'MysqlAdapter': {
      const collation = await findMysqlCollation(db)
      return length => sql.raw(`varchar(${length}) character set utf8mb4 collate ${collation}`)
    }
    default: throw new Error('the migrations of fastify-gatekeeper are for PostgreSQL, MySQL, MariaDB and SQLite')
  }
}

/** By the name of the class: dialects of others take these from their own copy of Kysely, or extend them. */
function dialectOf (adapter: object): string | undefined {
  const names: string[] = []
  for (let prototype: unknown = Object.getPrototypeOf(adapter); prototype !== null; prototype = Object.getPrototypeOf(prototype)) {
    names.push((prototype as object).constructor.name)
  }
  return names.find(name => /^(?:Postgres|Sqlite|Mysql)Adapter$/.test(name))
}

/** Of the two servers each has a binary collation that counts blanks at the end, under a name of its own. */
async function findMysqlCollation (db: Kysely<never>): Promise<string> {
  const { rows } = await sql<{ readonly version: string }>`select version() as version`.execute(db)
  return /mariadb/i.test(String(rows[0]?.version)) ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin'
}
