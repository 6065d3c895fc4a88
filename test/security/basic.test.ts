import { createHash } from 'node:crypto'

import t from 'tap'

import { basicHeader } from '../fixtures/basic-header.js'
import { ARGON2_RECORD, fakeArgon2, RIGHT_PASSWORD } from '../fixtures/fake-argon2.js'
import { assertRefused, createTarget } from './harness.js'
import { basic } from '../../lib/providers/basic/index.js'

import type { Test } from 'tap'
import type { Attack, Target } from './harness.js'
import type { StoredCredentials } from '../../lib/index.js'

const CHALLENGE = 'Basic realm="api", charset="UTF-8"'
const SECRET = 'secret-of-the-attacker'

/** A name, the header's value, and texts in it that must show up nowhere. */
type Header = readonly [name: string, value: string]

const users = new Map<string, StoredCredentials>([
  ['alice', { id: '7', passwordHash: ARGON2_RECORD }],
  ['ALICE', { id: '8', passwordHash: 'unreadable-record-of-somebody' }]
])

const right = Buffer.from(`alice:${RIGHT_PASSWORD}`)
const good = right.toString('base64')
const encode = (text: string | Uint8Array) => `Basic ${Buffer.from(text).toString('base64')}`
const wide = (text: string) => encode(Buffer.from(text, 'utf16le'))

const malformed: readonly Header[] = [
  ['no credentials', 'Basic'],
  ['credentials without padding', `Basic ${encode('alice:secret1').slice(6).replaceAll('=', '')}`],
  ['padding too much', `Basic ${good}=`], ['padding far too much', `Basic ${good}====`], ['padding inside', `Basic ${good.slice(0, 4)}=${good.slice(4)}`],
  ['bits left over (non-canonical, RFC 4648, 3.5)', `Basic ${Buffer.from('alice:secret1').toString('base64').replace('MQ==', 'MR==')}`],
  ['the URL-safe alphabet', encode('alice:???>>>').replaceAll('/', '_').replaceAll('+', '-')],
  ['a blank inside', `Basic ${good.slice(0, 8)} ${good.slice(8)}`], ['a tab before', `Basic\t${good}`], ['a comma behind', `Basic ${good},`],
  ['two credentials in one header', `Basic ${good}, Basic ${good}`], ['parameters like Digest', 'Basic username="alice", password="x"'],
  ['quotes around', `Basic "${good}"`], ['not encoded at all', `Basic alice:${SECRET}`], ['percent encoding', `Basic ${encodeURIComponent(`${good}==`)}`],
  ['hex', `Basic ${right.toString('hex')}`],
  ['no colon', encode(`alice${SECRET}`)], ['a full-width colon', encode(`alice：${SECRET}`)], ['an empty name', encode(`:${SECRET}`)], ['nothing but a colon', encode(':')],
  ['Latin-1 (RFC 7617, 2.1)', encode(Buffer.from('alice:caf\xe9', 'latin1'))], ['UTF-16', wide(`alice:${SECRET}`)], ['UTF-8, overlong', encode(Buffer.from([...Buffer.from('alice'), 0xc0, 0xba, 0x78]))],
  ['UTF-8, a surrogate (CESU-8)', encode(Buffer.from([...Buffer.from('alice:'), 0xed, 0xa0, 0x80]))], ['UTF-8, cut off', encode(Buffer.from([...Buffer.from('alice:'), 0xe2, 0x82]))],
  ['a NUL behind the name', encode(`alice\0:${RIGHT_PASSWORD}`)], ['a NUL behind the password', encode(`alice:${RIGHT_PASSWORD}\0`)], ['a line end (CWE-117)', encode(`alice:${SECRET}\r\nx`)],
  ['DEL', encode(`alice:${SECRET}\x7f`)], ['a control character of Latin-1', encode(`alice:${SECRET}\x85`)], ['an escape sequence', encode(`alice\x1b[2J:${SECRET}`)],
  ['a password of 4 KiB', encode(`alice:${'x'.repeat(4_096)}`)], ['a name of 4 KiB', encode(`${'a'.repeat(4_096)}:x`)]
]

