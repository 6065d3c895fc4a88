import { X509Certificate } from 'node:crypto'

import t from 'tap'

import { createCertificate, toPem } from './certificate.js'
import { compact, createKey, createToken, ISSUER } from './forge.js'
import { inspect, isLeaked, secretsOf } from './inspect.js'
import { parseChallenge } from './parse-challenge.js'
import { parseAnswers } from './send-raw.js'

import type { Expectation, Observation } from './inspect.js'

const expected: Expectation = { status: 401, code: 'AUTH_TOKEN_INVALID', reason: 'signature', secrets: ['a-secret-text'] }
const refusal: Observation = {
  status: 401,
  headers: { 'www-authenticate': 'Bearer realm="api", error="invalid_token"' },
  body: '{"statusCode":401,"code":"AUTH_TOKEN_INVALID","error":"Unauthorized","message":"Invalid token"}',
  isHandled: false,
  users: [null],
  lines: ['{"plugin":"fastify-gatekeeper","code":"AUTH_TOKEN_INVALID","reason":"signature"}']
}

t.test('a refusal that is as it must be has no problems', async t => {
  t.strictSame(inspect(refusal, expected), [])
})

t.test('each fault of a refusal is a problem', async t => {
  const faults: ReadonlyArray<readonly [string, Partial<Observation>, RegExp]> = [
    ['a success', { status: 200 }, /^status 200/],
    ['a crash', { status: 500 }, /^status 500/],
    ['a handler that ran', { isHandled: true }, /handler ran/],
    ['a user', { users: [null, { id: 'x' }] }, /user was set/],
    ['another code', { body: refusal.body.replace('INVALID', 'EXPIRED') }, /not our body/],
    ['another status in the body', { body: refusal.body.replace('401', '403') }, /not our body/],
    ['one more member', { body: refusal.body.replace('{', '{"cause":1,') }, /not our body/],
    ['no JSON', { body: '<html>' }, /not our body/],
    ['JSON null', { body: 'null' }, /not our body/],
    ['no challenge', { headers: {} }, /wrong challenge/],
    ['two challenges', { headers: { 'www-authenticate': ['Bearer realm="a"', 'Bearer realm="b"'] } }, /wrong challenge/],
    ['a challenge without an error', { headers: { 'www-authenticate': 'Bearer realm="api"' } }, /wrong challenge/],
    ['the wrong error', { headers: { 'www-authenticate': 'Bearer realm="api", error="invalid_request"' } }, /wrong challenge/],
    ['a challenge without a realm', { headers: { 'www-authenticate': 'Bearer error="invalid_token"' } }, /wrong challenge/],
    ['a scope nobody asked for', { headers: { 'www-authenticate': 'Bearer realm="api", error="invalid_token", scope="a"' } }, /wrong challenge/],
    ['a secret in the body', { body: refusal.body.replace('Invalid token', 'a-secret-text') }, /answer shows/],
    ['a secret in a header', { headers: { ...refusal.headers, 'x-debug': 'a-secret-text' } }, /answer shows/],
    ['a secret in the log', { lines: [...refusal.lines, '{"token":"a-secret-text"}'] }, /log shows/],
    ['another reason', { lines: [refusal.lines[0]?.replace('signature', 'audience') ?? ''] }, /^reason audience/],
    ['nothing logged', { lines: ['{"plugin":"fastify-gatekeeper","msg":"ready"}', 'null'] }, /^reason undefined/]
  ]
  for (const [name, fault, problem] of faults) {
    t.match(inspect({ ...refusal, ...fault }, expected).find(found => problem.test(found)), problem, name)
  }
})

t.test('an outage has no challenge but a time to come back', async t => {
  const outage = { ...refusal, status: 503, headers: { 'retry-after': '10' }, body: refusal.body.replace('401', '503') }
  t.strictSame(inspect(outage, { ...expected, status: 503 }), [])
  t.strictSame(inspect({ ...outage, headers: {} }, { ...expected, status: 503 }), ['no Retry-After'])
  t.strictSame(inspect({ ...outage, headers: { 'retry-after': '0' } }, { ...expected, status: 503 }), ['no Retry-After'])
  t.match(inspect({ ...outage, headers: { ...outage.headers, ...refusal.headers } }, { ...expected, status: 503 }), [/wrong challenge/])
})

t.test('challenges are read strictly', async t => {
  t.strictSame(parseChallenge('Bearer realm="api", error="invalid_token"')?.parameters.get('error'), 'invalid_token')
  const broken = ['', 'Bearer', 'Bearer ', 'Bearer realm=api', 'Bearer realm=""', 'Bearer realm="a" error="invalid_token"', 'Bearer realm="a", realm="b"',
    'Bearer realm="a", Realm="b"', 'Bearer realm="a\\"b"', 'Bearer realm="ä"', 'Bearer realm="a", error="other"', 'Bearer realm="a", scope=" a"',
    'Bearer realm="a", scope="a  b"', 'Bearer realm="a", secret="b"', ' Bearer realm="a"', 'Bea(rer realm="a"', 'Bearer realm="a",']
  for (const text of broken) {
    t.equal(parseChallenge(text), null, text)
  }
})

t.test('what is secret in a token: its text, its segments, and what it says', async t => {
  const token = compact({ alg: 'none', jwk: { n: 'n-of-the-attacker' } }, { iss: ISSUER, sub: 'short', deep: ['text-in-a-list'] }, () => Buffer.from('signature'))
  const secrets = secretsOf(token, [ISSUER])
  t.strictSame(secrets.slice(0, 4), [token, ...token.split('.')])
  t.strictSame(secrets.slice(4), ['n-of-the-attacker', 'text-in-a-list'])
  t.ok(isLeaked(JSON.stringify({ token: 'line one\nline two' }), ['one\nline']), 'as JSON writes it, too')
  t.notOk(isLeaked('nothing', secrets))
})

t.test('answers on the wire are taken apart', async t => {
  const wire = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 401 Unauthorized\r\nset-cookie: a\r\nset-cookie: b\r\n\r\n'
  t.strictSame(parseAnswers(wire), [
    { status: 200, headers: { 'content-length': '2' }, body: 'ok' },
    { status: 401, headers: { 'set-cookie': ['a', 'b'] }, body: '' }
  ])
})

t.test('what is forged is well made', async t => {
  const key = createKey('RS256')
  t.match(createToken(key), /^[\w-]+\.[\w-]+\.[\w-]{342}$/)
  const certificate = new X509Certificate(toPem('CERTIFICATE', createCertificate(key)))
  t.ok(certificate.verify(key.publicKey))
  t.ok(certificate.publicKey.equals(key.publicKey))
})
