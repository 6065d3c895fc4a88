import t from 'tap'

import { createIdentity } from '../../../fixtures/create-identity.js'
import { createContext } from '../../../fixtures/provider-context.js'
import { sqlite } from '../../../fixtures/databases/sqlite.js'
import { migrate, migrations, sqlApiKeys, sqlFromEnv, sqlProfile } from '../../../../lib/sources/sql/index.js'
import { isSame } from '../../../../lib/sources/sql/is-same.js'
import { parseDatabaseUrl } from '../../../../lib/sources/sql/parse-database-url.js'
import { toPoolSettings } from '../../../../lib/sources/sql/pool-settings.js'
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

t.test('a number is its digits, and nothing else is a text', async t => {
  for (const [value, text] of [['7', '7'], [7, '7'], [7n, '7'], [2n ** 60n, '1152921504606846976']] as const) t.equal(isSame(value, text), true)
  for (const [value, text] of [['7 ', '7'], ['A', 'a'], [7.5, '7.5'], [2 ** 60, String(2 ** 60)], [true, 'true'], [null, null], [null, 'null'], [undefined, 'undefined'], ['', null]] as const) {
    t.equal(isSame(value, text), false, String(value))
  }
})

t.test('lists of an API key may be lists in the database', async t => {
  const { db } = await sqlite.open(t)
  await db.schema.createTable('kept').addColumn('digest', 'varchar(64)').addColumn('owner', 'varchar(255)').addColumn('scopes', 'varchar(255)').addColumn('revoked', 'integer').execute()
  const digest = 'a'.repeat(64)
  await db.insertInto('kept').values({ digest, owner: 'alice', scopes: '[]', revoked: 0 }).execute()
  const typed = db.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => ({ ...result, rows: result.rows.map(row => ({ ...row, c4: ['read'] })) })
  })
  const columns = { kind: null, name: null, groups: null, roles: null, permissions: null, expiresAt: null }
  t.match(await sqlApiKeys({ db: typed, table: 'kept', columns }).findByDigest(digest), { owner: 'alice', scopes: ['read'], revoked: false })
})

t.test('a pool is encrypted as its options say, or else its address', async t => {
  t.strictSame([toPoolSettings({}, true).tls, toPoolSettings({ tls: true }, false).tls, toPoolSettings({ tls: false }, true).tls], [{}, {}, false])
  t.strictSame(toPoolSettings({ tls: { servername: 'db.example' } }, false).tls, { servername: 'db.example' })
})

t.test('an address without a host is one on this machine', async t => {
  t.match(parseDatabaseUrl('postgresql:///app', 'the address'), { host: 'localhost', port: 5432, database: 'app' })
})

t.test('a pool has the size that the environment says, and no more where nothing may overflow', async t => {
  for (const more of [{}, { AUTHZ_MAX_OVERFLOW: '5' }, { AUTHZ_MAX_OVERFLOW: '-1' }]) {
    const db = sqlFromEnv({ AUTHZ_SQLALCHEMY_DATABASE_URI: 'postgresql+asyncpg://app@localhost/app', AUTHZ_POOL_SIZE: '3', ...more })
    t.type(db.selectFrom, 'function')
    await db.destroy()
  }
})
