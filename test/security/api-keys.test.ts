import t from 'tap'

import { reqSerializer } from '../../lib/index.js'
import { apiKey, issueApiKey, memoryKeys } from '../../lib/providers/api-key/index.js'
import { attackAll, createTarget } from './harness.js'

import type { Test } from 'tap'
import type { ApiKeyOptions, ApiKeyStore, StoredApiKey } from '../../lib/providers/api-key/index.js'
import type { Attack, Target } from './harness.js'

const good = issueApiKey({ owner: 'billing' })
const ended = issueApiKey({ owner: 'ended', expiresAt: 1 })
const revoked = issueApiKey({ owner: 'revoked' })
const foreign = 'made-elsewhere:4711-0815/AbCdEfGh+IjKl=='
const store = memoryKeys([good.record, ended.record, { ...revoked.record, revoked: true }])

const secrets = [good.key, good.key.slice(4), ended.key, revoked.key, foreign]
const challenge = 'ApiKey realm="api"'
const rejected = { code: 'AUTH_KEY_REJECTED', challenge, secrets } as const
const malformed = { code: 'AUTH_CREDENTIALS_MALFORMED', challenge, secrets } as const
const ambiguous = { status: 400, code: 'AUTH_CREDENTIALS_AMBIGUOUS', challenge, secrets } as const
const missing = { code: 'AUTH_CREDENTIALS_MISSING', reason: 'credential_missing', challenge, secrets } as const

type Kind = Omit<Attack, 'name'>

function open (t: Test, keys: ApiKeyStore = store, options: ApiKeyOptions = {}): Promise<Target> {
  return createTarget(t, {
    authenticators: [apiKey(keys, options)],
    failureLimit: null,
    logger: { serializers: { req: reqSerializer } },
    routes: (app, handler) => { app.post('/', handler) }
  })
}

/** `GET /` with this key. */
function withKeys (rows: ReadonlyArray<readonly [name: string, key: string, kind: Kind]>): readonly Attack[] {
  return rows.map(([name, key, kind]) => ({ name, request: { url: '/', headers: { 'x-api-key': key } }, ...kind }))
}

/** These lines as they are. */
function onWire (rows: ReadonlyArray<readonly [name: string, lines: readonly string[], kind: Kind]>): readonly Attack[] {
  return rows.map(([name, lines, kind]) => ({ name, wire: ['GET / HTTP/1.1', 'Host: api.example', ...lines, 'Connection: close', '', ''].join('\r\n'), ...kind }))
}

const control = { url: '/', headers: { 'x-api-key': good.key } }
const syntax = { ...malformed, reason: 'header_syntax' } as const
const unknown = { ...rejected, reason: 'key' } as const
const mistyped = { ...rejected, reason: 'key_syntax' } as const

t.test('keys that do not count (CWE-613, CWE-287)', async t => {
  const [one = '', other = ''] = good.key.slice(-2)
  const swapped = good.key.slice(0, -2) + other + (one === other ? '-' : one)
  const upside = [...good.key].map(letter => letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()).join('')
  await attackAll(t, await open(t), {
    control,
    attacks: withKeys([
      ['guessed: well formed, with a checksum that anybody can work out', issueApiKey({ owner: 'billing' }).key, unknown],
      ['ended', ended.key, { ...rejected, reason: 'key_expired' }],
      ['revoked', revoked.key, { ...rejected, reason: 'key_revoked' }],
      ['its digest in place of the key (pass the hash)', good.record.digest, unknown],
      ['digest in capital letters', good.record.digest.toUpperCase(), unknown],
      ['digest behind the prefix', `fgk_${good.record.digest}`, mistyped],
      ['the owner\'s name', 'billing', unknown],
      ['prefix alone', 'fgk_', mistyped],
      ['a prefix of the key', good.key.slice(0, -1), mistyped],
      ['a longer key', `${good.key}0`, mistyped],
      ['two characters changed places', swapped, mistyped],
      ['letters in the other case', upside, unknown],
      ['without the prefix', good.key.slice(4), unknown],
      ['under another prefix', `acme_${good.key.slice(4)}`, unknown],
      ['twice in a row', good.key + good.key, mistyped],
      ['key made elsewhere whose digest nobody stored', foreign, unknown],
      ['a name that all objects have', '__proto__', unknown],
      ['another such', 'constructor', unknown],
      ['wildcard of SQL', '%', unknown],
      ['injection into SQL', '\'or\'1\'=\'1', unknown],
      ['operator of MongoDB', '{"$ne":null}', unknown],
      ['the word null', 'null', unknown],
      ['the word undefined', 'undefined', unknown]
    ])
  })
})

