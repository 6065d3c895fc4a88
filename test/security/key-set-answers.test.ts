import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { gzipSync } from 'node:zlib'

import t from 'tap'

import { jwt } from '../../lib/providers/jwt/index.js'
import { stopClock } from '../fixtures/clock.js'
import { AUDIENCE, createKey, createToken, ISSUER } from './forge.js'
import { assertAccepted, assertRefused, createTarget } from './harness.js'
import { hangUp, json, listen, stall, status } from './listen.js'
import { runOut, TIMEOUT_MS } from './remote-scene.js'

import type { RequestListener } from 'node:http'
import type { Test } from 'tap'
import type { Clock } from '../fixtures/clock.js'
import type { Target } from './harness.js'
import type { Listener } from './listen.js'

/** How an issuer, or whoever stands in its place, answers wrongly. `elsewhere` is a server that nobody must call. */
type WrongAnswer = readonly [name: string, answer: (elsewhere: string) => RequestListener]

interface Scene {
  readonly clock: Clock
  readonly issuer: Listener
  readonly canary: Listener
  readonly target: Target
}

const good = createKey('ES256', 'key-of-the-issuer')
const evil = createKey('ES256', 'key-of-the-attacker')
const keySet = { keys: [good.jwk] }
const evilSet = { keys: [evil.jwk, { ...evil.jwk, kid: good.kid }] }

const unavailable = { status: 503, code: 'AUTH_PROVIDER_UNAVAILABLE', reason: 'keys_unavailable' } as const

function text (body: string | Buffer, headers: Readonly<Record<string, string>> = { 'content-type': 'application/json' }): () => RequestListener {
  return () => (_request, response) => { response.writeHead(200, headers).end(body) }
}

/** Writes so often, for as long as anybody listens. */
function trickle (chunk: string, everyMs: number): RequestListener {
  return function answer (_request, response) {
    response.writeHead(200, { 'content-type': 'application/json' }).write('{"keys":[')
    const timer = setInterval(() => response.write(chunk), everyMs)
    response.on('close', () => clearInterval(timer))
  }
}

const refusals: readonly WrongAnswer[] = [
  ...[201, 202, 204, 206, 304, 400, 401, 403, 404, 410, 429, 500, 502, 503, 504].map((code): WrongAnswer => [`status ${code}`, () => status(code, { 'content-type': 'application/json' })]),
  ['status 404 with the keys of an attacker', () => (_request, response) => { response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify(evilSet)) }],
  ['status 500 with the keys of an attacker', () => (_request, response) => { response.writeHead(500, { 'content-type': 'application/json' }).end(JSON.stringify(evilSet)) }]
]

const redirections: readonly WrongAnswer[] = [
  ...[300, 301, 302, 303, 305, 307, 308].map((code): WrongAnswer => [`status ${code} to another server (CVE-2024-21643; ASVS 15.3.2)`, elsewhere => status(code, { location: `${elsewhere}/jwks` })]),
  [
    'redirect with the keys of an attacker in its body',
    elsewhere => (_request, response) => { response.writeHead(302, { location: elsewhere, 'content-type': 'application/json' }).end(JSON.stringify(evilSet)) }
  ],
  ['redirect to itself', () => status(302, { location: '/jwks' })],
  ['redirect to a file', () => status(302, { location: 'file:///etc/passwd' })],
  ['redirect to the metadata service of a cloud', () => status(302, { location: 'http://169.254.169.254/latest/meta-data/' })],
  ['refresh header', elsewhere => status(200, { refresh: `0;url=${elsewhere}/jwks`, 'content-type': 'application/json' })]
]

const silences: readonly WrongAnswer[] = [
  ['connection broken', () => hangUp],
  ['no answer', () => stall],
  ['headers, then nothing (slow loris)', () => (_request, response) => { response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders() }],
  ['half a body, then nothing', () => (_request, response) => { response.writeHead(200, { 'content-type': 'application/json' }).write('{"keys":[') }],
  ['half a body, then broken', () => (request, response) => { response.writeHead(200, { 'content-type': 'application/json' }).write('{"keys":[', () => request.socket.destroy()) }],
  ['a body that comes one blank at a time', () => trickle(' ', 5)],
  ['a body without end', () => trickle(' '.repeat(65_536), 1)],
  [
    'fewer bytes than announced',
    () => (request, response) => { response.writeHead(200, { 'content-type': 'application/json', 'content-length': '9999' }).write(JSON.stringify(evilSet), () => request.socket.end()) }
  ],
  ['no HTTP at all', () => request => { request.socket.end('SSH-2.0-OpenSSH_9.9\r\n') }],
  ['headers without end', () => request => { request.socket.end(`HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(20_000)}`) }]
]

