import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'

import t from 'tap'

import { jwt } from '../../lib/providers/jwt/index.js'
import { createCertificate, toPem } from './certificate.js'
import { AUDIENCE, compact, createKey, createToken, encode, goodClaims, hmac, ISSUER } from './forge.js'
import { attackAll, createTarget } from './harness.js'
import { json, listen } from './listen.js'

import type { SigningKey } from './forge.js'
import type { Attack } from './harness.js'

const rsa = createKey('RS256')
const ec = createKey('ES256')
const ed = createKey('Ed25519')

/** Everything that the public key of an issuer may look like to a verifier that takes it for a shared secret. */
function writingsOf ({ publicKey, kid, jwk }: SigningKey): ReadonlyMap<string, string | Buffer> {
  const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString()
  const spki = publicKey.export({ format: 'der', type: 'spki' })
  const member = (name: 'n' | 'e' | 'x' | 'y') => String(jwk[name] ?? '')
  const thumbprint = createHash('sha256').update(JSON.stringify({ crv: jwk.crv, e: jwk.e, kty: jwk.kty, n: jwk.n, x: jwk.x, y: jwk.y })).digest()
  return new Map<string, string | Buffer>([
    ['SPKI PEM', pem],
    ['SPKI PEM without the last line end', pem.trim()],
    ['SPKI PEM with CRLF', pem.replaceAll('\n', '\r\n')],
    ['SPKI PEM with a blank in front (CVE-2026-34950)', ` ${pem}`],
    ['SPKI PEM with a line end in front (CVE-2026-34950)', `\n${pem}`],
    ['SPKI PEM with a byte order mark', `\ufeff${pem}`],
    ['SPKI PEM with escaped line ends', pem.replaceAll('\n', '\\n')],
    ['SPKI PEM in one line', pem.replaceAll('\n', '')],
    ['SPKI PEM in UTF-16', Buffer.from(pem, 'utf16le')],
    ['the base64 inside the PEM', pem.split('\n').slice(1, -2).join('\n')],
    ['the base64 inside the PEM, in one line', spki.toString('base64')],
    ['base64 of the PEM', Buffer.from(pem).toString('base64')],
    ['SPKI DER', spki],
    ['SPKI DER as hex', spki.toString('hex')],
    ['SPKI DER as base64url', spki.toString('base64url')],
    ['the JWK as published', JSON.stringify(jwk)],
    ['the JWK, pretty', JSON.stringify(jwk, null, 2)],
    ['the JWK, required members only (RFC 7638, 3)', JSON.stringify({ ...publicKey.export({ format: 'jwk' }) })],
    ['the key set', JSON.stringify({ keys: [jwk] })],
    ['the SHA-256 thumbprint (RFC 7638)', thumbprint],
    ['the SHA-256 thumbprint as text', thumbprint.toString('base64url')],
    ['SHA-256 of the SPKI DER', createHash('sha256').update(spki).digest()],
    ['the kid', kid],
    ...(['n', 'e', 'x', 'y'] as const).filter(name => member(name) !== '').flatMap((name): ReadonlyArray<readonly [string, string | Buffer]> => [
      [`${name} as text (CVE-2026-44699)`, member(name)],
      [`${name} as bytes`, Buffer.from(member(name), 'base64url')],
      [`${name} as hex`, Buffer.from(member(name), 'base64url').toString('hex')]
    ])
  ])
}

/** What only RSA keys look like. */
function rsaWritingsOf (key: SigningKey): ReadonlyMap<string, string | Buffer> {
  const certificate = createCertificate(key)
  const pkcs1 = key.publicKey.export({ format: 'der', type: 'pkcs1' })
  const pkcs1Pem = key.publicKey.export({ format: 'pem', type: 'pkcs1' }).toString()
  const modulus = Buffer.from(key.jwk.n ?? '', 'base64url')
  const sshParts = [Buffer.from('ssh-rsa'), Buffer.from(key.jwk.e ?? '', 'base64url'), Buffer.concat([Buffer.from([0]), modulus])]
  const ssh = Buffer.concat(sshParts.flatMap(part => [Buffer.from([0, 0, part.length >> 8, part.length & 0xff]), part])).toString('base64')
  return new Map<string, string | Buffer>([
    ['PKCS#1 PEM (CVE-2023-48223)', pkcs1Pem],
    ['PKCS#1 PEM with a blank in front', ` ${pkcs1Pem}`],
    ['PKCS#1 DER', pkcs1],
    ['PKCS#1 DER as base64', pkcs1.toString('base64')],
    ['the certificate as PEM', toPem('CERTIFICATE', certificate)],
    ['the certificate as DER', certificate],
    ['the certificate as x5c has it', certificate.toString('base64')],
    ['the SHA-1 fingerprint of the certificate', createHash('sha1').update(certificate).digest()],
    ['the modulus with a zero in front', Buffer.concat([Buffer.from([0]), modulus])],
    ['the modulus as a decimal number', BigInt(`0x${modulus.toString('hex')}`).toString()],
    ['the OpenSSH line', `ssh-rsa ${ssh}`],
    ['the OpenSSH blob', ssh]
  ])
}

function attacksOn (key: SigningKey, writings: ReadonlyMap<string, string | Buffer>): readonly Attack[] {
  return [...writings].flatMap(([name, secret]) => ['HS256', 'HS384', 'HS512'].map((alg): Attack => ({
    name: `${alg} by ${name}`,
    token: createToken(key, { header: { alg }, signer: hmac(alg, secret) }),
    reason: 'algorithm'
  })))
}

