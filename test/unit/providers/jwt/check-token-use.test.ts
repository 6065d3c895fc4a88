import t from 'tap'

import { stopClock } from '../../../fixtures/clock.js'
import { setUpStatic } from '../../../fixtures/set-up-static.js'

import type { Test } from 'tap'

const REFUSED = '401 AUTH_TOKEN_INVALID token_use'

t.beforeEach(function stopTime (t: Test) { stopClock(t) })

t.test('refuses what looks like an ID or a logout token as an access token', async t => {
  const { outcome } = setUpStatic()
  for (const claims of [{ nonce: 'n' }, { nonce: null }, { at_hash: 'h' }, { c_hash: 'h' }, { events: {} }]) {
    t.equal(await outcome(claims), REFUSED, JSON.stringify(claims))
  }
})

t.test('trusts the type of the header more than single members, when it was asked for', async t => {
  const { outcome } = setUpStatic({ typ: 'at+jwt' })
  t.equal(await outcome({ nonce: 'n' }, { typ: 'at+jwt' }), 'alice')
})

t.test('refuses what says it is an ID, refresh or logout token as an access token', async t => {
  const { outcome } = setUpStatic()
  for (const word of ['ID', 'id', 'id_token', 'ID-Token', 'Refresh', 'refresh_token', 'Offline', 'Logout', 'logout+jwt', 'application/logout+jwt']) {
    t.equal(await outcome({ typ: word }), REFUSED, `claim typ ${word}`)
    t.equal(await outcome({ token_use: word }), REFUSED, `claim token_use ${word}`)
    t.equal(await outcome({}, { typ: word }), REFUSED, `header typ ${word}`)
  }
})

t.test('refuses explicit types of other kinds of token', async t => {
  const { outcome } = setUpStatic()
  for (const typ of ['dpop+jwt', 'secevent+jwt', 'oauth-authz-req+jwt', 'application/token-introspection+jwt', 'entity-statement+JWT', '+jwt']) {
    t.equal(await outcome({}, { typ }), REFUSED, typ)
  }
})

t.test('accepts what says it is an access token, and words that say nothing', async t => {
  const { outcome } = setUpStatic()
  for (const word of ['Bearer', 'access', 'access_token', 'at+jwt', 'JWT', 'whatever']) {
    t.equal(await outcome({ typ: word, token_use: word }, { typ: word }), 'alice', word)
  }
})

t.test('refuses uses that are not text', async t => {
  const { outcome } = setUpStatic()
  for (const word of [null, 1, ['access'], {}]) {
    t.equal(await outcome({ typ: word }), '401 AUTH_TOKEN_INVALID claim_type', JSON.stringify(word))
    t.equal(await outcome({ token_use: word }), '401 AUTH_TOKEN_INVALID claim_type', JSON.stringify(word))
  }
})

t.test('accepts ID tokens and no others when told to', async t => {
  const { outcome } = setUpStatic({ tokenUse: 'id' })
  t.equal(await outcome({ nonce: 'n', at_hash: 'h', token_use: 'id' }), 'alice')
  t.equal(await outcome({ typ: 'ID' }, { typ: 'JWT' }), 'alice')
  t.equal(await outcome({ typ: 'Bearer' }), REFUSED)
  t.equal(await outcome({ token_use: 'access' }), REFUSED)
  t.equal(await outcome({ token_use: 'refresh' }), REFUSED)
  t.equal(await outcome({}, { typ: 'at+jwt' }), REFUSED)
})

t.test('accepts every use when told to', async t => {
  const { outcome } = setUpStatic({ tokenUse: null })
  t.equal(await outcome({ nonce: 'n', events: {}, typ: 'Refresh', token_use: 1 }, { typ: 'logout+jwt' }), 'alice')
})
