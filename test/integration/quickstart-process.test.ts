import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod } from 'node:fs/promises'
import { delimiter } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'

import { build } from '../../examples/quickstart.js'
import { findFreePort } from '../fixtures/find-free-port.js'

import type { ChildProcessByStdio } from 'node:child_process'
import type { Readable } from 'node:stream'
import type { Test } from 'tap'

const kQuickstart = fileURLToPath(new URL('../../examples/quickstart.ts', import.meta.url))
const kGrant = fileURLToPath(new URL('../../examples/demo-grant.ts', import.meta.url))

type Running = ChildProcessByStdio<null, Readable, Readable>

function run (env: Record<string, string>): Running {
  return spawn(process.execPath, [...process.execArgv, kQuickstart], { env: { ...process.env, NODE_ENV: '', PORT: '0', DATABASE_PORT: '0', ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Runs until the last of its lines is printed. */
async function readGreeting (t: Test, child: Running, last: RegExp): Promise<readonly string[]> {
  t.teardown(() => child.kill())
  let printed = ''
  for await (const chunk of child.stdout) {
    printed += chunk
    if (last.test(printed)) break
  }
  return printed.split('\n')
}

/** Runs what `npm run demo:grant` does. */
async function grant (port: string, said: readonly string[]): Promise<{ exitCode: number, stdout: string, stderr: string }> {
  const child = spawn(process.execPath, [...process.execArgv, kGrant, ...said], { env: { ...process.env, NODE_ENV: '', DATABASE_PORT: port }, stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr, [exitCode]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { exitCode, stdout, stderr }
}

/** As much of curl as the printed lines need: the status, or with `-s` the body. */
const kCurl = {
  curl: `#!/bin/sh\nexec "${process.execPath}" "$0.mjs" "$@"\n`,
  'curl.mjs': `
    const [option, ...rest] = process.argv.slice(2)
    const url = rest.pop()
    const [name, value] = (rest[1] ?? 'accept: */*').split(': ')
    const response = await fetch(url, { headers: { [name]: value } })
    console.log(option === '-s' ? await response.text() : response.status)`
}

const lines = await readGreeting(t, run({ HOST: '127.0.0.1' }), /demo:grant .*\n$/)
const curls = lines.filter(line => line.startsWith('  curl '))

/** Types a line that was printed. */
async function type (t: Test, line = ''): Promise<string> {
  const bin = t.testdir(kCurl)
  await chmod(`${bin}/curl`, 0o755)
  const env = { ...process.env, NODE_OPTIONS: '', PATH: `${bin}${delimiter}${process.env['PATH']}` }
  return (await promisify(execFile)('sh', ['-c', line], { env })).stdout
}

t.test('prints its address, its routes and three lines that work', async t => {
  const [, address = ''] = /listens on (http:\/\/127\.0\.0\.1:\d+)$/.exec(lines[0] ?? '') ?? []
  t.match(address, /^http/)
  t.match(lines[1], `${address}/docs`)

  const routes = lines.map(line => /^(GET|HEAD|POST)(?:, HEAD)? +(\S+) {2,}(?:public|required) /.exec(line)).filter(match => match !== null).filter(([, method]) => method !== 'HEAD')
  const [docs, own] = [true, false].map(isDocs => routes.map(([, , url = '']) => url).filter(url => url.startsWith('/docs') === isDocs))
  t.ok(docs?.includes('/docs/json'))
  t.strictSame(own, ['/health', '/me', '/reports', '/admin', '/users', '/machine', '/demo/tokens'])

  const statuses = []
  for (const line of curls) {
    statuses.push(await type(t, line))
  }
  t.strictSame(statuses, ['401\n', '200\n', '403\n'])
})

t.test('with the last line that it prints somebody gets a role, which counts for his next request', async t => {
  const [, databasePort = '', ...said] = /^ {2}DATABASE_PORT=(\d+) npm run demo:grant (\w+) (\w+)$/.exec(lines.at(-2) ?? '') ?? []
  t.strictSame(said, ['bob', 'analyst'])
  t.strictSame(await grant(databasePort, said), { exitCode: 0, stdout: 'bob is analyst from the next request on.\n', stderr: '' })
  t.equal(await type(t, curls.at(-1)), '200\n', 'the same line, with a token that says nothing new')
  t.strictSame(await grant(databasePort, said), { exitCode: 0, stdout: 'bob is analyst already.\n', stderr: '' })
  t.strictSame(await grant(databasePort, ['eve', 'analyst']), { exitCode: 1, stdout: '', stderr: 'Nobody is called eve: try alice, bob or root.\n' })
  t.strictSame(await grant(databasePort, ['bob']), { exitCode: 1, stdout: '', stderr: 'Say who, and which role: npm run demo:grant bob analyst\n' })

  const second = run({ DATABASE_PORT: databasePort })
  const [error, printed, [exitCode]] = await Promise.all([text(second.stderr), text(second.stdout), once(second, 'exit')])
  t.strictSame([error, printed, exitCode], [`Port ${databasePort} of 127.0.0.1 is taken. With DATABASE_PORT=${Number(databasePort) + 1} the database listens elsewhere.\n`, '', 1])
})

t.test('a grant to a quickstart that does not run says so', async t => {
  const port = String(await findFreePort())
  t.strictSame(await grant(port, ['bob', 'analyst']), { exitCode: 1, stdout: '', stderr: `No database listens on port ${port}: start the quickstart with npm start.\n` })
})

t.test('says that it hands out no tokens where others can reach it', async t => {
  const lines = await readGreeting(t, run({ HOST: '0.0.0.0' }), /curl .*\/reports\n$/)
  t.match(lines.join('\n'), /on loopback only, and 0\.0\.0\.0 is not/)
  t.notMatch(lines.join('\n'), '/demo/tokens')
  const [, port] = /:(\d+)$/.exec(lines[0] ?? '') ?? []
  t.equal((await fetch(`http://127.0.0.1:${port}/health`)).status, 200)
  t.equal((await fetch(`http://127.0.0.1:${port}/demo/tokens`)).status, 404)
})

t.test('does not start in production, and says why', async t => {
  const child = run({ NODE_ENV: 'production' })
  const [said, printed, [exitCode]] = await Promise.all([text(child.stderr), text(child.stdout), once(child, 'exit')])
  t.match(said, /does not start while NODE_ENV is production/)
  t.strictSame([printed, exitCode], ['', 1])
  await t.rejects(build({ NODE_ENV: 'production' }), /NODE_ENV is production/)
})