/** The MAC under the asymmetric name: for verifiers that look at the key, not at the name. */
function disguisedOn (key: SigningKey, writings: ReadonlyMap<string, string | Buffer>): readonly Attack[] {
  return [...writings].map(([name, secret]) => ({ name: `MAC by ${name} called ${key.alg}`, token: createToken(key, { signer: hmac('HS256', secret) }), reason: 'signature' }))
}

const providers = new Map([
  ['a key set', (key: SigningKey) => jwt({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [key.jwk] } })],
  ['a PEM', (key: SigningKey) => jwt({ issuer: ISSUER, audience: AUDIENCE, publicKey: key.publicKey.export({ format: 'pem', type: 'spki' }).toString() })]
])

for (const [form, createProvider] of providers) {
  for (const key of [rsa, ec, ed]) {
    t.test(`symmetric signatures made with the ${key.alg} key, given as ${form} (CVE-2015-9235, CVE-2016-5431; RFC 8725, 2.1 and 3.1)`, async t => {
      const writings = key === rsa ? new Map([...writingsOf(key), ...rsaWritingsOf(key)]) : writingsOf(key)
      await attackAll(t, await createTarget(t, { jwtProvider: createProvider(key) }), {
        control: createToken(key),
        attacks: [...attacksOn(key, writings), ...disguisedOn(key, writings)]
      })
    })
  }
}

t.test('the key is a certificate', async t => {
  const certificate = createCertificate(rsa)
  const publicKey = toPem('CERTIFICATE', certificate)
  await attackAll(t, await createTarget(t, { jwtProvider: jwt({ issuer: ISSUER, audience: AUDIENCE, publicKey }) }), {
    control: createToken(rsa),
    attacks: attacksOn(rsa, rsaWritingsOf(rsa))
  })
})

t.test('the keys are fetched, and published without "alg" (CVE-2026-22817, CVE-2026-22818)', async t => {
  const { alg: _alg, use: _use, ...bare } = rsa.jwk
  const { url: jwksUri } = await listen(t, json({ keys: [bare] }))
  await attackAll(t, await createTarget(t, { jwtProvider: jwt({ issuer: ISSUER, audience: AUDIENCE, jwksUri }) }), {
    control: createToken(rsa),
    attacks: [
      ...attacksOn(rsa, writingsOf({ ...rsa, jwk: bare as typeof rsa.jwk })),
      { name: 'HS256 with the empty secret', token: compact({ alg: 'HS256', kid: rsa.kid }, goodClaims(), hmac('HS256', '')), reason: 'algorithm' },
      { name: 'HS256 without a kid', token: compact({ alg: 'HS256' }, goodClaims(), hmac('HS256', JSON.stringify(bare))), reason: 'algorithm' },
      { name: 'HS256 by the answer of the issuer', token: compact({ alg: 'HS256' }, goodClaims(), hmac('HS256', JSON.stringify({ keys: [bare] }))), reason: 'algorithm' }
    ]
  })
})

t.test('keys that would be a hole stop the boot (RFC 7518, 3.2; RFC 8725, 3.1 and 3.5)', async t => {
  const pem = rsa.publicKey.export({ format: 'pem', type: 'spki' }).toString()
  const privatePem = rsa.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  const secret = 'x'.repeat(64)
  const texts = new Map([...writingsOf(rsa), ...rsaWritingsOf(rsa)])
  const keyTexts = [
    'SPKI PEM', 'SPKI PEM with a blank in front (CVE-2026-34950)', 'SPKI PEM with a line end in front (CVE-2026-34950)', 'SPKI PEM with a byte order mark', 'SPKI PEM in one line', 'SPKI DER',
    'the base64 inside the PEM, in one line', 'the JWK as published', 'the key set', 'PKCS#1 PEM (CVE-2023-48223)', 'the certificate as PEM', 'the OpenSSH line'
  ]
  const holes: ReadonlyArray<readonly [string, object]> = [
    ['a secret shorter than the hash', { secret: 'x'.repeat(31) }],
    ['a secret shorter than the hash of HS512', { secret: 'x'.repeat(63), algorithms: ['HS512'] }],
    ['an empty secret', { secret: '' }],
    ['an empty secret, as bytes', { secret: new Uint8Array() }],
    ['a private key as a secret', { secret: privatePem }],
    ...keyTexts.map(name => [`${name} as a secret`, { secret: texts.get(name) }] as const),
    ['both families with a secret', { secret, algorithms: ['HS256', 'RS256'] }],
    ['both families with a key', { publicKey: pem, algorithms: ['RS256', 'HS256'] }],
    ['HS256 with a key set', { jwks: { keys: [rsa.jwk] }, algorithms: ['HS256'] }],
    ['the algorithm none', { publicKey: pem, algorithms: ['none'] }],
    ['no algorithm at all', { publicKey: pem, algorithms: [] }],
    ['a private key as a public one', { publicKey: privatePem }],
    ['a private key in the key set', { jwks: { keys: [rsa.privateKey.export({ format: 'jwk' })] } }],
    ['a symmetric key in the key set', { jwks: { keys: [{ kty: 'oct', k: encode(secret), alg: 'HS256' }] } }],
    ['two sources of keys', { publicKey: pem, secret }],
    ['no source of keys', {}],
    ['keys over plain http', { jwksUri: 'http://issuer.example/jwks' }],
    ['keys of a file', { jwksUri: 'file:///etc/passwd' }]
  ]
  for (const [name, options] of holes) {
    t.throws(() => jwt({ issuer: ISSUER, audience: AUDIENCE, ...options }), { code: 'AUTH_OPTION_INVALID' }, name)
  }
})
