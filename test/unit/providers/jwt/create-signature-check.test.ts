import { constants, createSecretKey, sign } from 'node:crypto'
import t from 'tap'

import { generateKeys } from '../../../fixtures/generate-keys.js'
import { ALGORITHMS } from '../../../../lib/providers/jwt/algorithms.js'
import { createSignatureCheck } from '../../../../lib/providers/jwt/create-signature-check.js'
import { createKey, hmac, signerOf } from '../../../security/forge.js'

import type { KeyObject } from 'node:crypto'
import type { Algorithm } from '../../../../lib/providers/jwt/algorithms.js'
import type { Signer } from '../../../security/forge.js'

const TEXT = 'eyJhbGciOiJ4In0.e30'
const SECRET = Buffer.alloc(64, 7)

interface Pair {
  readonly key: KeyObject
  readonly signer: Signer
}

function createPair (algorithm: Algorithm): Pair {
  if (algorithm.startsWith('HS')) {
    return { key: createSecretKey(SECRET), signer: hmac(algorithm, SECRET) }
  }
  const { publicKey, privateKey } = createKey(algorithm)
  return { key: publicKey, signer: signerOf(algorithm, privateKey) }
}

const pairs = new Map(ALGORITHMS.map(algorithm => [algorithm, createPair(algorithm)] as const))

function pairOf (algorithm: Algorithm): Pair {
  return pairs.get(algorithm) as Pair
}

for (const algorithm of ALGORITHMS) {
  t.test(`${algorithm}: what was signed is good, and nothing else, in one length`, async t => {
    const { key, signer } = pairOf(algorithm)
    const check = createSignatureCheck(algorithm, key)
    const signature = Buffer.from(signer(TEXT))
    const token = `${TEXT}.${signature.toString('base64url')}`
    t.equal(await check(token, signature), true)
    t.equal(await check(`x${token}`, signature), false, 'another text')
    for (const at of [0, signature.length >> 1, signature.length - 1]) {
      const turned = Buffer.from(signature)
      turned.writeUInt8(turned.readUInt8(at) ^ 1, at)
      t.equal(await check(token, turned), false, `bit ${at * 8}`)
    }
    const others = { empty: Buffer.alloc(0), shorter: signature.subarray(1), longer: Buffer.concat([Buffer.alloc(1), signature]), twice: Buffer.concat([signature, signature]) }
    for (const [name, other] of Object.entries(others)) t.equal(await check(token, other), false, name)
  })
}

t.test('secrets answer at once, public keys later', async t => {
  t.equal(createSignatureCheck('HS256', pairOf('HS256').key)(`${TEXT}.AAAA`, Buffer.alloc(32)), false)
  for (const [algorithm, bytes] of [['RS256', 256], ['PS512', 256], ['ES256', 64], ['EdDSA', 64]] as const) {
    const answer = createSignatureCheck(algorithm, pairOf(algorithm).key)(`${TEXT}.AAAA`, Buffer.alloc(bytes))
    t.type(answer, Promise, algorithm)
    t.equal(await answer, false)
  }
})

t.test('a key is for one kind of algorithm, and public or secret as that demands', async t => {
  const rsa = generateKeys('rsa', { modulusLength: 2048 })
  const refused: ReadonlyArray<readonly [Algorithm, KeyObject]> = [
    ['RS256', rsa.privateKey], ['RS256', pairOf('HS256').key], ['RS256', pairOf('ES256').key], ['RS256', generateKeys('rsa-pss', { modulusLength: 2048 }).publicKey],
    ['ES256', pairOf('ES384').key], ['ES384', pairOf('ES512').key], ['ES512', pairOf('ES256').key], ['ES256', generateKeys('ec', { namedCurve: 'secp256k1' }).publicKey],
    ['ES256', rsa.publicKey], ['Ed25519', generateKeys('ed448').publicKey], ['EdDSA', generateKeys('x25519').publicKey], ['HS256', rsa.publicKey]
  ]
  for (const [algorithm, key] of refused) t.throws(() => createSignatureCheck(algorithm, key), TypeError, `${algorithm} with ${key.asymmetricKeyType ?? key.type}`)
})

t.test('a signature by RSASSA-PSS has one text, zeros in front included, and a salt as long as its hash', async t => {
  const { publicKey, privateKey } = generateKeys('rsa', { modulusLength: 2048 })
  const signWith = (saltLength: number) => sign('sha256', Buffer.from(TEXT), { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })
  const check = createSignatureCheck('PS256', publicKey)
  let signature = signWith(32)
  // One of 256 begins so.
  while (signature[0] !== 0) signature = signWith(32)
  t.equal(await check(`${TEXT}.x`, signature), true)
  t.equal(await check(`${TEXT}.x`, signature.subarray(1)), false)
  for (const saltLength of [0, 31, 33, 222]) t.equal(await check(`${TEXT}.x`, signWith(saltLength)), false, `${saltLength}`)
})
