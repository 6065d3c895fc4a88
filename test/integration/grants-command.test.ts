import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t from 'tap'

import { mariadb } from '../fixtures/databases/mariadb.js'
import { postgres } from '../fixtures/databases/postgres.js'
import { runCommand } from '../fixtures/run-command.js'
import { setEnv } from '../fixtures/set-env.js'
import { startTcpProxy } from '../fixtures/tcp-proxy.js'
import { migrate } from '../../lib/sources/sql/index.js'

import type { Ran } from '../fixtures/run-command.js'

const WRITTEN = fileURLToPath(new URL('../../lib/cli/main.ts', import.meta.url))
const BUILT = fileURLToPath(new URL('../../dist/lib/cli/main.js', import.meta.url))
const PROGRAM = existsSync(BUILT) ? [BUILT] : ['--import', '@tapjs/typescript/import', WRITTEN]
const SQL = new URL('../../lib/sources/sql/index.ts', import.meta.url).href
const ISSUER = ['--issuer', 'https://login.example.com']
const bob = ['user', 'bob', 'group', 'analyst', ...ISSUER]

type Command = (...argv: readonly string[]) => Promise<Ran>

/** Runs commands on one database, each on a file of its own: a module is loaded once in a process, and its instance closed by then. `more` is what the file has besides. */
function createCommand (folder: string, more = ''): Command {
  let runs = 0
  return async function command (...argv) {
    const file = join(folder, `db-${more.length}-${runs++}.mjs`)
    writeFileSync(file, `import Sqlite from 'libsql'
import { Kysely, SqliteDialect } from 'kysely'
export const db = new Kysely({ dialect: new SqliteDialect({ database: async () => new Sqlite(${JSON.stringify(join(folder, 'app.sqlite'))}) }) })
${more}`)
    return await runCommand(...argv.slice(0, 1), '--db', file, ...argv.slice(1))
  }
}

/** Runs a command as a terminal does. */
async function spawnCommand (env: Readonly<Record<string, string>>, ...argv: readonly string[]): Promise<Ran> {
  const child = spawn(process.execPath, [...PROGRAM, ...argv], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const [[exitCode], stdout, stderr] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)])
  return { exitCode: exitCode as number, stdout, stderr }
}

t.test('grant gives, list lists and revoke takes, once', async t => {
  const command = createCommand(t.testdir({}))
  await command('migrate')
  const line = 'user bob of https://login.example.com has group analyst'
  t.strictSame(await command('grant', ...bob), { exitCode: 0, stdout: `granted: ${line}\n`, stderr: '' })
  t.strictSame(await command('grant', ...bob), { exitCode: 0, stdout: `already granted: ${line}\n`, stderr: '' })
  t.strictSame(await command('list', 'user', 'bob'), { exitCode: 0, stdout: `${line}\n`, stderr: '' })
  t.strictSame(await command('revoke', ...bob), { exitCode: 0, stdout: `revoked: ${line}\n`, stderr: '' })
  t.strictSame(await command('revoke', ...bob), { exitCode: 1, stdout: `not granted: ${line}\n`, stderr: 'fastify-gatekeeper: nothing was there to be revoked\n' })
  t.strictSame(await command('list', 'user', 'bob', ...ISSUER), { exitCode: 0, stdout: 'There is nothing.\n', stderr: '' })
})

t.test('groups and roles are given roles and permissions, and listed with who has them and what they have', async t => {
  const command = createCommand(t.testdir({}))
  await command('migrate')
  for (const argv of [bob, ['group', 'analyst', 'role', 'reader'], ['role', 'editor', 'role', 'reader', '--tenant', 'acme'], ['role', 'reader', 'permission', 'book.read'], ['user', 'eve', 'role', 'reader', ...ISSUER, '--days', '2']]) {
    t.match(await command('grant', ...argv), { exitCode: 0, stdout: /^granted: / })
  }
  const { stdout } = await command('list', 'role', 'reader')
  t.match(stdout, /^group analyst has role reader\nrole editor has role reader in acme\nuser eve of https:\/\/login\.example\.com has role reader until \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\nrole reader has permission book\.read\n$/)
  t.match(await command('list', 'group', 'analyst'), { stdout: 'user bob of https://login.example.com has group analyst\ngroup analyst has role reader\n' })
  t.match(await command('list', 'permission', 'book.read'), { stdout: 'role reader has permission book.read\n' })
  t.match(await command('list', 'role', 'reader', '--only', 'permissions'), { stdout: 'role reader has permission book.read\n' })
  t.match(await command('list', 'role', 'reader', '--tenant=acme'), { stdout: 'role editor has role reader in acme\n' })
})

