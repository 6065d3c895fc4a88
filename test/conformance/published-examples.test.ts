import { createHmac } from 'node:crypto'
import t from 'tap'
import { jwt } from '../../lib/providers/jwt/index.js'
import { KeyTable } from '../../lib/providers/jwt/key-table.js'
import { createSecretKeySet } from '../../lib/providers/jwt/secret-key-set.js'
import { verifySignature } from '../../lib/providers/jwt/verify-signature.js'
import { vetJwk } from '../../lib/providers/jwt/vet-jwk.js'
import { openApi, refused } from '../fixtures/openid-api.js'
import { BILBO_HS256, HS256_EXAMPLE, JOE_EXAMPLES, JOE_EXPIRES_AT, TEXT_EXAMPLES, UNSECURED_EXAMPLE } from '../fixtures/openid-vectors.js'

import type { JsonWebKey } from 'node:crypto'
import type { Test } from 'tap'
import type { JwtOptions } from '../../lib/providers/jwt/index.js'
import type { VerificationKey } from '../../lib/providers/jwt/key-set.js'
import type { Vector } from '../fixtures/openid-vectors.js'

/** An API that takes the issuer Joe for the subject: the examples have none. */
async function openApiOfJoe (t: Test, options: Pick<JwtOptions, 'publicKey' | 'secret'>) {
  return await openApi(t, { jwtProvider: jwt({ issuer: 'joe', audience: null, claims: { id: 'iss' }, clockToleranceSeconds: 0, ...options }) })
}

function stopClock (t: Test, seconds: number): { set (seconds: number): void } {
  let nowMs = seconds * 1000
  t.intercept(Date, 'now', { value: () => nowMs })
  return { set (next) { nowMs = next * 1000 } }
}

/** The token with the first bit of its signature turned. */
function turnBit (token: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const bytes = Buffer.from(signature, 'base64url')
  bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0)
  return `${header}.${payload}.${bytes.toString('base64url')}`
}

const joes = [
  { name: 'RFC 7515, A.1, and RFC 7519, 3.1', token: HS256_EXAMPLE.token, options: { secret: HS256_EXAMPLE.secret } },
  ...JOE_EXAMPLES.map(({ name, token, key }) => ({ name, token, options: { publicKey: key } }))
]

for (const { name, token, options } of joes) {
  t.test(`${name}: the example gets in until it expires, and not one bit of it may change`, async t => {
    const clock = stopClock(t, JOE_EXPIRES_AT - 1)
    const api = await openApiOfJoe(t, options)
    t.match(await api.me(token), { id: 'joe', kind: 'unknown' })
    t.strictSame(await api.ask(turnBit(token)), refused('signature'))
    clock.set(JOE_EXPIRES_AT)
    t.strictSame(await api.ask(token), refused('expired', 'AUTH_TOKEN_EXPIRED'))
  })
}

t.test('RFC 7515, A.1: the example does not get in where tokens need a subject', async t => {
  stopClock(t, JOE_EXPIRES_AT - 1)
  const api = await openApi(t, { jwtProvider: jwt({ issuer: 'joe', audience: null, secret: HS256_EXAMPLE.secret }) })
  t.strictSame(await api.ask(HS256_EXAMPLE.token), refused('claim_missing'))
})

t.test('RFC 7515, A.1 to A.3: no example gets in where another algorithm is expected', async t => {
  stopClock(t, JOE_EXPIRES_AT - 1)
  for (const { name, token, options } of joes) {
    for (const other of joes.filter(each => each.options !== options)) {
      const api = await openApiOfJoe(t, other.options)
      t.strictSame(await api.ask(token), refused('algorithm'), `${name} with the key of ${other.name}`)
    }
  }
})

t.test('RFC 7515, A.5, and RFC 7519, 6.1: the unsecured example is refused', async t => {
  stopClock(t, JOE_EXPIRES_AT - 1)
  for (const { options } of joes) {
    const api = await openApiOfJoe(t, options)
    t.strictSame(await api.ask(UNSECURED_EXAMPLE), refused('token_syntax'))
  }
})

for (const { name, algorithm, key, token } of TEXT_EXAMPLES) {
  t.test(`${name}: the signature of the example is verified with ${algorithm}`, async t => {
    await t.resolves(check(token, toKey(key, algorithm)))
    await t.rejects(check(turnBit(token), toKey(key, algorithm)), { code: 'AUTH_TOKEN_INVALID', statusCode: 401, cause: { reason: 'signature' } })
  })
}

t.test('RFC 7520, 4.4: the signature of the example is verified with HS256', async t => {
  const keySet = createSecretKeySet(BILBO_HS256.secret, ['HS256'], { secret: 'secret', algorithms: 'algorithms' })
  const key = await keySet.find({ algorithm: 'HS256', kid: null, issuer: '' }, {} as Parameters<typeof keySet.find>[1])
  await t.resolves(check(BILBO_HS256.token, key))
  await t.rejects(check(turnBit(BILBO_HS256.token), key), { code: 'AUTH_TOKEN_INVALID', statusCode: 401, cause: { reason: 'signature' } })
})

t.test('RFC 7515, A.4, RFC 8037, A.5, and RFC 7520: what is signed there is no JWT, and gets nobody in', async t => {
  for (const { name, algorithm, key, token } of TEXT_EXAMPLES) {
    const api = await openApi(t, { jwtProvider: jwt({ issuer: 'joe', audience: null, publicKey: key, algorithms: [algorithm] }) })
    t.strictSame(await api.ask(token), refused('token_syntax'), name)
  }
})

t.test('RFC 7520, 4.1 and 4.2: one key is found for one algorithm, though it could verify both', async t => {
  const [{ key }] = TEXT_EXAMPLES.filter(example => example.key.kty === 'RSA') as [Vector]
  const kid = 'bilbo.baggins@hobbiton.example'
  for (const [algorithms, found, other] of [[['RS256', 'PS384'], 'RS256', 'PS384'], [['PS384'], 'PS384', 'RS256']] as const) {
    const table = new KeyTable([key], algorithms)
    t.match(table.find({ kid, algorithm: found }), { kid, algorithm: found })
    t.throws(() => table.find({ kid, algorithm: other }), { code: 'AUTH_TOKEN_INVALID', statusCode: 401, cause: { reason: 'algorithm' } })
  }
})

t.test('RFC 7515, A.2: a public key is no secret', async t => {
  stopClock(t, JOE_EXPIRES_AT - 1)
  const [{ key, token }] = JOE_EXAMPLES as readonly [Vector]
  const api = await openApiOfJoe(t, { publicKey: key })
  const text = `${Buffer.from('{"alg":"HS256"}').toString('base64url')}.${token.split('.')[1]}`
  const signature = createHmac('sha256', Buffer.from(key.n ?? '', 'base64url')).update(text).digest('base64url')
  t.strictSame(await api.ask(`${text}.${signature}`), refused('algorithm'))
})

/** Most of these are no JWTs: only their signature is asked about. */
async function check (token: string, key: VerificationKey): Promise<void> {
  const signature = Buffer.from(token.split('.')[2] ?? '', 'base64url')
  await verifySignature({ token, signature, query: { algorithm: key.algorithm, kid: null } }, key)
}

function toKey (jwk: JsonWebKey, algorithm: Vector['algorithm']): VerificationKey {
  const vetted = vetJwk(jwk, [algorithm])
  if (vetted.kind !== 'usable') {
    throw new Error(`the key is ${vetted.problem}`)
  }
  return vetted.key
}