const sizes: readonly WrongAnswer[] = [
  ['a byte too long', text(JSON.stringify(keySet).padEnd(20_001))],
  ['ten megabytes of blanks in front', text(' '.repeat(10_000_000) + JSON.stringify(evilSet))],
  ['ten megabytes in a member', text(JSON.stringify({ ...evilSet, pad: 'x'.repeat(10_000_000) }))],
  ['small on the wire, ten megabytes unpacked (CWE-409)', text(gzipSync(JSON.stringify(evilSet).padEnd(10_000_000)), { 'content-type': 'application/json', 'content-encoding': 'gzip' })],
  ['more keys than allowed', () => json({ keys: Array.from({ length: 11 }, (_, index) => ({ ...evil.jwk, kid: `${index}` })) })],
  ['more entries than allowed, none of them keys', () => json({ keys: Array(11).fill(null) })],
  ['nested a thousand deep', text(`{"keys":${'['.repeat(1_000)}${']'.repeat(1_000)}}`)],
  ['nested, and never closed', text(`{"keys":${'['.repeat(9_000)}`)]
]

const types: readonly WrongAnswer[] = [
  'text/html', 'text/plain', 'text/json', 'application/xml', 'application/javascript', 'application/octet-stream', 'application/jose', 'application/jwt',
  'application/jsonp', 'application/x-json', 'image/png', 'multipart/form-data', 'application/json-seq', 'xapplication/json', '', ' '
]
  .map((type): WrongAnswer => [`type ${JSON.stringify(type)} with the keys of an attacker`, text(JSON.stringify(evilSet), { 'content-type': type })])

const bodies: readonly WrongAnswer[] = [
  ['no type', text(JSON.stringify(evilSet), {})], ['empty', text('')], ['blank', text(' \n ')], ['a login page', text('<!doctype html><title>Sign in</title>')],
  ['cut off', text(JSON.stringify(evilSet).slice(0, -2))], ['rubbish behind', text(`${JSON.stringify(evilSet)}x`)],
  ['two key sets', text(JSON.stringify(evilSet) + JSON.stringify(evilSet))],
  ['an anti-hijacking prefix', text(`)]}',\n${JSON.stringify(evilSet)}`)], ['JSONP', text(`callback(${JSON.stringify(evilSet)})`)],
  ['a comment', text(`/* */${JSON.stringify(evilSet)}`)], ['a byte order mark', text(`\ufeff${JSON.stringify(evilSet)}`)],
  ['UTF-16', text(Buffer.from(JSON.stringify(evilSet), 'utf16le'))],
  ['UTF-8 that is none', text(Buffer.concat([Buffer.from('{"x":"'), Buffer.from([0xff]), Buffer.from('","keys":[]}')]))],
  ['said to be gzip, and is none', text(JSON.stringify(evilSet), { 'content-type': 'application/json', 'content-encoding': 'gzip' })],
  ['a PEM', text(evil.publicKey.export({ format: 'pem', type: 'spki' }).toString())],
  ...[
    null, true, 7, 'keys', [], [evil.jwk], {}, evil.jwk, { keys: null }, { keys: {} }, { keys: 'x' }, { keys: 7 }, { keys: { 0: evil.jwk, length: 1 } },
    { Keys: [evil.jwk] }, { jwks: evilSet }, { keys: true }
  ].map((document): WrongAnswer => [`JSON ${JSON.stringify(document).slice(0, 40)} ${JSON.stringify(document).length}`, () => json(document)]),
  ['keys in a prototype', text(`{"__proto__":${JSON.stringify(evilSet)}}`)],
  ['keys twice, the last is no list', text(`{"keys":${JSON.stringify(evilSet.keys)},"keys":null}`)]
]

async function setScene (t: Test, answer: (elsewhere: string) => RequestListener): Promise<Scene> {
  const clock = stopClock(t)
  const canary = await listen(t, json(evilSet))
  const issuer = await listen(t, answer(canary.url))
  const jwksUri = `${issuer.url}/jwks`
  const bounds = { jwksTimeoutMs: TIMEOUT_MS, jwksMaxBytes: 20_000, jwksMaxKeys: 10, jwksCooldownSeconds: 60, warmUp: false }
  const target = await createTarget(t, { jwtProvider: jwt({ issuer: ISSUER, audience: AUDIENCE, jwksUri, ...bounds }) })
  return { clock, issuer, canary, target }
}