const rejected: readonly Header[] = [
  ['another password', encode(`alice:${SECRET}`)], ['no password', encode('alice:')], ['somebody unknown, with the password of another', encode(`stranger:${RIGHT_PASSWORD}`)],
  ['the name in another case', encode(`Alice:${RIGHT_PASSWORD}`)], ['the password in another case', encode(`alice:${RIGHT_PASSWORD.toUpperCase()}`)],
  ['a blank behind the name', encode(`alice :${RIGHT_PASSWORD}`)], ['a blank behind the password', encode(`alice:${RIGHT_PASSWORD} `)], ['a colon more', encode(`alice::${RIGHT_PASSWORD}`)],
  ['the beginning of the password', encode(`alice:${RIGHT_PASSWORD.slice(0, -1)}`)], ['the stored hash as the password (pass the hash)', encode(`alice:${ARGON2_RECORD}`)],
  ['the stored id as the name', encode(`7:${RIGHT_PASSWORD}`)], ['a byte order mark before the name', encode(`\ufeffalice:${RIGHT_PASSWORD}`)], ['a zero-width space', encode(`ali\u200bce:${RIGHT_PASSWORD}`)],
  ['a Cyrillic letter (homoglyph)', encode(`\u0430lice:${RIGHT_PASSWORD}`)], ['full-width letters', encode(`ａｌｉｃｅ:${RIGHT_PASSWORD}`)],
  ['__proto__', encode(`__proto__:${SECRET}`)], ['constructor', encode(`constructor:${SECRET}`)], ['toString', encode('toString:undefined')], ['undefined', encode('undefined:undefined')],
  ['SQL', encode(`' OR ''=':${SECRET}`)], ['a wildcard', encode(`*:${SECRET}`)], ['admin with a password that everybody knows', encode('admin:admin')]
]

async function createScene (t: Test): Promise<Target> {
  fakeArgon2(t)
  const target = await createTarget(t, { authenticators: [basic({ findByUsername: async username => users.get(username) ?? null })], failureLimit: null })
  await assertIn(t, target)
  return target
}

async function assertIn (t: Test, target: Target): Promise<void> {
  const { status, isHandled } = await target.send({ request: { url: '/', headers: basicHeader('alice', RIGHT_PASSWORD) } })
  t.strictSame({ status, isHandled }, { status: 200, isHandled: true }, 'the right password gets in')
}

function toAttack ([name, authorization]: Header, expected: Omit<Attack, 'name'>): Attack {
  const secrets = [authorization.slice(6), SECRET, RIGHT_PASSWORD, ARGON2_RECORD, 'unreadable-record'].filter(text => text.length >= 8)
  return { name, request: { url: '/', headers: { authorization } }, challenge: CHALLENGE, secrets, ...expected }
}

for (const [title, table, expected] of [
  ['malformed', malformed, { code: 'AUTH_CREDENTIALS_MALFORMED', reason: 'header_syntax' }],
  ['rejected', rejected, { code: 'AUTH_PASSWORD_REJECTED', reason: 'password' }]
] as const) {
  t.test(`Basic credentials that must be ${title}`, async t => {
    const target = await createScene(t)
    t.equal(new Set(table.map(([name]) => name)).size, table.length)
    for (const header of table) await t.test(header[0], t => assertRefused(t, target, toAttack(header, expected)))
    await assertIn(t, target)
  })
}

