import { constants, generateKeyPairSync, sign } from 'node:crypto'
import t from 'tap'

import { createSecretKeySet } from '../../../../lib/providers/jwt/secret-key-set.js'
import { verifySignature } from '../../../../lib/providers/jwt/verify-signature.js'
import { createContext } from '../../../fixtures/provider-context.js'
import { createIssuerKey, signToken } from '../../../fixtures/counting-issuer.js'

const issuerKey = createIssuerKey('first')
const key = { kid: null, issuer: null, algorithm: 'ES256', key: issuerKey.privateKey, fingerprint: '' } as const

t.test('refuses what the library that checks signatures does not take for a token', async t => {
  await t.rejects(verifySignature('a.b.c', key), { code: 'AUTH_TOKEN_INVALID', statusCode: 401, cause: { reason: 'token_syntax' } })
})

t.test('refuses a token of another algorithm than that of the key', async t => {
  await t.rejects(verifySignature(signToken({}, issuerKey), { ...key, algorithm: 'RS256' }), { code: 'AUTH_TOKEN_INVALID', statusCode: 401, cause: { reason: 'algorithm' } })
})

t.test('counts a key that cannot be used as an outage, and tells nothing of it', async t => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey
  for (const wrong of [issuerKey.privateKey, rsa]) {
    const error: unknown = await verifySignature(signToken({}, issuerKey), { ...key, key: wrong }).catch((error: unknown) => error)
    t.match(error, { code: 'AUTH_PROVIDER_UNAVAILABLE', statusCode: 503, cause: { reason: 'provider_failed' } })
  }
})

t.test('a signature by RSASSA-PSS has one text, zeros in front included', async t => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const text = `${Buffer.from('{"alg":"PS256"}').toString('base64url')}.${Buffer.from('{}').toString('base64url')}`
  const signText = () => sign('sha256', Buffer.from(text), { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 })
  let signature = signText()
  // One of 256 begins so.
  while (signature[0] !== 0) signature = signText()
  const psKey = { ...key, algorithm: 'PS256', key: publicKey } as const
  await t.resolves(verifySignature(`${text}.${signature.toString('base64url')}`, psKey))
  for (const other of [signature.subarray(1), Buffer.concat([Buffer.alloc(1), signature])]) {
    await t.rejects(verifySignature(`${text}.${other.toString('base64url')}`, psKey), { code: 'AUTH_TOKEN_INVALID', statusCode: 401, cause: { reason: 'signature' } })
  }
})

t.test('does not use a secret with another algorithm', async t => {
  const keySet = createSecretKeySet('x'.repeat(64), ['HS256'], { secret: 'secret', algorithms: 'algorithms' })
  t.throws(() => keySet.find({ algorithm: 'HS512', kid: null, issuer: 'https://issuer.example' }, createContext()), { code: 'AUTH_TOKEN_INVALID', statusCode: 401, cause: { reason: 'algorithm' } })
})