/** Never had keys: nobody can be judged, and nobody asks more than once. */
async function assertCold (t: Test, [name, answer]: WrongAnswer, isSilent: boolean): Promise<void> {
  const scene = await setScene(t, answer)
  const { clock, issuer, canary, target } = scene
  const refused = assertRefused(t, target, { name, token: createToken(good), ...unavailable })
  await (isSilent ? runOut(scene, 1) : null)
  await refused
  for (const key of [evil, good]) {
    await assertRefused(t, target, { name, token: createToken(key), ...unavailable })
  }
  t.equal(issuer.hits.length, 1, 'one fetch')
  issuer.answer = json(keySet)
  clock.advance(61)
  await assertAccepted(t, target, createToken(good))
  await assertRefused(t, target, { name, token: createToken(evil), reason: 'kid_unknown' })
  t.strictSame(canary.hits, [])
}

/** Has keys: they go on, and nothing of the wrong answer is taken for a key. */
async function assertWarm (t: Test, [name, answer]: WrongAnswer, isSilent: boolean): Promise<void> {
  const scene = await setScene(t, () => json(keySet))
  const { clock, issuer, canary, target } = scene
  await assertAccepted(t, target, createToken(good))
  issuer.answer = answer(canary.url)
  clock.advance(1_000)
  const refused = assertRefused(t, target, { name, token: createToken(evil), ...unavailable })
  await (isSilent ? runOut(scene, 2) : null)
  await refused
  await assertRefused(t, target, { name, token: createToken(evil, { header: { kid: good.kid } }), reason: 'signature' })
  await assertAccepted(t, target, createToken(good))
  t.equal(issuer.hits.length, 2, 'one fetch for the first token, one in the background')
  t.strictSame(canary.hits, [])
}

for (const [title, table] of Object.entries({ refusals, redirections, silences, sizes, types, bodies })) {
  t.test(`wrong answers for keys: ${title}`, async t => {
    t.equal(new Set(table.map(([name]) => name)).size, table.length, 'every technique is named once')
    for (const row of table) {
      await t.test(`${row[0]}, when there are no keys yet`, t => assertCold(t, row, table === silences))
      await t.test(`${row[0]}, when there are keys`, t => assertWarm(t, row, table === silences))
    }
  })
}

t.test('answers that are right in every way are taken', async t => {
  const rows: readonly WrongAnswer[] = [
    ...['application/json', 'application/jwk-set+json', 'Application/JSON; charset=utf-8', 'application/json;x=y'].map((type): WrongAnswer => [type, () => json(keySet, type)]),
    ['as long as may be', text(JSON.stringify(keySet).padEnd(20_000))],
    ['as many as may be', () => json({ keys: [good.jwk, ...Array(9).fill(null)] })],
    ['gzip', text(gzipSync(JSON.stringify(keySet)), { 'content-type': 'application/json', 'content-encoding': 'gzip' })]
  ]
  for (const [name, answer] of rows) {
    await t.test(name, async t => assertAccepted(t, (await setScene(t, answer)).target, createToken(good)))
  }
})

for (const [name, chunk] of [['trickles', ' '], ['pours', ' '.repeat(65_536)]] as const) {
  t.test(`a body that ${name} for ever is not listened to for ever`, async t => {
    const endings: unknown[] = []
    const scene = await setScene(t, () => function answer (request, response) {
      endings.push(once(response, 'close'))
      trickle(chunk, 1)(request, response)
    })
    const refused = assertRefused(t, scene.target, { name, token: createToken(good), ...unavailable })
    await runOut(scene, 1)
    await Promise.all([refused, ...endings])
    t.equal(endings.length, 1, 'the connection was ended from our side')
  })
}

t.test('requests for keys tell nothing: no token, no cookie, no body', async t => {
  const seen: string[] = []
  const { clock, target, issuer } = await setScene(t, () => function answer (request, response) {
    seen.push(JSON.stringify([request.method, request.url, request.headers]))
    response.setHeader('set-cookie', 'tracking=4711')
    json(keySet)(request, response)
  })
  const token = createToken(evil, { header: { kid: 'kid-that-nobody-may-hear-of' } })
  await assertAccepted(t, target, createToken(good))
  clock.advance(61)
  await assertRefused(t, target, { name: 'unknown kid', token, reason: 'kid_unknown' })
  t.equal(issuer.hits.length, 2)
  t.notMatch(seen.join(), /tracking|authorization|cookie|kid-that/i)
  t.notOk(seen.join().includes(token.slice(-40)))
})
