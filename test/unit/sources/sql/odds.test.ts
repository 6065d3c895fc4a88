import t from 'tap'

import { createIdentity } from '../../../fixtures/create-identity.js'
import { createContext } from '../../../fixtures/provider-context.js'
import { sqlite } from '../../../fixtures/databases/sqlite.js'
import { migrate, migrations, sqlProfile } from '../../../../lib/sources/sql/index.js'
import { toExactText } from '../../../../lib/sources/sql/exact-text.js'

import type { Kysely } from 'kysely'

t.test('what the migrations made is undone', async t => {
  const { db } = await sqlite.open(t)
  await migrate(db)
  for (const { down } of Object.values(migrations)) await down?.(db as unknown as Kysely<never>)
  t.strictSame((await db.introspection.getTables()).map(({ name }) => name), ['gatekeeper_migrations', 'gatekeeper_migrations_lock'])
})

t.test('a database whose collations are not known is not migrated', async t => {
  await t.rejects(toExactText({ getExecutor: () => ({ adapter: {} }) } as never), /PostgreSQL, MySQL, MariaDB and SQLite/)
})

t.test('dates and large numbers of a profile are texts', async t => {
  const { db } = await sqlite.open(t)
  await db.schema.createTable('people').addColumn('subject', 'varchar(255)').addColumn('born', 'varchar(255)').addColumn('size', 'integer').execute()
  await db.insertInto('people').values({ subject: 'alice', born: null, size: null }).execute()
  const typed = db.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => ({ ...result, rows: result.rows.map(row => ({ ...row, c0: new Date(0), c1: 2n ** 60n })) })
  })
  const { fetchProfile } = sqlProfile({ db: typed, table: 'people', issuer: 'https://issuer.example', columns: ['born', 'size'] })
  t.strictSame(await fetchProfile(createIdentity(), createContext()), { born: '1970-01-01T00:00:00.000Z', size: '1152921504606846976' })
})
