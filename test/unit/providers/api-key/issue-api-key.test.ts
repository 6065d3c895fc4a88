import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import t from 'tap'

import { isWellFormedKey } from '../../../../lib/providers/api-key/key-format.js'
import { issueApiKey } from '../../../../lib/providers/api-key/index.js'

import type { IssueOptions } from '../../../../lib/providers/api-key/index.js'

t.test('a key is a prefix, 256 random bits and a checksum, and its record holds its digest', async t => {
  const { key, record } = issueApiKey({ owner: 'billing' })
  t.match(key, /^fgk_[0-9A-Za-z]{43}[0-9A-Za-z]{6}$/)
  t.ok(62n ** 43n >= 2n ** 256n, 'so many there are')
  t.strictSame(record, { owner: 'billing', digest: createHash('sha256').update(key).digest('hex') })
  t.ok(Object.isFrozen(record))
})

t.test('the checksum is CRC-32 in base 62, of all that stands before it', async t => {
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  const { key } = issueApiKey({ owner: 'billing', prefix: 'acme_live2' })
  t.ok(key.startsWith('acme_live2_'))
  const read = [...key.slice(-6)].reduce((sum, digit) => sum * 62 + digits.indexOf(digit), 0)
  t.equal(read, crc32(key.slice(0, -6)))
})

t.test('no two keys are alike, and every character is drawn', async t => {
  const keys = Array.from({ length: 200 }, () => issueApiKey({ owner: 'a' }).key)
  t.equal(new Set(keys).size, keys.length)
  t.equal(new Set(keys.flatMap(key => [...key.slice(4, -6)])).size, 62)
})

t.test('a key that was changed in one place, cut off or given another prefix is not well formed', async t => {
  const { key } = issueApiKey({ owner: 'billing' })
  t.ok(isWellFormedKey(key, 'fgk'))
  for (let index = 4; index < key.length; index++) {
    t.notOk(isWellFormedKey(key.slice(0, index) + (key[index] === 'A' ? 'B' : 'A') + key.slice(index + 1), 'fgk'), `at ${index}`)
  }
  for (const other of [key.slice(0, -1), `${key}0`, `${key} `, key.toLowerCase(), 'fgk_', 'fgk', '', `xyz${key.slice(3)}`]) t.notOk(isWellFormedKey(other, 'fgk'), other)
})

t.test('the record holds what was said of the key, copied', async t => {
  const options = { owner: 'reports', kind: 'human', name: 'Reports', scopes: ['read'], groups: ['staff'], roles: ['editor'], permissions: ['book.read'], expiresAt: 4_102_444_800 } as const
  const { record } = issueApiKey({ ...options, prefix: 'acme' })
  t.strictSame(record, { ...options, digest: record.digest })
  t.not(record.scopes, options.scopes)
})

t.test('options that are none are refused, by name', async t => {
  for (const [options, message] of [
    [undefined, /^issueApiKey is missing/],
    [{}, /^issueApiKey\.owner is missing/],
    [{ owner: '' }, /^issueApiKey\.owner must/],
    [{ owner: 'x'.repeat(256) }, /^issueApiKey\.owner must/],
    [{ owner: 'a', digest: 'b' }, /^issueApiKey\.digest is not an option/],
    [{ owner: 'a', prefix: 'A' }, /^issueApiKey\.prefix must/],
    [{ owner: 'a', prefix: 'a__b' }, /^issueApiKey\.prefix must/],
    [{ owner: 'a', prefix: 'a'.repeat(21) }, /^issueApiKey\.prefix must/],
    [{ owner: 'a', kind: 'robot' }, /^issueApiKey\.kind must/],
    [{ owner: 'a', scopes: 'read' }, /^issueApiKey\.scopes must/],
    [{ owner: 'a', expiresAt: Date.now() }, /^issueApiKey\.expiresAt must be seconds/],
    [{ owner: 'a', expiresAt: Number.NaN }, /^issueApiKey\.expiresAt must be seconds/]
  ] as const) {
    t.throws(() => issueApiKey(options as unknown as IssueOptions), { code: 'AUTH_OPTION_INVALID', message }, JSON.stringify(options))
  }
})