t.test('texts that are no key are refused before anything is hashed or asked (CWE-20, CWE-400)', async t => {
  let asked = 0
  const counting: ApiKeyStore = { findByDigest: async digest => { asked++; return await store.findByDigest(digest) } }
  await attackAll(t, await open(t, counting), {
    control,
    attacks: [
      ...withKeys([
        ['empty', '', syntax],
        ['as long as headers may be', 'k'.repeat(12_000), syntax],
        ['one character too long', 'k'.repeat(513), syntax],
        ['two keys in one value', `${good.key}, ${ended.key}`, syntax],
        ['a scheme in front', `ApiKey ${good.key}`, syntax],
        ['quoted, with parameters', `"${good.key}"; x=1`, syntax],
        ['tab within', `${good.key}\t1`, syntax],
        ['letters beyond ASCII', `${good.key}é`, syntax],
        ['non-breaking space at the end', `${good.key}\u00a0`, syntax]
      ]),
      ...onWire([
        ['sent twice, one value (CWE-235)', [`X-Api-Key: ${good.key}`, `x-api-key: ${good.key}`], { ...ambiguous, reason: 'header_repeated' }],
        ['sent twice, the good one last', ['X-Api-Key: wrong', `X-API-KEY: ${good.key}`], { ...ambiguous, reason: 'header_repeated' }],
        ['sent twice, one empty', ['X-Api-Key:', `X-Api-Key: ${good.key}`], { ...ambiguous, reason: 'header_repeated' }],
        ['in Authorization as a bearer token', [`Authorization: Bearer ${good.key}`], missing],
        ['in Authorization under the challenge\'s own name', [`Authorization: ApiKey ${good.key}`], missing],
        ['in Authorization as a password', [`Authorization: Basic ${Buffer.from(`${good.key}:`).toString('base64')}`], missing],
        ['with an underscore in the header\'s name', [`X_Api_Key: ${good.key}`], missing],
        ['in a cookie of the name', [`Cookie: x-api-key=${good.key}`], missing]
      ]),
      { name: 'in the query of the name', request: { url: `/?x-api-key=${good.key}` }, ...missing },
      { name: 'in the body', request: { method: 'POST', url: '/', payload: { 'x-api-key': good.key } }, ...missing }
    ]
  })
  t.equal(asked, 2, 'about the good key alone')
})

t.test('in the query (CWE-598)', async t => {
  const query = { ...malformed, reason: 'query_syntax' } as const
  const rows: ReadonlyArray<readonly [string, string, Kind]> = [
    ['twice', `?key=${good.key}&key=${good.key}`, { ...ambiguous, reason: 'query_repeated' }],
    ['twice, one name encoded', `?key=wrong&%6bey=${good.key}`, { ...ambiguous, reason: 'query_repeated' }],
    ['empty', '?key=', query],
    ['as a list', `?key[]=${good.key}`, missing],
    ['as an object', `?key[a]=${good.key}`, missing],
    ['name in another case', `?KEY=${good.key}`, missing],
    ['space, written as +', `?key=${good.key}+1`, query],
    ['line break, encoded', `?key=${good.key}%0d%0aset-cookie:a=b`, query],
    ['NUL, encoded', `?key=${good.key}%00`, query],
    ['unknown', '?key=wrong-key-4711', unknown],
    ['a member of all objects', '?__proto__=x', missing],
    ['in the header', '', missing]
  ]
  await attackAll(t, await open(t, store, { in: 'query', name: 'key' }), {
    control: { url: `/?key=${good.key}` },
    attacks: rows.map(([name, url, kind]) => ({ name, request: { url: `/${url}`, headers: name === 'in the header' ? { key: good.key } : {} }, ...kind }))
  })
})

