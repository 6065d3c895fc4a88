import { createHmac, randomBytes, sign } from 'node:crypto'
import t from 'tap'

import { generateKeys } from '../../../fixtures/generate-keys.js'
import { jwt } from '../../../../lib/providers/jwt/index.js'
import { createIssuerKey } from '../../../fixtures/counting-issuer.js'
import { stopClock } from '../../../fixtures/clock.js'
import { outcomeOf } from '../../../fixtures/outcome-of.js'
import { ISSUER, NOW, getIssuerKey, goodToken, setUpStatic } from '../../../fixtures/set-up-static.js'

import type { KeyObject } from 'node:crypto'
import type { Test } from 'tap'
import type { JwtOptions } from '../../../../lib/providers/jwt/index.js'

const claims = { iss: ISSUER, aud: 'api', sub: 'alice', exp: NOW + 60 }
const rsa = generateKeys('rsa', { modulusLength: 2048 })
const secret = randomBytes(64)

/** A certificate that was good for a day, long before the clock of these tests, and a token signed with its key. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBhzCCAS2gAwIBAgIUS3Fq6deNNhFlgSyIj5FrO8wLEl8wCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOaXNzdWVyLmV4YW1wbGUwHhcNMjYxMTIxMjMxMzQ1WhcNMjYx
MTIyMjMxMzQ1WjAZMRcwFQYDVQQDDA5pc3N1ZXIuZXhhbXBsZTBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABF+SYWqAdsrgmX1UJaoYWy1yRsfh2BTVWDt4BXIBketB
5vcoIYX2kHWKlZAY228KdxGDrZulljFvJqZCEr3QCKSjUzBRMB0GA1UdDgQWBBSq
wMF3LuPxHfmAt9z7BiiSrUZPSzAfBgNVHSMEGDAWgBSqwMF3LuPxHfmAt9z7BiiS
rUZPSzAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIH7kdkkxsM7O
MG19JhsFPU6zi2pAC5/R557gM4pQnvH6AiEA/VcOeYPQpA687gX4A4rbpD0F0kxA
0KRGJE61J/aJ8VU=
-----END CERTIFICATE-----`
const CERTIFIED = 'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjoiYXBpIiwic3ViIjoiYWxpY2UiLCJleHAiOjE4OTM0NTYwNjB9.piSgggBn2WoAq-ogrHhWLSGq30qWDtuOu1DKmXkncBrW0UIVu1z2meQQ-bZxPxtVwNIoNPjx0-uCFoCXXUa9TQ'

function make (header: object, signer: (text: Buffer) => Buffer): string {
  const text = [header, claims].map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${text}.${signer(Buffer.from(text)).toString('base64url')}`
}

function hmac (key: string | Uint8Array, alg = 'HS256', header: object = {}): string {
  return make({ alg, ...header }, text => createHmac(`sha${alg.slice(2)}`, key).update(text).digest())
}

function toPem (key: KeyObject, type: 'spki' | 'pkcs1' = 'spki'): string {
  return key.export({ format: 'pem', type }) as string
}

function provider (options: Partial<JwtOptions>) {
  return jwt({ issuer: ISSUER, audience: 'api', ...options })
}

function refuses (t: Test, options: Partial<JwtOptions>, problem: RegExp): void {
  t.throws(() => provider(options), { code: 'AUTH_OPTION_INVALID', message: problem }, String(problem))
}

t.beforeEach(function stopTime (t: Test) { stopClock(t) })

t.test('verifies with one public key as PEM, whatever key name the token has', async t => {
  const token = make({ alg: 'RS256', kid: 'anything' }, text => sign('sha256', text, rsa.privateKey))
  for (const publicKey of [toPem(rsa.publicKey), toPem(rsa.publicKey, 'pkcs1'), `\n  ${toPem(rsa.publicKey)}\n`]) {
    t.equal(await outcomeOf(provider({ publicKey }), token), 'alice')
  }
  t.equal(await outcomeOf(provider({ publicKey: toPem(rsa.publicKey), algorithms: ['PS256'] }), token), '401 AUTH_TOKEN_INVALID algorithm')
  t.equal(await outcomeOf(provider({ publicKey: toPem(rsa.publicKey), algorithms: ['RS256', 'RS512'] }), token.replace(/^[^.]+/, toHeader('RS512'))), '401 AUTH_TOKEN_INVALID algorithm')
})

t.test('verifies with the key of a certificate, whose dates do not count', async t => {
  t.equal(await outcomeOf(provider({ publicKey: CERTIFICATE }), CERTIFIED), 'alice')
})

t.test('verifies with one public key as JWK; a name of its own counts', async t => {
  const { jwk } = getIssuerKey()
  t.equal(await outcomeOf(provider({ publicKey: jwk }), goodToken()), 'alice')
  t.equal(await outcomeOf(provider({ publicKey: jwk }), goodToken({}, { kid: 'other' })), '401 AUTH_TOKEN_INVALID kid_unknown')
  const { kid, ...nameless } = jwk
  t.equal(await outcomeOf(provider({ publicKey: nameless }), goodToken({}, { kid: 'other' })), 'alice')
})

t.test('verifies Ed25519 under both of its names', async t => {
  const { publicKey, privateKey } = generateKeys('ed25519')
  for (const alg of ['EdDSA', 'Ed25519']) {
    const token = make({ alg }, text => sign(null, text, privateKey))
    t.equal(await outcomeOf(provider({ publicKey: toPem(publicKey) }), token), 'alice', alg)
    t.equal(await outcomeOf(provider({ publicKey: toPem(publicKey), algorithms: ['RS256', 'Ed25519'] }), token), alg === 'Ed25519' ? 'alice' : '401 AUTH_TOKEN_INVALID algorithm')
  }
})

t.test('stops the boot at a public key that is none, or that cannot be trusted', async t => {
  const ec = generateKeys('ec', { namedCurve: 'secp256k1' })
  refuses(t, { publicKey: 'secret' }, /^jwt\.publicKey must be one public key or certificate as PEM$/)
  refuses(t, { publicKey: rsa.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string }, /^jwt\.publicKey must be one public key/)
  refuses(t, { publicKey: toPem(rsa.publicKey) + toPem(rsa.publicKey) }, /^jwt\.publicKey must be one public key/)
  refuses(t, { publicKey: CERTIFICATE.replace(/[A-Za-z]{8}\n/, '\n') }, /^jwt\.publicKey is a PEM that cannot be read/)
  refuses(t, { publicKey: toPem(generateKeys('rsa-pss', { modulusLength: 2048 }).publicKey) }, /^jwt\.publicKey is a PEM that cannot be read/)
  refuses(t, { publicKey: toPem(ec.publicKey) }, /^jwt\.publicKey holds a key that is not for signatures/)
  refuses(t, { publicKey: toPem(generateKeys('rsa', { modulusLength: 1024 }).publicKey) }, /^jwt\.publicKey holds a key that is too weak/)
  refuses(t, { publicKey: getIssuerKey().privateKey.export({ format: 'jwk' }) }, /^jwt\.publicKey holds a key with private or symmetric members/)
  refuses(t, { publicKey: {} }, /^jwt\.publicKey holds a key that is malformed/)
})

t.test('stops the boot at a key set with a key that cannot be trusted', async t => {
  const good = getIssuerKey().jwk
  refuses(t, { jwks: { keys: [good, { kty: 'oct', k: 'AAAA' }] } }, /^jwt\.jwks holds a key with private or symmetric members/)
  refuses(t, { jwks: { keys: [good, { ...good, use: 'enc' }] } }, /^jwt\.jwks holds a key that is not for signatures/)
  refuses(t, { jwks: { keys: [] } }, /^jwt\.jwks.* must be/)
})

t.test('does not notice what becomes of the caller\'s key set', async t => {
  const keys = [{ ...getIssuerKey().jwk }]
  const audience = ['api']
  const subject = provider({ jwks: { keys }, audience })
  Object.assign(keys[0] ?? {}, createIssuerKey('first').jwk)
  audience[0] = 'other'
  t.equal(await outcomeOf(subject, goodToken()), 'alice')
})

t.test('verifies with a secret, with one algorithm only', async t => {
  const token = hmac(secret)
  t.equal(await outcomeOf(provider({ secret }), token), 'alice')
  t.equal(await outcomeOf(provider({ secret }), hmac(secret, 'HS256', { kid: 'any' })), 'alice')
  t.equal(await outcomeOf(provider({ secret }), hmac(secret, 'HS512')), '401 AUTH_TOKEN_INVALID algorithm')
  t.equal(await outcomeOf(provider({ secret, algorithms: ['HS512'] }), hmac(secret, 'HS512')), 'alice')
  t.equal(await outcomeOf(provider({ secret: 'an old text of at least 32 bytes, as UTF-8: ü' }), hmac('an old text of at least 32 bytes, as UTF-8: ü')), 'alice')
  t.equal(await outcomeOf(provider({ secret }), hmac(randomBytes(64))), '401 AUTH_TOKEN_INVALID signature')
  const twice = provider({ secret })
  t.same(await Promise.all([outcomeOf(twice, token), outcomeOf(twice, token)]), ['alice', 'alice'])
  t.equal(await outcomeOf(twice, token), 'alice')
})

t.test('does not notice what becomes of the caller\'s secret', async t => {
  const bytes = Buffer.from(secret)
  const subject = provider({ secret: bytes })
  bytes.fill(0)
  t.equal(await outcomeOf(subject, hmac(secret)), 'alice')
})

t.test('stops the boot at a secret that is short, or that others may read', async t => {
  const { publicKey } = rsa
  refuses(t, { secret: 'x'.repeat(31) }, /^jwt\.secret must have at least 32 bytes for HS256$/)
  refuses(t, { secret: 'x'.repeat(63), algorithms: ['HS512'] }, /^jwt\.secret must have at least 64 bytes for HS512$/)
  refuses(t, { secret: '' }, /^jwt\.secret must be a text or bytes$/)
  refuses(t, { secret, algorithms: ['HS256', 'HS512'] }, /^jwt\.algorithms must hold one algorithm/)
  const texts = [
    toPem(publicKey), `\n \t${toPem(publicKey)}`, toPem(publicKey, 'pkcs1'), rsa.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string, CERTIFICATE,
    JSON.stringify(publicKey.export({ format: 'jwk' })), `  ${JSON.stringify({ keys: [publicKey.export({ format: 'jwk' })] }, null, 2)}`,
    `ssh-rsa ${'A'.repeat(40)}`, publicKey.export({ format: 'der', type: 'spki' }).toString('base64'), toPem(publicKey).replaceAll(/-----.*-----/g, '')
  ]
  for (const text of texts) {
    refuses(t, { secret: text }, /^jwt\.secret is the text of a key or certificate/)
    refuses(t, { secret: Buffer.from(text) }, /^jwt\.secret is the text of a key or certificate/)
  }
  refuses(t, { secret: publicKey.export({ format: 'der', type: 'spki' }) }, /^jwt\.secret is the text of a key or certificate/)
})

t.test('never mixes the families of algorithms', async t => {
  const publicKey = toPem(rsa.publicKey)
  refuses(t, { publicKey, algorithms: ['HS256'] }, /^jwt\.algorithms must hold only algorithms with public keys/)
  refuses(t, { publicKey, algorithms: ['RS256', 'HS256'] }, /^jwt\.algorithms must hold only algorithms with public keys/)
  refuses(t, { secret, algorithms: ['RS256'] }, /^jwt\.algorithms must hold only HS256, HS384 and HS512/)
  refuses(t, { secret, algorithms: ['HS256', 'RS256'] }, /^jwt\.algorithms must hold only HS256, HS384 and HS512/)
})

t.test('does not take a public key for a secret', async t => {
  const publicKey = toPem(rsa.publicKey)
  const subject = provider({ publicKey })
  for (const key of [publicKey, publicKey.trim(), `${publicKey}\n`, rsa.publicKey.export({ format: 'der', type: 'spki' }), JSON.stringify(rsa.publicKey.export({ format: 'jwk' })), '']) {
    t.equal(await outcomeOf(subject, hmac(key)), '401 AUTH_TOKEN_INVALID algorithm')
    t.equal(await outcomeOf(subject, hmac(key, 'HS256').replace(/^[^.]+/, toHeader('RS256'))), '401 AUTH_TOKEN_INVALID signature')
  }
  t.equal(await outcomeOf(setUpStatic().provider, hmac(secret)), '401 AUTH_TOKEN_INVALID algorithm')
})

function toHeader (alg: string): string {
  return Buffer.from(JSON.stringify({ alg })).toString('base64url')
}
