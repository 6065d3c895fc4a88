import { Type } from '@sinclair/typebox'
import t from 'tap'

import { stopClock } from '../../../fixtures/clock.js'
import { signToken } from '../../../fixtures/counting-issuer.js'
import { outcomeOf } from '../../../fixtures/outcome-of.js'
import { ISSUER, NOW, getIssuerKey, goodToken, setUpStatic } from '../../../fixtures/set-up-static.js'

import type { Test } from 'tap'

const CLAIM_TYPE = '401 AUTH_TOKEN_INVALID claim_type'
const CLAIM_MISSING = '401 AUTH_TOKEN_INVALID claim_missing'
const EXPIRED = '401 AUTH_TOKEN_EXPIRED expired'

t.beforeEach(function stopTime (t: Test) { stopClock(t) })

t.test('demands the issuer, letter by letter', async t => {
  const { outcome } = setUpStatic()
  const others = [undefined, null, 1, '', `${ISSUER}/`, `${ISSUER} `, ISSUER.toUpperCase(), 'https://issuer.exаmple', [ISSUER], { iss: ISSUER }, `${ISSUER}\u0000`]
  for (const iss of others) {
    t.equal(await outcome({ iss }), '401 AUTH_TOKEN_INVALID issuer_unknown', JSON.stringify(iss))
  }
})

t.test('accepts each of several issuers, and reports the one of the token', async t => {
  const { identity, provider } = setUpStatic({ issuer: [ISSUER, 'https://other.example'] })
  t.same(provider.issuers, [ISSUER, 'https://other.example'])
  t.equal((await identity({ iss: 'https://other.example' })).issuer, 'https://other.example')
  t.equal((await identity()).issuer, ISSUER)
})

t.test('demands an audience of its own among those of the token', async t => {
  const { outcome } = setUpStatic({ audience: ['api', 'api2'] })
  for (const aud of ['api', 'api2', ['api'], ['other', 'api2']]) {
    t.equal(await outcome({ aud }), 'alice', JSON.stringify(aud))
  }
  for (const aud of [undefined, '', 'API', 'api ', 'api,api2', [], ['other'], ['']]) {
    t.equal(await outcome({ aud }), '401 AUTH_TOKEN_INVALID audience', JSON.stringify(aud))
  }
  for (const aud of [null, 1, { api: 'api' }, ['api', 1], [['api']], [null]]) {
    t.equal(await outcome({ aud }), CLAIM_TYPE, JSON.stringify(aud))
  }
})

t.test('does not take the client for the audience', async t => {
  const { outcome } = setUpStatic()
  t.equal(await outcome({ aud: 'other', azp: 'api', client_id: 'api' }), '401 AUTH_TOKEN_INVALID audience')
})

t.test('accepts any audience, or none, when told to out loud', async t => {
  const { outcome } = setUpStatic({ audience: null })
  t.equal(await outcome({ aud: undefined }), 'alice')
  t.equal(await outcome({ aud: 'other' }), 'alice')
  t.equal(await outcome({ aud: 1 }), CLAIM_TYPE)
})

t.test('demands an end that is a moment in time', async t => {
  const { outcome } = setUpStatic()
  t.equal(await outcome({ exp: undefined }), CLAIM_MISSING)
  for (const exp of [null, String(NOW + 300), true, [NOW + 300], {}, 253_402_300_800, 1e20]) {
    t.equal(await outcome({ exp }), CLAIM_TYPE, JSON.stringify(exp))
  }
  t.equal(await outcome({ exp: 253_402_300_799 }), 'alice')
  t.equal(await outcome({ exp: NOW + 0.5 }), 'alice')
})

t.test('takes a number that is too large to be one for no number', async t => {
  const { provider } = setUpStatic()
  const token = signToken(`{"iss":"${ISSUER}","aud":"api","sub":"alice","exp":1e400}`, getIssuerKey())
  t.equal(await outcomeOf(provider, token), CLAIM_TYPE)
})

t.test('takes the last of two claims with one name, for every check', async t => {
  const { provider } = setUpStatic()
  const token = signToken(`{"iss":"https://evil.example","iss":"${ISSUER}","aud":"api","sub":"bob","sub":"alice","exp":1,"exp":${NOW + 60}}`, getIssuerKey())
  t.equal(await outcomeOf(provider, token), 'alice')
})

