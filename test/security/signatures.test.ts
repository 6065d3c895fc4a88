import { Buffer } from 'node:buffer'
import { constants, createHash, privateEncrypt, sign } from 'node:crypto'

import t from 'tap'

import { jwt } from '../../lib/providers/jwt/index.js'
import { AUDIENCE, compact, createKey, createToken, encode, fixed, goodClaims, hmac, ISSUER, signerOf } from './forge.js'
import { attackAll, createTarget } from './harness.js'
import { fromInteger, pkcs1Block, toInteger } from './rsa.js'

import type { Signer, SigningKey } from './forge.js'
import type { Attack } from './harness.js'

const rsa = createKey('RS256')
const pss = createKey('PS256')
const ec = createKey('ES256')
const ed = createKey('Ed25519')
const provider = () => jwt({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [rsa.jwk, pss.jwk, ec.jwk, ed.jwk] } })

/** Rows that need no more than another signature. An empty one is no signature at all. */
function toAttacks (key: SigningKey, signers: ReadonlyArray<readonly [string, Signer]>): readonly Attack[] {
  return signers.map(([name, signer]) => {
    const token = createToken(key, { signer })
    return { name, token, reason: token.endsWith('.') ? 'token_syntax' : 'signature' }
  })
}

/** Changes the right signature. */
function altered ({ alg, privateKey }: SigningKey, alter: (signature: Buffer) => Uint8Array): Signer {
  return input => alter(Buffer.from(signerOf(alg, privateKey)(input)))
}

/** What can be done to any signature without knowing what it is. */
function damages (key: SigningKey): ReadonlyArray<readonly [string, Signer]> {
  const [header, payload, other = ''] = createToken(key, { claims: { sub: 'another-user' } }).split('.')
  return [
    ['empty', fixed(Buffer.alloc(0))],
    ['one zero byte', fixed(Buffer.alloc(1))],
    ['all zero (CVE-2022-21449)', altered(key, signature => Buffer.alloc(signature.length))],
    ['all ones', altered(key, signature => Buffer.alloc(signature.length, 0xff))],
    ['the number one', altered(key, signature => Buffer.concat([Buffer.alloc(signature.length - 1), Buffer.from([1])]))],
    ['first bit changed', altered(key, signature => signature.map((byte, index) => index === 0 ? byte ^ 0x80 : byte))],
    ['last bit changed', altered(key, signature => signature.map((byte, index) => index === signature.length - 1 ? byte ^ 1 : byte))],
    ['first byte cut off', altered(key, signature => signature.subarray(1))],
    ['last byte cut off', altered(key, signature => signature.subarray(0, -1))],
    ['half of it', altered(key, signature => signature.subarray(0, signature.length / 2))],
    ['a zero byte in front', altered(key, signature => Buffer.concat([Buffer.alloc(1), signature]))],
    ['a zero byte behind', altered(key, signature => Buffer.concat([signature, Buffer.alloc(1)]))],
    ['twice', altered(key, signature => Buffer.concat([signature, signature]))],
    ['backwards', altered(key, signature => signature.reverse())],
    ['as hex', altered(key, signature => Buffer.from(signature.toString('hex')))],
    ['as base64 of base64', altered(key, signature => Buffer.from(signature.toString('base64')))],
    ['of another token of the issuer', fixed(Buffer.from(other, 'base64url'))],
    ['by a stranger', signerOf(key.alg, createKey(key.alg).privateKey)],
    ['over the claims alone', input => signerOf(key.alg, key.privateKey)(input.split('.')[1] ?? '')],
    ['over the decoded claims', input => signerOf(key.alg, key.privateKey)(Buffer.from(input.split('.')[1] ?? '', 'base64url').toString())],
    ['over the text with a dot behind', input => signerOf(key.alg, key.privateKey)(`${input}.`)],
    ['over the text with a line end behind', input => signerOf(key.alg, key.privateKey)(`${input}\n`)],
    ['over the text in lower case', input => signerOf(key.alg, key.privateKey)(input.toLowerCase())],
    ['over the claims of somebody else', () => signerOf(key.alg, key.privateKey)(`${header}.${payload}`)]
  ]
}

/** Claims or header exchanged, the signature kept. */
function transplants (key: SigningKey): readonly Attack[] {
  const [header = '', payload = '', signature = ''] = createToken(key).split('.')
  const claims = goodClaims({ sub: 'admin-of-the-corpus', roles: ['admin'] })
  return [
    { name: 'claims exchanged', token: `${header}.${encode(claims)}.${signature}`, reason: 'signature' },
    { name: 'one more claim', token: `${header}.${encode(goodClaims({ roles: ['admin'] }))}.${signature}`, reason: 'signature' },
    { name: 'header exchanged', token: `${encode({ alg: key.alg, kid: key.kid })}.${payload}.${signature}`, reason: 'signature' },
    { name: 'header with a blank in its JSON', token: `${encode(`${Buffer.from(header, 'base64url').toString()} `)}.${payload}.${signature}`, reason: 'signature' },
    { name: 'claims with a blank in their JSON', token: `${header}.${encode(`${Buffer.from(payload, 'base64url').toString()} `)}.${signature}`, reason: 'signature' },
    { name: 'claims and signature exchanged', token: `${header}.${signature}.${payload}`, reason: 'token_syntax' },
    { name: 'header and claims exchanged', token: `${payload}.${header}.${signature}`, reason: 'token_syntax' }
  ]
}

