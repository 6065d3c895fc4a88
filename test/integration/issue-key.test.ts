import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

import { openApp } from '../fixtures/open-app.js'
import { runCommand } from '../fixtures/run-command.js'
import { apiKey, jsonKeys } from '../../lib/providers/api-key/index.js'

const kKey = /^fgk_[0-9A-Za-z]{49}$/

t.test('a key is printed once, and its record below it', async t => {
  const { exitCode, stdout, stderr } = await runCommand('issue-key', 'billing')
  const [key = '', record = '', ...more] = stdout.split('\n')
  t.strictSame({ exitCode, stderr, more }, { exitCode: 0, stderr: '', more: [''] })
  t.match(key, kKey)
  t.match(JSON.parse(record), { owner: 'billing', digest: /^[0-9a-f]{64}$/, expiresAt: null })
  t.notMatch(record, key.slice(4))
})

t.test('prefix and lifetime are the ones asked for', async t => {
  const before = Math.floor(Date.now() / 1000)
  const { stdout } = await runCommand('issue-key', 'billing', '--prefix', 'acme_live', '--days=90')
  const [key = '', record = ''] = stdout.split('\n')
  t.match(key, /^acme_live_[0-9A-Za-z]{49}$/)
  const { expiresAt } = JSON.parse(record) as { readonly expiresAt: number }
  t.ok(expiresAt >= before + 90 * 86_400 && expiresAt <= before + 91 * 86_400)
})

t.test('records are added to a file while a server reads it', async t => {
  const file = join(t.testdir(), 'keys.json')
  const first = await runCommand('issue-key', 'billing', '--file', file)
  t.match(first, { exitCode: 0, stderr: '' })
  t.match(first.stdout.trimEnd(), kKey)
  t.equal(statSync(file).mode & 0o777, 0o600, 'for its owner only')

  const app = await openApp(t, { authenticators: [apiKey(jsonKeys(file))] }, app => { app.get('/me', async request => request.user?.id) })
  const ask = async (key: string) => (await app.inject({ url: '/me', headers: { 'x-api-key': key } })).body
  t.equal(await ask(first.stdout.trimEnd()), 'billing')

  chmodSync(file, 0o640)
  const second = await runCommand('issue-key', 'reports', '--file', file)
  t.equal(await ask(second.stdout.trimEnd()), 'reports')
  t.equal(await ask(first.stdout.trimEnd()), 'billing', 'and those before it stay')
  t.equal(statSync(file).mode & 0o777, 0o640, 'the file keeps its mode')
  t.notOk(existsSync(`${file}.new`))
  t.notMatch(readFileSync(file, 'utf8'), second.stdout.trimEnd(), 'the key itself is nowhere')
})

t.test('a link to a file stays a link', async t => {
  const folder = t.testdir({ 'real.json': '{"keys":[]}' })
  symlinkSync(join(folder, 'real.json'), join(folder, 'keys.json'))
  t.match(await runCommand('issue-key', 'billing', '--file', join(folder, 'keys.json')), { exitCode: 0 })
  t.equal(JSON.parse(readFileSync(join(folder, 'real.json'), 'utf8')).keys.length, 1)
})

t.test('of many keys issued at once none is lost', async t => {
  const file = join(t.testdir(), 'keys.json')
  const ran = await Promise.all(Array.from({ length: 8 }, (_, index) => runCommand('issue-key', `owner ${index}`, '--file', file)))
  const issued = ran.filter(({ exitCode }) => exitCode === 0)
  t.ok(issued.length > 0)
  t.equal(JSON.parse(readFileSync(file, 'utf8')).keys.length, issued.length)
  for (const { stdout, stderr } of ran.filter(({ exitCode }) => exitCode !== 0)) t.match({ stdout, stderr }, { stdout: '', stderr: /keys\.json\.new is there/ })
})

t.test('what cannot be done is said, and nothing is changed', async t => {
  const folder = t.testdir({ 'text.json': 'text', 'keys.json': '{"keys":[{"owner":""}]}', 'held.json': '{"keys":[]}', 'held.json.new': '' })
  mkdirSync(join(folder, 'folder.json'))
  for (const [argv, stderr] of [
    [[], /issue-key takes one owner/],
    [['a', 'b'], /issue-key takes one owner/],
    [[''], /owner must be a text of 1 to 255 characters/],
    [['a', '--prefix', 'FGK'], /prefix must be small letters/],
    [['a', '--days', '0'], /--days takes/],
    [['a', '--days', '1.5'], /--days takes/],
    [['a', '--format', 'json'], /Unknown option '--format'/],
    [['a', '--file', join(folder, 'text.json')], /text\.json must hold a JSON object/],
    [['a', '--file', join(folder, 'keys.json')], /keys\.json keys\.0\.\w+ /],
    [['a', '--file', join(folder, 'held.json')], /held\.json\.new is there/],
    [['a', '--file', join(folder, 'folder.json')], /folder\.json could not be written/],
    [['a', '--file', join(folder, 'none', 'keys.json')], /keys\.json could not be written/],
    [['a', '--file', join(folder, 'text.json', 'keys.json')], /keys\.json could not be written/]
  ] as const) {
    t.match(await runCommand('issue-key', ...argv), { exitCode: 2, stdout: '', stderr }, argv.join(' '))
  }
  t.equal(readFileSync(join(folder, 'text.json'), 'utf8'), 'text')
  t.notOk(existsSync(join(folder, 'text.json.new')), 'no draft stays')
  writeFileSync(join(folder, 'text.json'), '{"keys":[]}')
  t.match(await runCommand('issue-key', 'a', '--file', join(folder, 'text.json')), { exitCode: 0 })
})

t.test('help is printed', async t => {
  t.match(await runCommand('issue-key', '--help'), { exitCode: 0, stdout: /issue-key <owner>/ })
})