t.test('ends a token with its exp, the tolerance included', async t => {
  const { outcome } = setUpStatic({ clockToleranceSeconds: 5 })
  t.equal(await outcome({ exp: NOW - 4 }), 'alice')
  t.equal(await outcome({ exp: NOW - 5 }), EXPIRED)
  t.equal(await outcome({ exp: 0 }), EXPIRED)
  t.equal(await outcome({ exp: -1 }), EXPIRED)
  const strict = setUpStatic({ clockToleranceSeconds: 0 })
  t.equal(await strict.outcome({ exp: NOW + 1 }), 'alice')
  t.equal(await strict.outcome({ exp: NOW }), EXPIRED)
})

t.test('says that a token has expired only when it was good once', async t => {
  const { outcome, provider } = setUpStatic()
  t.equal(await outcome({ exp: NOW - 100, aud: 'other' }), '401 AUTH_TOKEN_INVALID audience')
  t.equal(await outcomeOf(provider, goodToken({ exp: NOW - 100 }).replace(/[^.]{4}$/, 'AAAA')), '401 AUTH_TOKEN_INVALID signature')
})

t.test('refuses tokens from the future', async t => {
  const { outcome } = setUpStatic()
  t.equal(await outcome({ nbf: NOW + 5, iat: NOW + 5 }), 'alice')
  t.equal(await outcome({ nbf: NOW + 6 }), '401 AUTH_TOKEN_INVALID not_yet_valid')
  t.equal(await outcome({ iat: NOW + 6 }), '401 AUTH_TOKEN_INVALID issued_in_future')
  for (const time of [null, String(NOW), [NOW], {}, true]) {
    t.equal(await outcome({ nbf: time }), CLAIM_TYPE, `nbf ${JSON.stringify(time)}`)
    t.equal(await outcome({ iat: time }), CLAIM_TYPE, `iat ${JSON.stringify(time)}`)
  }
})

t.test('ends a token with its age when told to', async t => {
  const { outcome, identity } = setUpStatic({ maxTokenAgeSeconds: 60 })
  t.equal(await outcome({ iat: NOW - 64 }), 'alice')
  t.equal(await outcome({ iat: NOW - 65 }), '401 AUTH_TOKEN_EXPIRED token_age')
  t.equal(await outcome({ iat: undefined }), CLAIM_MISSING)
  t.equal((await identity({ iat: NOW - 10 })).expiresAt, NOW + 50)
  t.equal((await identity({ iat: NOW - 10, exp: NOW + 20 })).expiresAt, NOW + 20)
})

t.test('refuses tokens that live too long when told to', async t => {
  const { outcome } = setUpStatic({ maxLifetimeSeconds: 300 })
  t.equal(await outcome({ iat: NOW }), 'alice')
  t.equal(await outcome({ iat: NOW - 1 }), '401 AUTH_TOKEN_INVALID token_lifetime')
  t.equal(await outcome({ iat: undefined }), CLAIM_MISSING)
})

t.test('refuses tokens that are bound to a key', async t => {
  const { outcome } = setUpStatic()
  for (const cnf of [{ jkt: 'x' }, { 'x5t#S256': 'x' }, {}, null, 'x']) {
    t.equal(await outcome({ cnf }), '401 AUTH_TOKEN_INVALID confirmation', JSON.stringify(cnf))
  }
})

t.test('refuses registered claims of a wrong type even where nobody reads them', async t => {
  const { outcome } = setUpStatic({ claims: { id: 'oid' } })
  t.equal(await outcome({ oid: 'o', sub: 1 }), CLAIM_TYPE)
  t.equal(await outcome({ oid: 'o', jti: 1 }), CLAIM_TYPE)
  t.equal(await outcome({ oid: 'o', jti: 'j', sub: undefined }), 'o')
})

t.test('refuses claims that do not fit the schema', async t => {
  const { outcome } = setUpStatic({ claimsSchema: Type.Object({ tenant: Type.String() }) })
  t.equal(await outcome({ tenant: 'acme' }), 'alice')
  t.equal(await outcome({ tenant: 1 }), '401 AUTH_TOKEN_INVALID claims_schema')
  t.equal(await outcome(), '401 AUTH_TOKEN_INVALID claims_schema')
})