t.test('RSASSA-PKCS1-v1_5 (RFC 8017, 8.2.2)', async t => {
  const modulus = toInteger(Buffer.from(rsa.jwk.n ?? '', 'base64url'))
  const raw = (block: Buffer) => privateEncrypt({ key: rsa.privateKey, padding: constants.RSA_NO_PADDING }, block)
  const block = (hash: string, options = {}): Signer => input => raw(pkcs1Block(hash, input, options))
  const plus = (signature: Buffer, times: bigint) => fromInteger(toInteger(signature) + times * modulus, 257)
  const signers: ReadonlyArray<readonly [string, Signer]> = [
    ...damages(rsa),
    ['the modulus', fixed(fromInteger(modulus, 256))],
    ['the modulus minus one', fixed(fromInteger(modulus - 1n, 256))],
    ['the modulus plus one', fixed(fromInteger(modulus + 1n, 256))],
    ['its other number: plus the modulus (RFC 8017, 8.2.2, step 2b)', altered(rsa, signature => plus(signature, 1n))],
    ['its negative', altered(rsa, signature => fromInteger(modulus - toInteger(signature), 256))],
    ['SHA-1', input => sign('sha1', Buffer.from(input), rsa.privateKey)],
    ['MD5', input => sign('md5', Buffer.from(input), rsa.privateKey)],
    ['SHA-384', signerOf('RS384', rsa.privateKey)],
    ['SHA-512', signerOf('RS512', rsa.privateKey)],
    ['PSS in place of PKCS#1', signerOf('PS256', rsa.privateKey)],
    ['the hash without its name', input => privateEncrypt(rsa.privateKey, createHash('sha256').update(input).digest())],
    ['the text itself, encrypted', input => privateEncrypt(rsa.privateKey, Buffer.from(input).subarray(0, 245))],
    ['short padding, then anything (Bleichenbacher; CVE-2006-4339)', block('sha256', { padding: 8 })],
    ['anything behind the hash, padding full', block('sha256', { trailer: 8 })],
    ['parameters in the name of the hash are missing', block('sha256', { isNullLeftOut: true })],
    ['parameters in the name of the hash are hidden data (CVE-2006-4340)', block('sha256', { parameter: Buffer.alloc(32, 7) })],
    ['length in the long form (BERserk; CVE-2014-1568)', block('sha256', { isLengthLong: true })],
    ['padding is not ones', block('sha256', { filler: 0xaa })],
    ['block type 2', block('sha256', { type: 2 })],
    ['block type 0', block('sha256', { type: 0, filler: 0 })],
    ['name of SHA-1, hash of SHA-256', block('sha256', { name: '2b0e03021a' })]
  ]
  await attackAll(t, await createTarget(t, { jwtProvider: provider() }), { control: createToken(rsa, { signer: block('sha256') }), attacks: [...toAttacks(rsa, signers), ...transplants(rsa)] })
})

t.test('RSASSA-PSS (RFC 7518, 3.5; RFC 8017, 8.1.2)', async t => {
  const salted = (saltLength: number, hash = 'sha256'): Signer => input => sign(hash, Buffer.from(input), { key: pss.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })
  const signers: ReadonlyArray<readonly [string, Signer]> = [
    ...damages(pss),
    ['without salt', salted(0)],
    ['salt of 20 bytes', salted(20)],
    ['salt of 31 bytes', salted(31)],
    ['salt of 33 bytes', salted(33)],
    ['salt as long as it can be', salted(constants.RSA_PSS_SALTLEN_MAX_SIGN)],
    ['SHA-1', salted(20, 'sha1')],
    ['SHA-384', salted(48, 'sha384')],
    ['SHA-512, salt of 32 bytes', salted(32, 'sha512')],
    ['PKCS#1 in place of PSS', signerOf('RS256', pss.privateKey)]
  ]
  await attackAll(t, await createTarget(t, { jwtProvider: provider() }), { control: createToken(pss), attacks: [...toAttacks(pss, signers), ...transplants(pss)] })
})