t.test('in a cookie, which browsers send whoever wrote the page (CWE-352)', async t => {
  const cookie = `__Host-key=${good.key}`
  const csrf = { status: 403, code: 'AUTH_ORIGIN_REFUSED', reason: 'origin', secrets } as const
  const target = await open(t, store, { in: 'cookie', name: '__Host-key' })
  const post = (headers: Record<string, string>) => ({ request: { method: 'POST', url: '/', headers: { host: 'api.example', cookie, ...headers } } as const, ...csrf })
  await attackAll(t, target, {
    control: { url: '/', headers: { cookie } },
    attacks: [
      { name: 'form of another site', ...post({ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }) },
      { name: 'form of a sister site', ...post({ 'sec-fetch-site': 'same-site' }) },
      { name: 'sandboxed frame', ...post({ origin: 'null' }) },
      { name: 'no word of where it comes from', ...post({}) },
      { name: 'tossed by a sub-domain', request: { url: '/', headers: { cookie: `__Host-key=wrong; ${cookie}` } }, ...ambiguous, reason: 'cookie_repeated' },
      { name: 'name in another case', request: { url: '/', headers: { cookie: cookie.replace('Host', 'host') } }, ...missing },
      { name: 'in the header of the name', request: { url: '/', headers: { '__host-key': good.key } }, ...missing },
      { name: 'space, encoded', request: { url: '/', headers: { cookie: `${cookie}%20` } }, ...malformed, reason: 'cookie_syntax' }
    ]
  })
})

t.test('stores that answer wrongly, or not at all (CWE-703)', async t => {
  const down = { status: 503, code: 'AUTH_PROVIDER_UNAVAILABLE', secrets: [...secrets, 'a secret of the store'] } as const
  const answers: ReadonlyArray<readonly [name: string, answer: () => unknown, kind: Kind]> = [
    ['undefined', () => undefined, { ...down, reason: 'provider_answer' }],
    ['true', () => true, { ...down, reason: 'provider_answer' }],
    ['a list of records', () => [good.record], { ...down, reason: 'provider_answer' }],
    ['an empty object', () => ({}), { ...down, reason: 'provider_answer' }],
    ['a record that inherits all it says', () => Object.create(good.record), { ...down, reason: 'provider_answer' }],
    ['an owner that is a number', () => ({ ...good.record, owner: 7 }), { ...down, reason: 'provider_answer' }],
    ['revoked as a text', () => ({ ...good.record, revoked: 'true' }), { ...down, reason: 'provider_answer' }],
    ['revoked as a number', () => ({ ...good.record, revoked: 1 }), { ...down, reason: 'provider_answer' }],
    ['an end in milliseconds', () => ({ ...good.record, expiresAt: Date.now() }), { ...down, reason: 'provider_answer' }],
    ['an end that is no number', () => ({ ...good.record, expiresAt: Number.NaN }), { ...down, reason: 'provider_answer' }],
    ['an end as a text', () => ({ ...good.record, expiresAt: '2099-01-01' }), { ...down, reason: 'provider_answer' }],
    ['scopes as one text', () => ({ ...good.record, scopes: 'admin' }), { ...down, reason: 'provider_answer' }],
    ['a digest in binary', () => ({ ...good.record, digest: Buffer.from(good.record.digest, 'hex') }), { ...down, reason: 'provider_answer' }],
    ['the record of another key', () => revoked.record, unknown],
    ['a record that was cut off', () => ({ ...good.record, digest: good.record.digest.slice(0, 40) }), { ...down, reason: 'provider_answer' }],
    ['an error with a secret in it', () => { throw new Error('a secret of the store') }, { ...down, reason: 'provider_failed' }],
    ['an error whose code is a secret', () => { throw Object.assign(new Error('down'), { code: 'a secret of the store' }) }, { ...down, reason: 'provider_failed' }]
  ]
  for (const [name, answer, kind] of answers) {
    let isGood = true
    const target = await open(t, { findByDigest: async digest => isGood ? await store.findByDigest(digest) : answer() as StoredApiKey })
    t.equal((await target.send({ request: control })).status, 200)
    isGood = false
    const { status, code, reason } = { status: 401, ...kind }
    const observed = await target.send({ request: control })
    t.strictSame([observed.status, JSON.parse(observed.body).code, observed.isHandled], [status, code, false], name)
    t.match(observed.lines.join(''), `"reason":"${reason}"`, name)
    t.notOk([...secrets, 'a secret of the store'].some(secret => `${observed.body}${observed.lines.join('')}`.includes(secret)), `${name}: nothing shows`)
  }
})
