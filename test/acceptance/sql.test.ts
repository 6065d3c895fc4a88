// Line A31 of docs/from-python.md.
import t from 'tap'

import { collectLog } from '../fixtures/collect-log.js'
import { sqlite } from '../fixtures/databases/sqlite.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { currentUser } from '../../lib/index.js'
import { connect, sqlGroups, sqlPermissions } from '../../lib/sources/sql/index.js'

t.test('A31: look-up by the configured claim or by the subject; no rows, several rows; a failing database fails; a missing claim is named; connected when first asked', async t => {
  const { db } = await sqlite.open(t)
  for (const [table, column] of [['authz_groups', 'group'], ['authz_permissions', 'permission']] as const) {
    await db.schema.createTable(table).addColumn('id', 'varchar(27)', column => column.primaryKey()).addColumn('username', 'varchar(500)', column => column.notNull()).addColumn(column, 'varchar(100)', column => column.notNull()).execute()
    await db.insertInto(table).values(['a', 'b'].map(name => ({ id: name, username: 'alice', [column]: name }))).execute()
  }
  const issuer = handIssuer()
  const log = collectLog()
  const place = { db, userColumn: 'username', issuer: issuer.url }
  const app = await openApp(t, {
    jwtProvider: issuer.provider(),
    groupsProvider: sqlGroups({ ...place, table: 'authz_groups', nameColumn: 'group' }),
    permissionsProvider: sqlPermissions({ ...place, table: 'authz_permissions', nameColumn: 'permission', subject: 'username' })
  }, function declare (app) {
    app.get('/groups', async request => await currentUser(request).groups())
    app.get('/permissions', async request => await currentUser(request).permissions())
  }, { logger: log.logger })
  const ask = async (url: string, claims: Readonly<Record<string, unknown>>) => (await app.inject({ url, headers: bearer(issuer.token(claims)) })).json()

  t.strictSame(await ask('/groups', { sub: 'alice' }), ['a', 'b'])
  t.strictSame(await ask('/groups', { sub: 'bob' }), [])
  t.strictSame(await ask('/permissions', { sub: '7', username: 'alice' }), ['a', 'b'])
  t.strictSame(await ask('/permissions', { sub: 'alice', username: 'bob' }), [])
  t.match(await ask('/permissions', { sub: 'alice' }), { statusCode: 503, code: 'AUTH_ENTITLEMENTS_UNAVAILABLE' })
  t.ok(log.lines.some(line => line['expected'] === 'username'))
  await db.schema.dropTable('authz_groups').execute()
  t.match(await ask('/groups', { sub: 'alice' }), { statusCode: 503, code: 'AUTH_ENTITLEMENTS_UNAVAILABLE' })
  // Nobody listens there: whoever connected at once would fail at once.
  const idle = connect('postgresql://app@127.0.0.1:9/app')
  await t.resolves(idle.destroy())
})
