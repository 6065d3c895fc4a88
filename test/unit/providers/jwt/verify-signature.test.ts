import t from 'tap'

import { createSecretKeySet } from '../../../../lib/providers/jwt/secret-key-set.js'
import { verifySignature } from '../../../../lib/providers/jwt/verify-signature.js'
import { createContext } from '../../../fixtures/provider-context.js'

import type { VerificationKey } from '../../../../lib/providers/jwt/key-set.js'

const query = { algorithm: 'ES256', kid: null } as const
const signed = { token: 'a.b.c', signature: Buffer.from('c'), query }

function keyThat (check: VerificationKey['check']): VerificationKey {
  return { kid: null, issuer: null, algorithm: 'ES256', check, fingerprint: '' }
}

t.test('a good signature is good at once, or when that is known', async t => {
  t.equal(verifySignature(signed, keyThat(() => true)), undefined)
  t.equal(await verifySignature(signed, keyThat(async () => true)), undefined)
})

t.test('a bad one is refused at once, or when that is known', async t => {
  const refusal = { code: 'AUTH_TOKEN_INVALID', statusCode: 401, cause: { reason: 'signature' } }
  t.throws(() => verifySignature(signed, keyThat(() => false)), refusal)
  await t.rejects(async () => { await verifySignature(signed, keyThat(async () => false)) }, refusal)
})

t.test('a token of another algorithm than that of the key is refused, and its signature not looked at', async t => {
  const key = keyThat(() => { throw new Error('not to be asked') })
  t.throws(() => verifySignature({ ...signed, query: { ...query, algorithm: 'RS256' } }, key), { code: 'AUTH_TOKEN_INVALID', statusCode: 401, cause: { reason: 'algorithm', expected: 'ES256' } })
})

t.test('where the runtime cannot tell that is an outage, of which nothing else is told', async t => {
  const outage = { code: 'AUTH_PROVIDER_UNAVAILABLE', statusCode: 503, cause: { reason: 'provider_failed' } }
  t.throws(() => verifySignature(signed, keyThat(() => { throw new Error('no such hash') })), outage)
  const error: unknown = await Promise.resolve(verifySignature(signed, keyThat(async () => { throw new Error('no such hash') }))).catch((error: unknown) => error)
  t.match(error, outage)
  t.notMatch(JSON.stringify(error), 'hash')
})

t.test('does not use a secret with another algorithm', async t => {
  const keySet = createSecretKeySet('x'.repeat(64), ['HS256'], { secret: 'secret', algorithms: 'algorithms' })
  t.throws(() => keySet.find({ algorithm: 'HS512', kid: null, issuer: 'https://issuer.example' }, createContext()), { code: 'AUTH_TOKEN_INVALID', statusCode: 401, cause: { reason: 'algorithm' } })
})
