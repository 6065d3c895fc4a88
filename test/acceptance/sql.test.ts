// Lines A31 and A32 of docs/from-python.md.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

import { collectLog } from '../fixtures/collect-log.js'
import { sqlite } from '../fixtures/databases/sqlite.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { runCommand } from '../fixtures/run-command.js'
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

t.test('A32: the command prints help, the permissions of a user, none of them, odd names; a missing argument and one too many are usage errors, a failing database an error', async t => {
  const folder = t.testdir({})
  const command = async (...argv: readonly string[]) => {
    // A module is loaded once in a process.
    const file = join(folder, `db-${argv.join('-').replaceAll(/\W/g, '')}.mjs`)
    writeFileSync(file, `import Sqlite from 'libsql'
import { Kysely, sql, SqliteDialect } from 'kysely'
export const db = new Kysely({ dialect: new SqliteDialect({ database: async () => new Sqlite(${JSON.stringify(join(folder, 'app.sqlite'))}) }) })
await sql\`create table if not exists authz_permissions (id varchar(27) primary key, username varchar(500) not null, permission varchar(100) not null)\`.execute(db)
await sql\`insert or ignore into authz_permissions values ('1', 'alice', 'read'), ('2', 'alice', 'write'), ('3', 'o''brien @example.com', 'read'), ('4', 'ALICE', 'delete')\`.execute(db)
await sql\`create table if not exists authz_groups (id varchar(27) primary key, username varchar(500) not null, "group" varchar(100) not null)\`.execute(db)
`)
    return await runCommand(...argv, '--authz-tables', '--db', file)
  }
  const list = async (...users: readonly string[]) => await command('list', 'user', ...users, '--only', 'permissions')
  t.match(await runCommand('list', '--help'), { exitCode: 0, stdout: /Usage: .*list <who or what>/s, stderr: '' })
  t.strictSame(await list('alice'), { exitCode: 0, stdout: 'user alice has permission read\nuser alice has permission write\n', stderr: '' })
  t.strictSame(await list('nobody'), { exitCode: 0, stdout: 'There is nothing.\n', stderr: '' })
  t.strictSame(await list("o'brien @example.com"), { exitCode: 0, stdout: 'user "o\'brien @example.com" has permission read\n', stderr: '' })
  t.match(await list(), { exitCode: 2, stdout: '', stderr: /list takes two arguments/ })
  t.match(await list('alice', 'bob'), { exitCode: 2, stdout: '', stderr: /list takes two arguments/ })
  t.strictSame(await command('list', 'user', 'bob', '--json'), { exitCode: 0, stdout: '{"grants":[]}\n', stderr: '' })
  t.match(await command('grant', 'user', 'bob', 'permission', 'read'), { exitCode: 0, stdout: 'granted: user bob has permission read\n' })
  t.match(await command('grant', 'user', 'bob', 'group', 'staff'), { exitCode: 0, stdout: 'granted: user bob has group staff\n' })
  t.strictSame((await command('list', 'user', 'bob')).stdout, 'user bob has group staff\nuser bob has permission read\n')
  const none = join(folder, 'none.mjs')
  writeFileSync(none, "import Sqlite from 'libsql'\nimport { Kysely, SqliteDialect } from 'kysely'\nexport const db = new Kysely({ dialect: new SqliteDialect({ database: async () => new Sqlite(':memory:') }) })")
  t.strictSame(await runCommand('list', 'user', 'alice', '--authz-tables', '--db', none), { exitCode: 2, stdout: '', stderr: 'fastify-gatekeeper: nothing could be listed: SqliteError SQLITE_ERROR\n' })
})