t.test('Basic credentials of other kinds and numbers', async t => {
  const target = await createScene(t)
  for (const scheme of ['Digest', 'Bearer', 'Basically', 'Basic-', 'xBasic', 'Negotiate', '"Basic"']) {
    await t.test(`scheme ${scheme}`, t => assertRefused(t, target, toAttack(['another scheme', `${scheme} ${good}`], { code: 'AUTH_CREDENTIALS_MISSING', reason: 'credential_missing' })))
  }
  for (const [name, ...values] of [['the header twice, the same', `Basic ${good}`, `Basic ${good}`], ['the header twice, the good one first', `Basic ${good}`, encode('x:y')], ['the header twice, the good one last', 'Bearer x', `Basic ${good}`]] as const) {
    const wire = `GET / HTTP/1.1\r\nHost: a\r\n${values.map(value => `Authorization: ${value}\r\n`).join('')}Connection: close\r\n\r\n`
    await t.test(name, t => assertRefused(t, target, { name, wire, status: 400, code: 'AUTH_CREDENTIALS_AMBIGUOUS', reason: 'header_repeated', challenge: CHALLENGE, secrets: [good] }))
  }
  for (const [name, request] of [
    ['in the URL (RFC 3986, 3.2.1)', { url: `http://alice:${encodeURIComponent(RIGHT_PASSWORD)}@localhost/` }], ['in the query', { url: '/', query: { username: 'alice', password: RIGHT_PASSWORD } }],
    ['for the proxy', { url: '/', headers: { 'proxy-authorization': `Basic ${good}` } }], ['in a cookie', { url: '/', headers: { cookie: `authorization=Basic ${good}` } }]
  ] as const) await t.test(name, t => assertRefused(t, target, { name, request, code: 'AUTH_CREDENTIALS_MISSING', reason: 'credential_missing', challenge: CHALLENGE }))
  await t.test('a record that nobody can read is an outage, never a wrong password', t => {
    return assertRefused(t, target, toAttack(['unreadable', encode(`ALICE:${SECRET}`)], { status: 503, code: 'AUTH_PROVIDER_UNAVAILABLE', reason: 'hash_unverifiable' }))
  })
})

t.test('a page of somebody else does nothing with the password that the browser keeps', async t => {
  fakeArgon2(t)
  const target = await createTarget(t, {
    authenticators: [basic({ findByUsername: async username => users.get(username) ?? null })],
    routes: (app, handler) => { app.post('/', handler) }
  })
  const headers = basicHeader('alice', RIGHT_PASSWORD)
  for (const [name, sent] of [['cross-site', { 'sec-fetch-site': 'cross-site' }], ['another origin', { origin: 'https://evil.example' }], ['same-site', { 'sec-fetch-site': 'same-site' }], ['null', { origin: 'null' }]] as const) {
    await t.test(name, t => assertRefused(t, target, { name, request: { method: 'POST', url: '/', headers: { ...headers, ...sent } }, status: 403, code: 'AUTH_ORIGIN_REFUSED', reason: 'origin', secrets: [good] }))
  }
  t.equal((await target.send({ request: { method: 'POST', url: '/', headers } })).status, 200, 'no browser, no page')
})

t.test('strangers and wrong passwords cannot be told apart', async t => {
  const target = await createScene(t)
  const look = async (username: string) => {
    const { status, body, headers } = await target.send({ request: { url: '/', headers: basicHeader(username, SECRET) } })
    return { status, body, challenge: headers['www-authenticate'], length: headers['content-length'], names: Object.keys(headers) }
  }
  t.strictSame(await look('stranger'), await look('alice'))
})

t.test('the example of RFC 7617, section 2.1, gets in', async t => {
  const passwordHash = createHash('sha256').update('123\u00a3').digest('hex')
  const repository = { findByUsername: async (username: string) => username === 'test' ? { id: 'test', passwordHash } : null }
  const target = await createTarget(t, { authenticators: [basic(repository, { unsaltedSha256: 'legacy' })] })
  t.equal((await target.send({ request: { url: '/', headers: { authorization: 'Basic dGVzdDoxMjPCow==' } } })).status, 200)
})