t.test('with --json the answer is one line of JSON', async t => {
  const command = createCommand(t.testdir({}))
  await command('migrate')
  const grant = { kind: 'group', name: 'analyst', holder: { kind: 'user', subject: 'bob', issuer: 'https://login.example.com' }, tenant: null, expiresAt: null }
  const answerOf = async (...argv: readonly string[]) => {
    const { exitCode, stdout } = await command(...argv, '--json')
    return [exitCode, JSON.parse(stdout), stdout.split('\n').length]
  }
  t.strictSame(await answerOf('grant', ...bob), [0, { changed: true, grant }, 2])
  t.strictSame(await answerOf('grant', ...bob), [0, { changed: false, grant }, 2])
  t.strictSame(await answerOf('list', 'user', 'bob'), [0, { grants: [grant] }, 2])
  t.strictSame(await answerOf('revoke', ...bob), [0, { changed: true, grant }, 2])
  t.strictSame(await answerOf('revoke', ...bob), [1, { changed: false, grant }, 2])
  t.strictSame(await answerOf('list', 'group', 'analyst'), [0, { grants: [] }, 2])
})

t.test('no text of anybody reaches the terminal as more than a text', async t => {
  const command = createCommand(t.testdir({}))
  await command('migrate')
  const nasty = ['esc \u001b[2J', 'c1 \u009b31m', 'line\nuser bob has role admin', 'bidi \u202etxt', 'tag \u{e0041}', 'bob has role admin', '"quoted"', "o'brien", 'a\\b', '-x', '名前']
  for (const subject of nasty) t.match(await command('grant', '--issuer=https://i.example', '--', 'user', subject, 'role', 'odd'), { exitCode: 0, stderr: '' }, subject)
  for (const json of [[], ['--json']]) {
    const { stdout } = await command('list', 'role', 'odd', ...json)
    t.equal(stdout.split('\n').length, json.length === 0 ? nasty.length + 1 : 2)
    t.equal(stdout.replaceAll('\n', '').search(/[\p{Cc}\p{Cf}]/u), -1)
    if (json.length > 0) t.strictSame(JSON.parse(stdout).grants.map(({ holder }: { readonly holder: { readonly subject: string } }) => holder.subject).sort(), [...nasty].sort())
    else t.match(stdout, 'user "bob has role admin" of https://i.example has role odd\n')
  }
  t.match(await runCommand('\u001b[2J'), { exitCode: 2, stderr: /^fastify-gatekeeper: there is no command \\u001b\[2J\n/ })
})

t.test('what is wrong with the arguments is said, and nothing is done', async t => {
  const command = createCommand(t.testdir({}))
  await command('migrate')
  const wrong: ReadonlyArray<readonly [readonly string[], RegExp]> = [
    [['grant'], /grant takes four arguments/], [['grant', ...bob, 'more'], /grant takes four arguments/], [['revoke', 'user', 'bob', 'group'], /revoke takes four arguments/],
    [['list'], /list takes two arguments/], [['list', 'user'], /list takes two arguments/], [['list', 'user', 'bob', 'eve'], /list takes two arguments/],
    [['grant', 'robot', 'bob', 'group', 'analyst'], /one of the words user, group, role, permission/], [['list', 'constructor', 'bob'], /one of the words/],
    [['grant', 'permission', 'a', 'role', 'b'], /first who/], [['grant', 'user', 'a', 'user', 'b'], /first who/],
    [['grant', 'group', 'staff', 'role', 'editor', ...ISSUER], /--issuer is for users/],
    [['grant', ...bob, '--days', '0'], /--days takes a whole number/], [['revoke', ...bob, '--days', '3'], /revoke does not take --days/], [['list', 'user', 'bob', '--days', '3'], /list does not take --days/],
    [['grant', ...bob, '--only', 'groups'], /grant does not take --only/], [['list', 'user', 'bob', '--only', 'group'], /--only takes one of groups, roles, permissions/], [['list', 'user', 'bob', '--only', 'constructor'], /--only takes one of/],
    [['list', 'user', 'bob', '--username', 'x'], /Unknown option '--username'/], [['list', 'user', 'bob', '--tenant'], /--tenant/]
  ]
  for (const [argv, stderr] of wrong) {
    const ran = await command(...argv)
    t.match(ran, { exitCode: 2, stdout: /^$/, stderr })
    t.match(ran.stderr, /\nfastify-gatekeeper --help says what there is\.\n$/)
  }
  const refused: ReadonlyArray<readonly [readonly string[], string]> = [
    [['grant', 'user', 'bob', 'group', 'analyst'], '--issuer is missing: it must be who the user\'s tokens come from'],
    [['grant', 'user', ' ', 'group', 'analyst', ...ISSUER], 'the user must not be blank'],
    [['grant', 'user', 'bob', 'group', ' x', ...ISSUER], 'the name must not have blanks around it'],
    [['grant', 'group', '', 'role', 'x'], 'the holder must not be blank'],
    [['grant', ...bob, '--tenant', ''], '--tenant must not be blank'],
    [['grant', 'group', 'staff', 'role', 'editor', '--days', '1'], '--days is for tables that say when a row ends'],
    [['grant', 'group', 'staff', 'permission', 'read'], 'there is no table for what a group has of permissions'],
    [['list', 'group', 'x'.repeat(129)], 'the name must not be longer than 128 characters']
  ]
  for (const [argv, problem] of refused) t.strictSame(await command(...argv), { exitCode: 2, stdout: '', stderr: `fastify-gatekeeper: ${problem}\n` })
  for (const name of ['grant', 'revoke', 'list']) t.match(await command(name, '--help'), { exitCode: 0, stdout: /fastify-gatekeeper grant <who> <what>/, stderr: '' })
})

t.test('a file may say which tables there are, and which caches are to be told', async t => {
  const folder = t.testdir({})
  const own = createCommand(folder, `import { sqlDirectory } from ${JSON.stringify(SQL)}
await db.schema.createTable('members').ifNotExists().addColumn('who', 'varchar(99)').addColumn('what', 'varchar(99)').execute()
const down = { invalidateUser: async () => {}, clear: async () => { throw Object.assign(new Error('secret'), { code: 'ECONNREFUSED' }) } }
export const directory = sqlDirectory(db, { caches: [down], tables: { groups: { table: 'members', userColumn: 'who', nameColumn: 'what' } } })`)
  const stale = { exitCode: 2, stdout: '', stderr: 'fastify-gatekeeper: the change is made, but a cache could not be told: Error ECONNREFUSED\n' }
  t.strictSame(await own('grant', 'user', 'bob', 'group', 'staff'), stale)
  t.match(await own('list', 'group', 'staff'), { exitCode: 0, stdout: 'user bob has group staff\n' })
  t.strictSame(await own('revoke', 'user', 'bob', 'group', 'staff'), stale)
  t.match(await own('list', 'user', 'bob'), { exitCode: 0, stdout: 'There is nothing.\n' })
  t.match(await own('list', 'user', 'bob', ...ISSUER), { exitCode: 2, stderr: /--issuer is none whose users the table is about/ })
  t.match(await own('list', 'role', 'staff'), { exitCode: 2, stderr: /there is no table with such names/ })
  t.match(await own('list', 'user', 'bob', '--authz-tables'), { exitCode: 2, stderr: /--authz-tables says which tables there are, and the file says it, too/ })
  t.match(await createCommand(folder, 'export const directory = {}')('list', 'user', 'bob'), { exitCode: 2, stderr: /exports a directory that is none/ })
  const failing = createCommand(folder, "export const directory = { grant () {}, list: async () => { throw new Error('secret') } }")
  t.strictSame(await failing('list', 'group', 'staff'), { exitCode: 2, stdout: '', stderr: 'fastify-gatekeeper: nothing could be listed: Error\n' })
  t.strictSame(await failing('list', 'user', 'bob'), { exitCode: 2, stdout: '', stderr: 'fastify-gatekeeper: nothing could be listed: Error\n' })
  const later = createCommand(folder, "let calls = 0\nexport const directory = { grant () {}, async list () { if (calls++ > 0) throw new Error('secret'); return [] } }")
  t.strictSame(await later('list', 'group', 'staff'), { exitCode: 2, stdout: '', stderr: 'fastify-gatekeeper: nothing could be listed: Error\n' })
})

t.test('a database that fails ends the command with 2, and no password is told', async t => {
  const empty = createCommand(t.testdir({}))
  for (const [argv, what] of [[['grant', ...bob], 'nothing was granted'], [['revoke', ...bob], 'nothing was revoked'], [['list', 'user', 'bob'], 'nothing could be listed']] as const) {
    t.strictSame(await empty(...argv), { exitCode: 2, stdout: '', stderr: `fastify-gatekeeper: ${what}: SqliteError SQLITE_ERROR\n` })
  }
  const address = 'postgresql://app:hunter2@127.0.0.1:9/app'
  for (const argv of [['list', 'user', 'bob', '--db', address], ['list', 'user', 'bob', address], ['list', address, 'bob'], ['migrate', '--db', address], ['migrate', address], ['grant', ...bob, address]]) {
    const { exitCode, stdout, stderr } = await runCommand(...argv)
    t.equal(exitCode, 2)
    t.notMatch(stdout + stderr, /hunter2|127/)
  }
  const proxy = await startTcpProxy(t, '127.0.0.1', 9)
  proxy.state = 'cut'
  setEnv(t, { AUTHZ_SQLALCHEMY_DATABASE_URI: `postgresql://app:hunter2@127.0.0.1:${proxy.port}/app` })
  const { exitCode, stderr } = await runCommand('list', 'user', 'bob')
  t.equal(exitCode, 2)
  t.match(stderr, /^fastify-gatekeeper: nothing could be listed: /)
  t.notMatch(stderr, /hunter2|127/)
})

for (const kind of [postgres, mariadb]) {
  t.test(`the commands work on ${kind.name} as processes, by the variable of the Python package`, { skip: kind.skip }, async t => {
    const { db, url } = await kind.open(t)
    const env = { AUTHZ_SQLALCHEMY_DATABASE_URI: url as string }
    t.match(await spawnCommand(env, 'list', 'user', 'bob'), { exitCode: 2, stdout: /^$/, stderr: kind === postgres ? /^fastify-gatekeeper: nothing could be listed: 42P01\n$/ : /ER_NO_SUCH_TABLE\n$/ })
    await migrate(db)
    t.strictSame(await spawnCommand(env, 'grant', ...bob), { exitCode: 0, stdout: 'granted: user bob of https://login.example.com has group analyst\n', stderr: '' })
    t.strictSame(await Promise.all([1, 2].map(async () => (await spawnCommand(env, 'grant', 'role', 'editor', 'permission', 'book.read')).exitCode)), [0, 0])
    t.strictSame(await db.selectFrom('gatekeeper_role_permissions').select(['holder', 'name']).execute(), [{ holder: 'editor', name: 'book.read' }])
    t.strictSame(await spawnCommand(env, 'list', 'user', 'bob'), { exitCode: 0, stdout: 'user bob of https://login.example.com has group analyst\n', stderr: '' })
    t.strictSame(await spawnCommand(env, 'revoke', 'user', 'Bob', 'group', 'analyst', ...ISSUER), { exitCode: 1, stdout: 'not granted: user Bob of https://login.example.com has group analyst\n', stderr: 'fastify-gatekeeper: nothing was there to be revoked\n' })
    t.strictSame((await spawnCommand(env, 'revoke', ...bob)).exitCode, 0)
  })
}