t.test('ECDSA (RFC 7518, 3.4)', async t => {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
  const pair = (r: bigint, s: bigint, size = 32) => fixed(Buffer.concat([fromInteger(r, size), fromInteger(s, size)]))
  const halves = (alter: (r: Buffer, s: Buffer) => readonly Uint8Array[]) => altered(ec, signature => Buffer.concat(alter(signature.subarray(0, 32), signature.subarray(32))))
  const derSigner: Signer = input => sign('sha256', Buffer.from(input), ec.privateKey)
  const zero = Buffer.alloc(32)
  const signers: ReadonlyArray<readonly [string, Signer]> = [
    ...damages(ec),
    ['r = 0 (CVE-2022-21449)', halves((_r, s) => [zero, s])],
    ['s = 0 (CVE-2022-21449)', halves(r => [r, zero])],
    ['r = s = 1', pair(1n, 1n)],
    ['r = s = n', pair(order, order)],
    ['r = n, s = 1', pair(order, 1n)],
    ['r = s = n - 1', pair(order - 1n, order - 1n)],
    ['s = n + 1', pair(1n, order + 1n)],
    ['zeros of the size of P-384', pair(0n, 0n, 48)],
    ['zeros of the size of P-521', pair(0n, 0n, 66)],
    ['r and s exchanged', halves((r, s) => [s, r])],
    ['r and s with a zero in front of each', halves((r, s) => [Buffer.alloc(1), r, Buffer.alloc(1), s])],
    ['r alone', halves(r => [r])],
    ['r twice', halves(r => [r, r])],
    ['DER (RFC 7518, 3.4: R and S, not ASN.1)', derSigner],
    ['DER of zeros', fixed(Buffer.from('3006020100020100', 'hex'))],
    ['SHA-384', input => sign('sha384', Buffer.from(input), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' })],
    ['SHA-1', input => sign('sha1', Buffer.from(input), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' })],
    ['by a key of another curve', signerOf('ES256', createKey('ES256K').privateKey)]
  ]
  await attackAll(t, await createTarget(t, { jwtProvider: provider() }), { control: createToken(ec), attacks: [...toAttacks(ec, signers), ...transplants(ec)] })
})

t.test('EdDSA (RFC 8032, 5.1.7; RFC 8037, 3.1)', async t => {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n
  const reversed = (bytes: Buffer) => Buffer.from(bytes).reverse()
  const withS = (alter: (s: bigint) => bigint) => altered(ed, signature => Buffer.concat([
    signature.subarray(0, 32), reversed(fromInteger(alter(toInteger(reversed(signature.subarray(32)))), 32))
  ]))
  const identity = Buffer.concat([Buffer.from([1]), Buffer.alloc(63)])
  const signers: ReadonlyArray<readonly [string, Signer]> = [
    ...damages(ed),
    ['its other number: S plus the order (RFC 8032, 8.4)', withS(s => s + order)],
    ['S plus twice the order', withS(s => s + 2n * order)],
    ['S = the order', withS(() => order)],
    ['S = 0', withS(() => 0n)],
    ['R the neutral element, S = 0', fixed(identity)],
    ['R of order two, S = 0', fixed(Buffer.concat([Buffer.from(`ec${'ff'.repeat(30)}7f`, 'hex'), Buffer.alloc(32)]))],
    ['R and S exchanged', altered(ed, signature => Buffer.concat([signature.subarray(32), signature.subarray(0, 32)]))],
    ['of the hash (Ed25519ph)', input => sign(null, createHash('sha512').update(input).digest(), ed.privateKey)]
  ]
  await attackAll(t, await createTarget(t, { jwtProvider: provider() }), { control: createToken(ed, { header: { alg: 'EdDSA' } }), attacks: [...toAttacks(ed, signers), ...transplants(ed)] })
})

t.test('HMAC (RFC 7518, 3.2; RFC 2104, 5)', async t => {
  const secret = 'a shared secret of more than thirty-two bytes'
  const mac = hmac('HS256', secret)
  const token = (signer: Signer) => compact({ alg: 'HS256', typ: 'JWT' }, goodClaims(), signer)
  const cut = (bytes: number): Signer => input => Buffer.from(mac(input)).subarray(0, bytes)
  const signers: ReadonlyArray<readonly [string, Signer]> = [
    ...[1, 2, 4, 8, 10, 16, 20, 31].map(bytes => [`cut to ${bytes} bytes`, cut(bytes)] as const),
    ['longer by a zero', input => Buffer.concat([mac(input), Buffer.alloc(1)])],
    ['as hex', input => Buffer.from(Buffer.from(mac(input)).toString('hex'))],
    ['all zero', fixed(Buffer.alloc(32))],
    ['a plain hash, secret in front', input => createHash('sha256').update(secret + input).digest()],
    ['a plain hash, secret behind', input => createHash('sha256').update(input + secret).digest()],
    ['a plain hash', input => createHash('sha256').update(input).digest()],
    ['over the claims alone', input => mac(input.split('.')[1] ?? '')],
    ['of the MAC', input => hmac('HS256', secret)(Buffer.from(mac(input)).toString('base64url'))],
    ['the secret itself', fixed(Buffer.from(secret))]
  ]
  await attackAll(t, await createTarget(t, { jwtProvider: jwt({ issuer: ISSUER, audience: AUDIENCE, secret }) }), {
    control: token(mac),
    attacks: signers.map(([name, signer]) => ({ name, token: token(signer), secrets: [secret], reason: 'signature' }))
  })
})
