import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

import { takeProblem } from '../../../../lib/providers/api-key/json-keys.js'
import { issueApiKey, jsonKeys, memoryKeys } from '../../../../lib/providers/api-key/index.js'

import type { StoredApiKey } from '../../../../lib/providers/api-key/index.js'

const billing = issueApiKey({ owner: 'billing', scopes: ['read'] }).record
const reports = issueApiKey({ owner: 'reports' }).record
const write = (file: string, keys: unknown) => { writeFileSync(file, JSON.stringify({ keys })) }

const WRONG: ReadonlyArray<readonly [record: unknown, message: RegExp]> = [
  [null, / must be an object/],
  ['text', / must be an object/],
  [{ ...billing, owner: undefined }, /owner is missing/],
  [{ ...billing, digest: billing.digest.toUpperCase() }, /digest must be the SHA-256/],
  [{ ...billing, digest: 'fgk_the_key_itself' }, /digest must be the SHA-256/],
  [{ ...billing, revokd: true }, /revokd is not an option/],
  [{ ...billing, revoked: 'yes' }, /revoked must be true or false/],
  [{ ...billing, expiresAt: '2030-01-01' }, /expiresAt must be seconds/],
  [{ ...billing, expiresAt: 1_900_000_000_000 }, /expiresAt must be seconds/],
  [{ ...billing, scopes: [7] }, /scopes\.0 must be a text/]
]

t.test('memoryKeys takes records in, copies them, and revokes', async t => {
  const record = { ...billing, scopes: ['read'] }
  const keys = memoryKeys([record])
  record.scopes.push('write')
  t.same(await keys.findByDigest(billing.digest), billing)
  keys.add(reports)
  t.same(await keys.findByDigest(reports.digest), reports)
  t.throws(() => { keys.add(reports) }, { code: 'AUTH_OPTION_INVALID', message: /of this digest already/ })
  t.equal(keys.revoke(reports.digest), true)
  t.match(await keys.findByDigest(reports.digest), { owner: 'reports', revoked: true })
  t.equal(keys.revoke('0'.repeat(64)), false)
})

t.test('memoryKeys refuses what is no list of records, naming the record', async t => {
  t.throws(() => memoryKeys({} as never), { code: 'AUTH_OPTION_INVALID', message: /^memoryKeys must be given a list/ })
  t.throws(() => memoryKeys([reports, billing, reports]), { code: 'AUTH_OPTION_INVALID', message: /^memoryKeys\.2 has the digest of another/ })
  for (const [record, message] of WRONG) {
    t.throws(() => memoryKeys([reports, record as StoredApiKey]), { code: 'AUTH_OPTION_INVALID', message: new RegExp(`^memoryKeys\\.1\\b.*${message.source}`) })
    t.throws(() => { memoryKeys().add(record as StoredApiKey) }, { code: 'AUTH_OPTION_INVALID', message })
  }
})

t.test('jsonKeys refuses a bad file when it is made, naming file and record', async t => {
  const folder = t.testdir()
  const file = join(folder, 'keys.json')
  const stops = (message: RegExp) => { t.throws(() => jsonKeys(file), { code: 'AUTH_OPTION_INVALID', message }) }
  stops(/keys\.json cannot be read \(ENOENT\)/)
  for (const path of [undefined, '', 7]) t.throws(() => jsonKeys(path as string), { code: 'AUTH_OPTION_INVALID', message: /must be given the path/ })
  for (const text of ['', 'text', '[]', '{}', '{"keys":{}}', '{"keys":[],"more":1}', '\ufeff{"keys":[]}']) {
    writeFileSync(file, text)
    stops(/keys\.json must hold a JSON object with the member keys/)
  }
  for (const [record, message] of WRONG) {
    write(file, [reports, record])
    stops(new RegExp(`keys\\.json keys\\.1\\b.*${message.source}`))
  }
  write(file, [reports, reports])
  stops(/keys\.json keys\.1 has the digest of another record/)
})

t.test('jsonKeys reads a file anew when it has changed, however it was changed', async t => {
  const folder = t.testdir()
  const file = join(folder, 'keys.json')
  write(file, [billing])
  const keys = jsonKeys(file)
  t.equal(await keys.findByDigest(reports.digest), null)
  write(file, [billing, reports])
  t.match(await keys.findByDigest(reports.digest), { owner: 'reports' }, 'written in place')
  write(`${file}.new`, [{ ...billing, revoked: true }])
  renameSync(`${file}.new`, file)
  t.match(await keys.findByDigest(billing.digest), { revoked: true }, 'replaced')
  t.equal(await keys.findByDigest(reports.digest), null)
  t.equal(takeProblem(keys), null)
})

t.test('jsonKeys keeps what it had while the file is bad, and says so once', async t => {
  const folder = t.testdir()
  const file = join(folder, 'keys.json')
  write(file, [billing])
  const keys = jsonKeys(file)
  const asksTwice = async () => {
    t.match(await keys.findByDigest(billing.digest), { owner: 'billing' })
    t.match(await keys.findByDigest(billing.digest), { owner: 'billing' })
  }

  writeFileSync(file, '{"keys":[')
  await asksTwice()
  t.match(takeProblem(keys), /keys\.json must hold a JSON object/)
  await asksTwice()
  t.equal(takeProblem(keys), null, 'once')

  write(file, [billing, { owner: 'x' }])
  await asksTwice()
  t.match(takeProblem(keys), /keys\.1\.digest is missing/, 'another fault is told')

  rmSync(file)
  await asksTwice()
  t.match(takeProblem(keys), /cannot be read \(ENOENT\)/)
  await asksTwice()
  t.equal(takeProblem(keys), null)

  mkdirSync(file)
  await asksTwice()
  t.match(takeProblem(keys), /cannot be read \(EISDIR\)/)
  rmSync(file, { recursive: true })

  write(file, [reports])
  t.match(await keys.findByDigest(reports.digest), { owner: 'reports' }, 'a good file counts again')
  t.equal(await keys.findByDigest(billing.digest), null)
  chmodSync(file, 0o600)
  t.match(await keys.findByDigest(reports.digest), { owner: 'reports' })
})

t.test('a store by hand has nothing to tell', async t => {
  t.equal(takeProblem({ findByDigest: async () => null }), null)
})
