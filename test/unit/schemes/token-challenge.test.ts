import t from 'tap'

import { AUTH_CREDENTIALS_AMBIGUOUS, AUTH_CREDENTIALS_MALFORMED, AUTH_SCOPE_MISSING, AUTH_TOKEN_EXPIRED, AUTH_TOKEN_INVALID } from '../../../lib/errors.js'
import { createTokenChallenge } from '../../../lib/schemes/token-challenge.js'

const challenge = createTokenChallenge('books')

t.test('says what was wrong, in the words of RFC 6750', async t => {
  t.equal(challenge(null), 'Bearer realm="books"')
  for (const error of [new AUTH_TOKEN_INVALID(), new AUTH_TOKEN_EXPIRED(), new AUTH_CREDENTIALS_MALFORMED()]) t.equal(challenge(error), 'Bearer realm="books", error="invalid_token"', error.code)
  t.equal(challenge(new AUTH_CREDENTIALS_AMBIGUOUS()), 'Bearer realm="books", error="invalid_request"')
})

t.test('names the scopes that are missing, those that can be named', async t => {
  t.equal(challenge(new AUTH_SCOPE_MISSING({ scopes: ['read', 'write'] })), 'Bearer realm="books", error="insufficient_scope", scope="read write"')
  t.equal(challenge(new AUTH_SCOPE_MISSING({ scopes: ['read', 'a"b', 'ä', ''] })), 'Bearer realm="books", error="insufficient_scope", scope="read"')
  for (const detail of [{}, { scopes: [] }, { scopes: ['a\\b'] }]) {
    t.equal(challenge(new AUTH_SCOPE_MISSING(detail)), 'Bearer realm="books", error="insufficient_scope"')
  }
})
