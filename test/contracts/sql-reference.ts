import t from 'tap'

import { run } from '../fixtures/databases/server.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { currentUser, requireGroups, requirePermissions } from '../../lib/index.js'
import { sqlFromEnv, sqlGroups, sqlPermissions } from '../../lib/sources/sql/index.js'

import type { DatabaseKind, OpenDatabase } from '../fixtures/databases/server.js'

/** The tables of Python's package, in the words that SQLAlchemy makes of them: keys of 27 characters, users of 500, names of 100, and an index on what is a key already. */
function tablesOf (quote: string): readonly string[] {
  return [['authz_groups', `${quote}group${quote}`], ['authz_permissions', 'permission']].flatMap(([table = '', column = '']) => [
    `create table ${table} (id varchar(27) not null, username varchar(500) not null, ${column} varchar(100) not null, primary key (id))`,
    `create index ix_${table}_id on ${table} (id)`
  ])
}

/** A database of Python's package, with the collations that the server gives it, serves by options alone; where it has an address, by that in the environment. */
export function proveReferenceTables (kind: DatabaseKind, { db, url }: OpenDatabase): void {
  t.test(`${kind.name} serves a database of Python's package by configuration alone`, async t => {
    for (const statement of tablesOf(kind.name === 'MariaDB' ? '`' : '"')) await run(db, statement)
    let keys = 0
    const keep = async (table: string, column: string, rows: ReadonlyArray<readonly [string, string]>) => await db.insertInto(table).values(rows.map(([username, name]) => ({ id: `2ZQF${String(keys++).padStart(23, '0')}`, username, [column]: name }))).execute()
    await keep('authz_groups', 'group', [['alice', 'analyst'], ['alice', 'analyst'], ['alice', 'Ünïcödé'], ['ALICE', 'admin'], ['alice ', 'admin'], ['a'.repeat(500), 'g'.repeat(100)]])
    await keep('authz_permissions', 'permission', [['alice', 'report.read'], ["alice' or '1'='1", 'report.write']])

    const issuer = handIssuer()
    const served = url === null ? db : sqlFromEnv({ AUTHZ_SQLALCHEMY_DATABASE_URI: url.replace('postgres:', 'postgresql+asyncpg:').replace('mysql:', 'mysql+aiomysql:') })
    const place = { db: served, userColumn: 'username', issuer: issuer.url, subject: 'username' }
    const app = await openApp(t, {
      jwtProvider: issuer.provider(),
      groupsProvider: sqlGroups({ ...place, table: 'authz_groups', nameColumn: 'group' }),
      permissionsProvider: sqlPermissions({ ...place, table: 'authz_permissions', nameColumn: 'permission' })
    }, function declare (app) {
      app.get('/me', async ({ user }) => [[...await user?.groups() ?? []].sort(), await user?.permissions()])
      app.get('/reports', { preHandler: [requireGroups('analyst'), requirePermissions('report.read')] }, async request => currentUser(request).id)
      app.get('/admin', { preHandler: requireGroups('admin') }, async () => 'ok')
    })
    const ask = async (url: string, claims: Readonly<Record<string, unknown>>) => {
      const { statusCode, payload } = await app.inject({ url, headers: bearer(issuer.token(claims)) })
      return statusCode === 200 ? payload : [statusCode, JSON.parse(payload).code]
    }
    t.equal(await ask('/reports', { sub: '7', username: 'alice' }), '7')
    t.equal(await ask('/me', { username: 'alice' }), JSON.stringify([['analyst', 'Ünïcödé'].sort(), ['report.read']]))
    t.equal(await ask('/me', { username: 'a'.repeat(500) }), JSON.stringify([['g'.repeat(100)], []]))
    t.strictSame(await ask('/admin', { username: 'alice' }), [403, 'AUTH_GROUP_MISSING'])
    t.equal(await ask('/me', { username: 'Alice' }), '[[],[]]')
    t.strictSame(await ask('/reports', { sub: 'alice' }), [503, 'AUTH_ENTITLEMENTS_UNAVAILABLE'])
  })
}
