import { sql } from 'kysely'

import type { RawBuilder, SqlBool } from 'kysely'
import type { Dialect } from '../dialect-of.js'

/**
 * The condition that a column holds exactly this text, code point by code point. First it is compared as the column has it: that finds rows by an index, and
 * perhaps too many of them.
 */
export function exactly (dialect: Dialect, name: string, text: string): RawBuilder<SqlBool> {
  const column = sql.id(name)
  switch (dialect) {
    case 'postgres': return sql`(${column} = ${text} and cast(${column} as text) collate "C" = ${text})`
    case 'sqlite': return sql`(${column} = ${text} and cast(${column} as text) = ${text} collate binary)`
    case 'mysql': return sql`(${column} = ${text} and cast(convert(${column} using utf8mb4) as binary) = cast(convert(${text} using utf8mb4) as binary))`
  }
}
