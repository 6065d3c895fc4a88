import t from 'tap'

import { createIssuerKey, signToken } from '../../../fixtures/counting-issuer.js'
import { stopClock } from '../../../fixtures/clock.js'
import { outcomeOf } from '../../../fixtures/outcome-of.js'
import { ISSUER, NOW, getIssuerKey, goodToken, setUpStatic } from '../../../fixtures/set-up-static.js'

import type { Test } from 'tap'

t.beforeEach(function stopTime (t: Test) { stopClock(t) })

t.test('accepts a header with nothing but algorithm and key name, and one with the usual type', async t => {
  const { outcome } = setUpStatic()
  for (const header of [{}, { typ: 'JWT' }, { typ: 'jwt' }, { typ: 'application/jwt' }, { typ: 'at+jwt' }, { typ: 'application/AT+JWT' }, { cty: 'json' }]) {
    t.equal(await outcome({}, header), 'alice', JSON.stringify(header))
  }
})

t.test('refuses members that change what a token means', async t => {
  const { outcome } = setUpStatic()
  const refused = [
    { crit: ['exp'], exp: 1 }, { crit: [] }, { crit: null }, { crit: 'b64' }, { crit: ['b64'], b64: false }, { b64: true }, { b64: false },
    { enc: 'A256GCM' }, { zip: 'DEF' }, { cty: 'JWT' }, { cty: 'jwt' }, { cty: 'application/jwt' }, { kid: 1 }, { kid: null }, { kid: ['first'] }, { kid: { a: 1 } }
  ]
  for (const header of refused) {
    t.equal(await outcome({}, header), '401 AUTH_TOKEN_INVALID header_member', JSON.stringify(header))
  }
})

t.test('refuses every algorithm that is not in the list, however it is spelled', async t => {
  const { outcome } = setUpStatic({ algorithms: ['ES256', 'RS256'] })
  for (const alg of ['none', 'None', 'NONE', 'nOnE', '', 'es256', 'ES256 ', 'ES384', 'HS256', 'PS256', 'EdDSA', null, 1, ['ES256'], { ES256: 1 }, undefined, 'toString', '__proto__']) {
    t.equal(await outcome({}, { alg }), '401 AUTH_TOKEN_INVALID algorithm', JSON.stringify(alg))
  }
})

t.test('refuses an algorithm that is in the list, but is not that of the key', async t => {
  const { outcome } = setUpStatic()
  t.equal(await outcome({}, { alg: 'RS256' }), '401 AUTH_TOKEN_INVALID algorithm')
  t.equal(await outcome({}, { alg: 'ES384' }), '401 AUTH_TOKEN_INVALID algorithm')
})

t.test('does not look at keys in the header, or at addresses of keys', async t => {
  const { outcome, provider } = setUpStatic()
  const other = createIssuerKey('first')
  const hints = { jwk: other.jwk, jku: 'https://evil.example/jwks', x5u: 'https://evil.example/x5u', x5c: ['AAAA'] }
  t.equal(await outcome({}, hints), 'alice')
  const forged = signToken({ iss: ISSUER, aud: 'api', sub: 'alice', exp: NOW + 300 }, other, hints)
  t.equal(await outcomeOf(provider, forged), '401 AUTH_TOKEN_INVALID signature')
})

t.test('accepts a token without a key name while one key alone can be meant', async t => {
  const one = setUpStatic()
  t.equal(await one.outcome({}, { kid: undefined }), 'alice')
  const two = setUpStatic({ jwks: { keys: [getIssuerKey().jwk, createIssuerKey('second').jwk] } })
  t.equal(await two.outcome({}, { kid: undefined }), '401 AUTH_TOKEN_INVALID key_ambiguous')
  t.equal(await two.outcome(), 'alice')
  t.equal(await two.outcome({}, { kid: 'third' }), '401 AUTH_TOKEN_INVALID kid_unknown')
  t.equal(await two.outcome({}, { kid: '' }), '401 AUTH_TOKEN_INVALID kid_unknown')
})

t.test('demands the type of access tokens when told to', async t => {
  const { outcome } = setUpStatic({ typ: 'at+jwt' })
  for (const typ of ['at+jwt', 'AT+JWT', 'application/at+jwt', 'Application/At+Jwt']) {
    t.equal(await outcome({}, { typ }), 'alice', typ)
  }
  for (const typ of [undefined, 'JWT', '', 'at', 'x-at+jwt', 'text/at+jwt', 'application/application/at+jwt', 'at+jwt ', null, 1, ['at+jwt']]) {
    t.equal(await outcome({}, { typ }), '401 AUTH_TOKEN_INVALID token_type', JSON.stringify(typ))
  }
})

t.test('refuses a type that is not text', async t => {
  const { outcome } = setUpStatic()
  for (const typ of [null, 1, true, ['JWT'], {}]) {
    t.equal(await outcome({}, { typ }), '401 AUTH_TOKEN_INVALID token_type', JSON.stringify(typ))
  }
})

t.test('refuses a token that is too long before reading it', async t => {
  const token = goodToken()
  t.equal(await outcomeOf(setUpStatic({ maxTokenBytes: token.length }).provider, token), 'alice')
  t.equal(await outcomeOf(setUpStatic({ maxTokenBytes: token.length - 1 }).provider, token), '401 AUTH_TOKEN_INVALID token_size')
  t.equal(await outcomeOf(setUpStatic().provider, 'a'.repeat(16_385)), '401 AUTH_TOKEN_INVALID token_size')
  t.equal(await outcomeOf(setUpStatic().provider, 'a'.repeat(16_384)), '401 AUTH_TOKEN_INVALID token_syntax')
})

t.test('refuses every second way to write a good token', async t => {
  const { provider } = setUpStatic()
  const token = goodToken()
  for (const other of [`${token}=`, `${token}\n`, ` ${token}`, `${token}.`, `${token}.AAAA`, token.replace(/.$/, ''), token.replace('.', '..'), `Bearer ${token}`]) {
    t.match(await outcomeOf(provider, other), /^401 AUTH_TOKEN_INVALID (token_syntax|signature)$/, other)
  }
})

t.test('refuses degenerate signatures', async t => {
  const { provider } = setUpStatic()
  const head = goodToken().replace(/[^.]+$/, '')
  for (const length of [1, 32, 63, 64, 65, 128, 256]) {
    t.equal(await outcomeOf(provider, head + Buffer.alloc(length).toString('base64url')), '401 AUTH_TOKEN_INVALID signature', `${length} zeros`)
  }
})
