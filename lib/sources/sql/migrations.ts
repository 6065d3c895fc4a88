import { sql } from 'kysely'

import { toExactText } from './exact-text.js'
import { LINK_TABLES, TABLES, USER_TABLES } from './tables.js'

import type { CreateTableBuilder, Kysely, Migration } from 'kysely'
import type { ToTextType } from './exact-text.js'

/** What is made of the database, step by step, for Kysely's `Migrator`; `migrate(db)` takes them all. */
export const migrations: Readonly<Record<string, Migration>> = Object.freeze({ '2026-11-first-tables': Object.freeze({ up, down }) })

type Table = CreateTableBuilder<string, string>

async function up (db: Kysely<never>): Promise<void> {
  const text = await toExactText(db)
  for (const name of USER_TABLES) {
    await addUser(create(db, name), text)
      .addColumn('name', text(128), column => column.notNull())
      .addColumn('expires_at', 'bigint')
      .addPrimaryKeyConstraint(`${name}_key`, ['issuer', 'subject', 'tenant', 'name'])
      .execute()
    await db.schema.createIndex(`${name}_name`).on(name).columns(['name', 'tenant']).execute()
  }
  for (const name of LINK_TABLES) {
    await create(db, name)
      .addColumn('tenant', text(128), column => column.notNull().defaultTo(''))
      .addColumn('holder', text(128), column => column.notNull())
      .addColumn('name', text(128), column => column.notNull())
      .addPrimaryKeyConstraint(`${name}_key`, ['holder', 'tenant', 'name'])
      .execute()
  }
  await createRecords(db, text)
}

function addUser (table: Table, text: ToTextType): Table {
  return table
    .addColumn('issuer', text(255), column => column.notNull())
    .addColumn('subject', text(255), column => column.notNull())
    .addColumn('tenant', text(128), column => column.notNull().defaultTo(''))
}

async function createRecords (db: Kysely<never>, text: ToTextType): Promise<void> {
  await create(db, TABLES.credentials)
    .addColumn('username', text(255), column => column.notNull().primaryKey())
    .addColumn('id', text(255), column => column.notNull().unique())
    .addColumn('password_hash', text(500), column => column.notNull())
    .addColumn('display_name', 'varchar(255)')
    .addColumn('email', 'varchar(320)')
    .execute()
  await ['scopes', 'group_names', 'role_names', 'permission_names'].reduce((table, column) => table.addColumn(column, 'text'), create(db, TABLES.apiKeys)
    .addColumn('digest', text(64), column => column.notNull().primaryKey())
    .addColumn('owner', text(255), column => column.notNull())
    .addColumn('kind', 'varchar(16)')
    .addColumn('display_name', 'varchar(255)'))
    .addColumn('expires_at', 'bigint')
    .addColumn('revoked', 'smallint', column => column.notNull().defaultTo(sql`0`))
    .execute()
}

async function down (db: Kysely<never>): Promise<void> {
  for (const name of Object.values(TABLES)) {
    await db.schema.dropTable(name).ifExists().execute()
  }
}

/** A database without transactions for such changes goes on where it was interrupted. */
function create (db: Kysely<never>, name: string): Table {
  return db.schema.createTable(name).ifNotExists()
}
