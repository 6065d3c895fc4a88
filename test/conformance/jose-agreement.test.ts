import { createSecretKey, randomBytes } from 'node:crypto'
import { createLocalJWKSet } from 'jose/jwks/local'
import { jwtVerify } from 'jose/jwt/verify'
import t from 'tap'

import { generateKeys } from '../fixtures/generate-keys.js'
import { ALGORITHMS, DEFAULT_ALGORITHMS } from '../../lib/providers/jwt/algorithms.js'
import { jwt } from '../../lib/providers/jwt/index.js'
import { createContext } from '../fixtures/provider-context.js'
import { mutateHeader, mutatePayload, mutateSignature, mutateSigner, mutateText, turnBits } from '../fixtures/jose-mutations.js'
import { AUDIENCE, createKey, createToken, hmac, ISSUER, signerOf, toSigningKey } from '../security/forge.js'

import type { JSONWebKeySet } from 'jose'
import type { JsonWebKey } from 'node:crypto'
import type { Algorithm } from '../../lib/providers/jwt/algorithms.js'
import type { Author, NamedToken } from '../fixtures/jose-mutations.js'
import type { SigningKey } from '../security/forge.js'

type Judge = (token: string) => Promise<boolean>
type Stricter = 'ours' | 'theirs'

/** Where the two disagree, who refuses, and which tokens that is about: algorithm and mutation. */
const kDifferences: ReadonlyArray<readonly [why: string, stricter: Stricter, about: RegExp]> = [
  ['white space and padding in or behind the signature, and bits left over at its end: RFC 7515, 2; RFC 4648, 3.3 and 3.5', 'ours', /text: ("(==?| |\\[nt])" behind|"( |\\n)" inside segment 2|padded|left-over bits)/],
  ['zeros that a signature by RSASSA-PSS leaves out: RFC 8017, 8.1.2', 'ours', /^PS\d+ (signer: PSS without the zero|signature: without its first byte)/],
  ['a byte order mark: RFC 8259, 8.1', 'ours', /(header|payload): "\uFEFF/],
  ['`b64`, which we do not understand, with or without `crit`: RFC 7797, 3', 'ours', /header: .*"b64":/],
  ['members of encrypted and nested tokens: RFC 7516, 4.1; RFC 7519, 5.2', 'ours', /header: .*"(enc|zip|cty)":/],
  ['a `kid` that is no text, where there is one key: RFC 7515, 4.1.4', 'ours', /^HS\d+ header: .*"kid":("<null>"|1|\[)/],
  ['a `sub` that is no text: RFC 7519, 4.1.2', 'ours', /payload: \{"sub":1\}/],
  ['`EdDSA` and `Ed25519`, where the key is published under the other name: RFC 9864, 2.2', 'theirs', /^(EdDSA header: \{"alg":"Ed25519"|Ed25519 header: \{"alg":"EdDSA")/]
]

const demands = { issuer: ISSUER, audience: AUDIENCE, requiredClaims: ['exp', 'sub'], clockTolerance: 5 }

function createSide (algorithm: Algorithm): { readonly author: Author, readonly ours: Judge, readonly theirs: Judge } {
  const { key, signer, options, verify } = algorithm.startsWith('HS') ? withSecret(algorithm) : withKey(algorithm)
  const provider = jwt({ issuer: ISSUER, audience: AUDIENCE, ...options })

  return {
    author: { alg: algorithm, key, signer },
    ours: async token => await isAccepted(async () => await provider.verify(token, createContext())),
    theirs: async token => await accepts(verify(token))
  }
}

/** A key that we would not trust stops the boot: that is a no as well. */
async function ourVerdict (jwk: JsonWebKey, token: string): Promise<boolean> {
  let provider
  try {
    provider = jwt({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [jwk] } })
  } catch (error) {
    if (!isCoded(error, 'AUTH_OPTION_INVALID')) throw error
    return false
  }
  const { verify } = provider
  return await isAccepted(async () => await verify(token, createContext()))
}

async function isAccepted (verify: () => Promise<unknown>): Promise<boolean> {
  try {
    await verify()
    return true
  } catch (error) {
    if (isCoded(error, 'AUTH_TOKEN_INVALID') || isCoded(error, 'AUTH_TOKEN_EXPIRED')) return false
    throw error
  }
}

function isCoded (error: unknown, code: string): boolean {
  return error instanceof Error && (error as { readonly code?: unknown }).code === code
}

async function accepts (verdict: Promise<unknown>): Promise<boolean> {
  return await verdict.then(() => true, () => false)
}

function withKey (algorithm: Algorithm) {
  const key = createKey(algorithm)
  const keySet = createLocalJWKSet({ keys: [key.jwk] } as JSONWebKeySet)
  return {
    key,
    signer: signerOf(algorithm, key.privateKey),
    options: { jwks: { keys: [key.jwk] } },
    verify: async (token: string) => await jwtVerify(token, keySet, { ...demands, algorithms: [...DEFAULT_ALGORITHMS] })
  }
}

function withSecret (algorithm: Algorithm) {
  const secret = randomBytes(64)
  const key = createSecretKey(secret)
  return {
    key: null,
    signer: hmac(algorithm, secret),
    options: { secret, algorithms: [algorithm] as const },
    verify: async (token: string) => await jwtVerify(token, key, { ...demands, algorithms: [algorithm] })
  }
}

function mutateAll (author: Author): readonly NamedToken[] {
  const foreign = author.key === null ? hmac(author.alg, randomBytes(64)) : signerOf(author.alg, createKey(author.alg).privateKey)
  return [...mutateText(author), ...turnBits(author), ...mutateSignature(author), ...mutateSigner(author, foreign), ...mutateHeader(author), ...mutatePayload(author)]
}

const seen = new Set<string>()

for (const algorithm of ALGORITHMS) {
  t.test(`${algorithm}: jose and we judge alike, but for what is explained`, async t => {
    const { author, ours, theirs } = createSide(algorithm)
    const tokens = mutateAll(author)
    let good = 0
    for (const { name, token } of tokens) {
      const [isOurs, isTheirs] = [await ours(token), await theirs(token)]
      const found = isOurs === isTheirs ? null : kDifferences.find(([, stricter, about]) => stricter === (isOurs ? 'theirs' : 'ours') && about.test(`${algorithm} ${name}`))
      if (found !== null) t.ok(found, `${algorithm} ${name}: ours says ${isOurs ? 'yes' : 'no'}, theirs ${isTheirs ? 'yes' : 'no'}`)
      seen.add(found?.[0] ?? '')
      if (isOurs && isTheirs) good++
    }
    t.ok(tokens.length >= 250, `${tokens.length} tokens`)
    t.ok(good >= 10, `${good} of them good`)
  })
}

/** Keys that are no matter of algorithms alone. RFC 7517, sections 4.2 to 4.4; RFC 7518, section 3.3. */
const kKeys: ReadonlyArray<readonly [name: string, alg: Algorithm, pair: () => Pick<SigningKey, 'publicKey' | 'privateKey'>, members: object, isGood: boolean]> = [
  ['RSA of 1,024 bits', 'RS256', () => generateKeys('rsa', { modulusLength: 1024 }), {}, false],
  ['RSA of 2,040 bits', 'PS256', () => generateKeys('rsa', { modulusLength: 2040 }), {}, false],
  ['RSA of 2,049 bits', 'PS256', () => generateKeys('rsa', { modulusLength: 2049 }), {}, true],
  ['RSA of 3,072 bits', 'RS256', () => generateKeys('rsa', { modulusLength: 3072 }), {}, true],
  ['RSA with the exponent 3', 'RS384', () => generateKeys('rsa', { modulusLength: 2048, publicExponent: 3 }), {}, true],
  ['a curve of another algorithm', 'ES256', () => generateKeys('ec', { namedCurve: 'P-384' }), {}, false],
  ['a curve that nobody knows', 'ES256', () => generateKeys('ec', { namedCurve: 'secp256k1' }), {}, false],
  ['Ed448', 'EdDSA', () => generateKeys('ed448'), {}, false],
  ['for encryption', 'ES256', () => generateKeys('ec', { namedCurve: 'P-256' }), { use: 'enc' }, false],
  ['to sign with', 'ES256', () => generateKeys('ec', { namedCurve: 'P-256' }), { key_ops: ['sign'] }, false],
  ['to verify with', 'ES256', () => generateKeys('ec', { namedCurve: 'P-256' }), { key_ops: ['verify'] }, true],
  ['for another algorithm', 'RS256', () => generateKeys('rsa', { modulusLength: 2048 }), { alg: 'RS512' }, false],
  ['for no algorithm by name', 'ES384', () => generateKeys('ec', { namedCurve: 'P-384' }), { alg: undefined }, true]
]

t.test('keys that fit, and keys that do not', async t => {
  for (const [name, alg, pair, members, isGood] of kKeys) {
    const key = toSigningKey(alg, 'key', pair())
    const jwk = { ...key.jwk, ...members }
    const token = createToken(key)
    t.equal(await ourVerdict(jwk, token), isGood, `ours: ${name}`)
    t.equal(await accepts(jwtVerify(token, createLocalJWKSet({ keys: [jwk] } as JSONWebKeySet), { ...demands, algorithms: [...DEFAULT_ALGORITHMS] })), isGood, `theirs: ${name}`)
  }
})

t.test('every difference that is explained is one', async t => {
  t.strictSame(kDifferences.map(([why]) => why).filter(why => !seen.has(why)), [])
})
