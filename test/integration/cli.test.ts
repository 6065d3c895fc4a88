import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t from 'tap'

import { commandApp } from '../fixtures/command-app.js'
import { runCommand } from '../fixtures/run-command.js'
import { loadApp } from '../../lib/cli/load-app.js'
import { run } from '../../lib/cli/run.js'

import type { Ran } from '../fixtures/run-command.js'

const kMain = fileURLToPath(new URL('../../lib/cli/main.ts', import.meta.url))
const kBuilt = fileURLToPath(new URL('../../dist/lib/cli/main.js', import.meta.url))
const kApp = commandApp(`
  app.get('/books/:id(^a|b$)', { preHandler: requireRoles(['editor', 'author|reviewer']) }, async () => [])
  app.post('/books', { preHandler: anyOf(requirePolicy('ownsBook'), requirePolicy(() => true), requireClaims({ tenant: ['\`\`acme\\n', 1] })) }, async () => [])
  app.get('/feed', { config: { auth: 'optional' } }, async () => [])
`)

/** Runs the program as a terminal would, in `cwd`. */
async function spawnCommand (main: string, execArgv: readonly string[], cwd: string, ...argv: readonly string[]): Promise<Ran> {
  const child = spawn(process.execPath, [...execArgv, main, ...argv], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  const [[exitCode], stdout, stderr] = await Promise.all([once(child, 'close'), text(child.stdout as Readable), text(child.stderr as Readable)])
  return { exitCode: exitCode as number, stdout, stderr }
}

t.test('the matrix is printed in each format as the app itself knows it', async t => {
  const path = join(t.testdir({ 'app.mjs': kApp }), 'app.mjs')
  const app = await loadApp(path)
  t.teardown(() => app.close())
  const [table, json, markdown] = await Promise.all([runCommand('routes', path), runCommand('routes', path, '--format', 'json'), runCommand('routes', path, '--format=markdown')])

  t.strictSame(table, { exitCode: 0, stdout: app.printAccessMatrix(), stderr: '' })

  t.match(json, { exitCode: 0, stderr: /^$/ })
  t.match(app.accessMatrix()[2]?.guard, { parts: [{}, { policy: Function }, {}] })
  const rows = JSON.parse(json.stdout)
  t.strictSame(rows[2].guard.parts[1], { kind: 'policy', policy: '(function)' }, 'functions are named as such')
  t.same(rows, JSON.parse(JSON.stringify(app.accessMatrix(), (_, value) => typeof value === 'function' ? '(function)' : value)))

  t.strictSame(markdown, {
    exitCode: 0,
    stdout: [
      '| methods | url | mode | declared by | guard | authenticators |',
      '|---|---|---|---|---|---|',
      '| GET, HEAD | `/health` | public | exclude |  |  |',
      '| GET, HEAD | `/books/:id(^a\\|b$)` | required | guard | `roles editor or author\\|reviewer` | `bearerAuth` |',
      '| POST | `/books` | required | guard | ``` (policy ownsBook) or (policy (function)) or (claims tenant=``acme \\|1) ``` | `bearerAuth` |',
      '| GET, HEAD | `/feed` | optional | config |  | `bearerAuth` |',
      ''
    ].join('\n'),
    stderr: ''
  }, 'no name ends a cell or a line')
})

t.test('--check fails on routes about which nobody said anything, and names them', async t => {
  const folder = t.testdir({
    'app.mjs': kApp,
    'forgetful.mjs': commandApp(`
      app.get('/forgotten', async () => [])
      app.route({ method: ['PUT', 'PATCH'], url: '/lost', handler: async () => [] })
      app.get('/kept', { config: { auth: 'required' } }, async () => [])
    `)
  })
  const forgetful = join(folder, 'forgetful.mjs')
  const [passed, failed, printed] = await Promise.all([runCommand('routes', '--check', join(folder, 'app.mjs')), runCommand('routes', forgetful, '--check', '--format', 'json'), runCommand('routes', forgetful)])
  t.match(passed, { exitCode: 0, stdout: '/books', stderr: /^$/ })
  t.equal(failed.exitCode, 1)
  t.strictSame(failed.stderr.split('\n').slice(1), ['  GET, HEAD /forgotten (required)', '  PUT, PATCH /lost (required)', ''])
  t.equal(JSON.parse(failed.stdout).length, 4, 'the matrix is printed all the same')
  t.match(printed, { exitCode: 0, stderr: /^$/ }, 'nothing fails that was not asked for')
})

t.test('nothing but the matrix goes to standard output, and the process ends whatever the app leaves open', async t => {
  const folder = t.testdir({
    'app.mjs': commandApp("setInterval(() => {}, 1000)\nconsole.log('spoken')\napp.addHook('onClose', async () => console.log('closed'))", '{ logger: true }')
  })
  const { exitCode, stdout, stderr } = await spawnCommand(kMain, process.execArgv, folder, 'routes', 'app.mjs')
  t.equal(exitCode, 0)
  t.equal(stdout, 'methods    url      mode    declared by  guard  authenticators\nGET, HEAD  /health  public  exclude\n')
  t.match(stderr, /^spoken$[^]*"msg":"fastify-gatekeeper is ready"[^]*^closed$/m)
})

t.test('an app that fails while it is closed, or is never closed, has said what was asked', async t => {
  const folder = t.testdir({
    'rejects.mjs': commandApp('app.close = async () => { throw new Error("too late") }'),
    'throws.mjs': commandApp("app.addHook('onClose', () => { setTimeout(() => { throw new Error('too late') }); return new Promise(() => {}) })"),
    'hangs.mjs': commandApp("setInterval(() => {}, 1000)\napp.addHook('onClose', () => new Promise(() => {}))")
  })
  await Promise.all(['rejects.mjs', 'throws.mjs', 'hangs.mjs'].map(async name => {
    t.match(await runCommand('routes', join(folder, name)), { exitCode: 0, stdout: /\/health/, stderr: /^$/ }, name)
  }))
})

t.test('what does not come to a matrix is explained, without a stack', async t => {
  const cases: ReadonlyArray<readonly [name: string, source: string, explained: RegExp]> = [
    ['silent.mjs', 'export const app = 1', /silent\.mjs exports no build\(\): export a function/],
    ['exits.mjs', 'process.exit(3)', /the process of .*exits\.mjs ended \(exit code 3\) before the app was ready/],
    ['killed.mjs', "process.kill(process.pid, 'SIGKILL'); await new Promise(() => {})", /killed\.mjs ended \(SIGKILL\)/],
    ['hangs.mjs', 'export const build = () => new Promise(() => {})', /hangs\.mjs ended \(exit code 0\) .*wait for what never comes/],
    ['late.mjs', "export const build = () => new Promise(() => setTimeout(() => { throw new RangeError('later') }))", /late\.mjs failed: RangeError: later\n/]
  ]
  const folder = t.testdir(Object.fromEntries(cases))
  await Promise.all(cases.map(async ([name, , explained]) => {
    const { exitCode, stdout, stderr } = await runCommand('routes', join(folder, name), '--check')
    t.strictSame([exitCode, stdout], [2, ''], name)
    t.match(stderr, /^fastify-gatekeeper: /, name)
    t.match(stderr, explained, name)
    t.ok((stderr.match(/^ +at /gm) ?? []).length <= 1, name)
  }))
})

t.test('arguments that mean nothing are explained', async t => {
  const cases: ReadonlyArray<readonly [argv: readonly string[], explained: string]> = [
    [[], 'no command was given'],
    [['matrix', 'app.js'], 'there is no command matrix'],
    [['routes'], 'routes takes one module'],
    [['routes', 'a.js', 'b.js'], 'routes takes one module'],
    [['routes', 'app.js', '--format', 'yaml'], 'there is no format yaml: table, json, markdown'],
    [['routes', 'app.js', '--format', 'constructor'], 'there is no format constructor'],
    [['routes', 'app.js', '--chekc'], "Unknown option '--chekc'"],
    [['routes', 'app.js', '--check=yes'], "Option '--check' does not take an argument"]
  ]
  for (const [argv, explained] of cases) {
    const { exitCode, stdout, stderr } = await runCommand(...argv)
    t.strictSame([exitCode, stdout], [2, ''], explained)
    t.match(stderr, explained)
    t.match(stderr, '--help')
  }
})

t.test('--help and --version print to standard output', async t => {
  for (const flag of ['--help', '-h']) t.match(await runCommand('routes', flag), { exitCode: 0, stdout: /^Usage: fastify-gatekeeper routes <module>/, stderr: /^$/ })
  for (const flag of ['--version', '-v']) t.match(await runCommand(flag), { exitCode: 0, stdout: /^\d+\.\d+\.\d+\S*\n$/, stderr: /^$/ })
})

t.test('a matrix that nobody takes is a failure', async t => {
  const said: string[] = []
  const exitCode = await run(['--version'], {
    stdin: Readable.from([]),
    stdout: new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })) }),
    stderr: new Writable({
      write (chunk, _encoding, done) {
        said.push(String(chunk))
        done()
      }
    })
  })
  t.equal(exitCode, 2)
  t.strictSame(said, ['fastify-gatekeeper: EPIPE: write EPIPE\n'])
})

t.test('as it is built the command runs what Node itself runs', { skip: !existsSync(kBuilt) && 'there is no build' }, async t => {
  const folder = t.testdir({
    'app.mjs': kApp.replace(/from '.*lib\/index\.js'/, "from 'fastify-gatekeeper'"),
    'app.ts': "import { build as buildApp } from './app.mjs'\nexport const build = async (): Promise<unknown> => await buildApp()"
  })
  t.match(await spawnCommand(kBuilt, [], folder, 'routes', 'app.mjs', '--check'), { exitCode: 0, stdout: '/feed', stderr: /^$/ })
  const strips = Boolean((process.features as { typescript?: unknown }).typescript)
  const typed = await spawnCommand(kBuilt, ['--no-warnings'], folder, 'routes', 'app.ts')
  t.match(typed, strips ? { exitCode: 0, stdout: '/feed' } : { exitCode: 2, stdout: /^$/, stderr: /needs a Node that runs TypeScript/ })
})
