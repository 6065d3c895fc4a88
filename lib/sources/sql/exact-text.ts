import { sql } from 'kysely'

import { dialectOf } from './dialect-of.js'

import type { Kysely, RawBuilder } from 'kysely'

/** Makes the type of a column of text. */
export type ToTextType = (length: number) => RawBuilder<unknown>

/**
 * The type of texts that are compared code point by code point, blanks at the end included, in the words of the database.
 * @throws Error for a database that is not known: what its collations take for the same is not known either
 */
export async function toExactText (db: Kysely<never>): Promise<ToTextType> {
  switch (dialectOf(db.getExecutor().adapter)) {
    case 'postgres': return length => sql`${sql.raw(`varchar(${length})`)} collate "C"`
    case 'sqlite': return length => sql`${sql.raw(`varchar(${length})`)} collate binary`
    case 'mysql': {
      const collation = await findMysqlCollation(db)
      return length => sql.raw(`varchar(${length}) character set utf8mb4 collate ${collation}`)
    }
    default: throw new Error('the migrations of fastify-gatekeeper are for PostgreSQL, MySQL, MariaDB and SQLite')
  }
}

/** Of the two servers each has a binary collation that counts blanks at the end, under a name of its own. */
async function findMysqlCollation (db: Kysely<never>): Promise<string> {
  const { rows } = await sql<{ readonly version: string }>`select version() as version`.execute(db)
  return /mariadb/i.test(String(rows[0]?.version)) ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin'
}
