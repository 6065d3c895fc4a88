import t from 'tap'

import { countStatements } from '../fixtures/databases/count-statements.js'
import { mariadb } from '../fixtures/databases/mariadb.js'
import { postgres } from '../fixtures/databases/postgres.js'
import { run } from '../fixtures/databases/server.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { currentUser, requireGroups, requirePermissions, requireRoles } from '../../lib/index.js'
import { cached } from '../../lib/sources/cache/index.js'
import { connect, migrate, sqlGroups, sqlPermissions, sqlRoles } from '../../lib/sources/sql/index.js'

import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import type { AuthPluginOptions } from '../../lib/index.js'
import type { Database } from '../../lib/sources/sql/index.js'

const issuer = handIssuer()
const roleHierarchy = { admin: ['editor'] }

/** Everything from the tables of ours. */
function fromTables (db: Database): Pick<AuthPluginOptions, 'groupsProvider' | 'rolesProvider' | 'permissionsProvider'> {
  return { groupsProvider: sqlGroups({ db }), rolesProvider: sqlRoles({ db, roleHierarchy }), permissionsProvider: sqlPermissions({ db, roleHierarchy }) }
}

function declare (app: FastifyInstance): void {
  app.get('/plain', async () => 'ok')
  app.get('/groups', { preHandler: [requireGroups('staff'), requireGroups(['staff', 'press'])] }, async request => await currentUser(request).groups())
  app.get('/roles', { preHandler: requireRoles('author') }, async () => 'ok')
  app.get('/permissions', { preHandler: requirePermissions('book.create') }, async () => 'ok')
}

/** An app whose database is asked through a counter: a group leads to a role by one table, that to another by an option, that to one by a table, and that to a permission. */
async function open (t: Test, kind: typeof postgres, toOptions: (db: Database) => Partial<AuthPluginOptions>) {
  const { db, url } = await kind.open(t)
  await migrate(db)
  await db.insertInto('gatekeeper_user_groups').values({ issuer: issuer.url, subject: 'alice', name: 'staff' }).execute()
  await db.insertInto('gatekeeper_group_roles').values({ holder: 'staff', name: 'admin' }).execute()
  await db.insertInto('gatekeeper_role_roles').values({ holder: 'editor', name: 'author' }).execute()
  await db.insertInto('gatekeeper_role_permissions').values({ holder: 'author', name: 'book.create' }).execute()
  const counter = await countStatements(t, url as string)
  const connected = connect(counter.url)
  const app = await openApp(t, { jwtProvider: issuer.provider(), ...toOptions(connected) }, declare)
  const ask = async (path: string, sub = 'alice') => (await app.inject({ url: path, headers: bearer(issuer.token({ sub })) })).statusCode
  return { ask, connected, counter }
}

for (const kind of [postgres, mariadb]) {
  const { name, skip } = kind

  t.test(`${name}: what stands between counts each statement that the server is told to run`, { skip }, async t => {
    const { connected, counter } = await open(t, kind, () => ({}))
    t.teardown(() => connected.destroy())
    await run(connected, 'select 1')
    t.equal(counter.take(), 1)
    await connected.selectFrom('gatekeeper_user_groups').selectAll().where('name', '=', 'staff').execute()
    t.equal(counter.take(), 1, 'with parameters, too')
    await Promise.all(Array.from({ length: 25 }, async () => await run(connected, 'select 1')))
    t.equal(counter.take(), 25)
    t.equal(counter.take(), 0)
  })

  t.test(`${name}: a guard costs one query for a request at most, whatever leads to the name, and a route without one none`, { skip }, async t => {
    const { ask, counter } = await open(t, kind, fromTables)
    counter.take()
    for (const [path, who, status, statements] of [
      ['/plain', 'alice', 200, 0], ['/groups', 'alice', 200, 1], ['/roles', 'alice', 200, 1], ['/permissions', 'alice', 200, 1],
      ['/groups', 'bob', 403, 1], ['/roles', 'bob', 403, 1], ['/permissions', 'bob', 403, 1], ['/groups', 'alice', 200, 1]
    ] as const) {
      t.strictSame([await ask(path, who), counter.take()], [status, statements], `${path} for ${who}`)
    }
  })

  t.test(`${name}: behind a cache a hundred requests of one user at once cost one query, and later ones none`, { skip }, async t => {
    const { ask, counter } = await open(t, kind, db => ({ permissionsProvider: cached(sqlPermissions({ db, roleHierarchy }), { name: 'permissions' }) }))
    counter.take()
    const answers = await Promise.all(Array.from({ length: 100 }, async () => await ask('/permissions')))
    t.strictSame([new Set(answers), counter.take()], [new Set([200]), 1])
    t.strictSame([await ask('/permissions'), await ask('/permissions'), counter.take()], [200, 200, 0])
    t.strictSame([await ask('/permissions', 'bob'), counter.take()], [403, 1], 'another user is another question')
  })
}
