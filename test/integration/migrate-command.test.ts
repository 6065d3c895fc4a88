import { join } from 'node:path'
import t from 'tap'

import { runCommand } from '../fixtures/run-command.js'
import { setEnv } from '../fixtures/set-env.js'
import { startTcpProxy } from '../fixtures/tcp-proxy.js'

const DATABASE = `import Sqlite from 'libsql'
import { Kysely, SqliteDialect } from 'kysely'
const create = () => new Kysely({ dialect: new SqliteDialect({ database: async () => new Sqlite(new URL('app.sqlite', import.meta.url).pathname) }) })
`

t.test('migrate makes the tables of the database that a file exports, and says what it did', async t => {
  const folder = t.testdir({ 'db.mjs': `${DATABASE}export const db = create()`, 'again.mjs': `${DATABASE}export default create()`, 'later.mjs': `${DATABASE}export default create()` })
  t.strictSame(await runCommand('migrate', '--db', join(folder, 'db.mjs')), { exitCode: 0, stdout: '2026-11-first-tables\n', stderr: '' })
  t.strictSame(await runCommand('migrate', '--db', join(folder, 'again.mjs')), { exitCode: 0, stdout: 'There was nothing to do.\n', stderr: '' })
  t.strictSame(await runCommand('migrate', '--json', '--db', join(folder, 'later.mjs')), { exitCode: 0, stdout: '{"migrated":[]}\n', stderr: '' })
})

t.test('migrate ends with 2 when there is no database, and tells no address', async t => {
  const folder = t.testdir({ 'none.mjs': 'export const db = { query () {} }', 'empty.mjs': '', 'broken.mjs': "throw new Error('secret')", 'text.mjs': "throw 'secret'" })
  for (const file of ['none.mjs', 'empty.mjs']) t.match(await runCommand('migrate', '--db', join(folder, file)), { exitCode: 2, stdout: '', stderr: /must export a Kysely instance/ })
  for (const file of ['broken.mjs', 'text.mjs', 'missing.mjs']) {
    const { exitCode, stderr } = await runCommand('migrate', '--db', join(folder, file))
    t.equal(exitCode, 2)
    t.match(stderr, /^fastify-gatekeeper: the database could not be migrated: /)
    t.notMatch(stderr, 'secret')
  }
  t.match(await runCommand('migrate'), { exitCode: 2, stderr: /AUTHZ_SQLALCHEMY_DATABASE_URI must be an address/ })
  const proxy = await startTcpProxy(t, '127.0.0.1', 9)
  proxy.state = 'cut'
  setEnv(t, { AUTHZ_SQLALCHEMY_DATABASE_URI: `postgresql://app:secret@127.0.0.1:${proxy.port}/app` })
  const { exitCode, stderr } = await runCommand('migrate')
  t.equal(exitCode, 2)
  t.match(stderr, /^fastify-gatekeeper: the database could not be migrated: /)
  t.notMatch(stderr, /secret|127/)
})

t.test('migrate says how it is called', async t => {
  t.match(await runCommand('migrate', '--help'), { exitCode: 0, stdout: /fastify-gatekeeper migrate \[--db <module>\]/ })
  for (const argv of [['somewhere'], ['--url', 'x'], ['--db']]) t.match(await runCommand('migrate', ...argv), { exitCode: 2, stderr: /--help says what there is/ })
})
