import { Buffer } from 'node:buffer'
import { createCipheriv, createHmac, publicEncrypt, randomBytes } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'

import t from 'tap'

import { jwt } from '../../lib/providers/jwt/index.js'
import { AUDIENCE, compact, createKey, createToken, encode, goodClaims, ISSUER, signerOf } from './forge.js'
import { attackAll, createTarget, withToken } from './harness.js'

import type { Attack } from './harness.js'

const rsa = createKey('RS256')
const good = createToken(rsa)
const sign = signerOf('RS256', rsa.privateKey)
const goodHeader = { alg: 'RS256', kid: rsa.kid }
const provider = () => jwt({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [rsa.jwk] } })

/** Texts and bytes that are no JSON object as a JWT may have it, each made from one that is. */
function brokenForms (members: Readonly<Record<string, unknown>>): ReadonlyArray<readonly [string, string | Buffer]> {
  const text = JSON.stringify(members)
  const withText = (alter: (text: string) => string) => alter(JSON.stringify({ ...members, note: 'NOTE' }))
  const withBytes = (hex: string) => Buffer.from(Buffer.from(withText(String)).toString('hex').replace(Buffer.from('NOTE').toString('hex'), hex), 'hex')
  return [
    ['a list', JSON.stringify([members])], ['a text', JSON.stringify(text)], ['a number', '4711'], ['true', 'true'], ['null', 'null'], ['no JSON at all', 'hello, world'],
    ['cut off', text.slice(0, -1)], ['two objects', text + text], ['rubbish behind', `${text}x`], ['a NUL behind', `${text}\0`], ['a NUL in front', `\0${text}`],
    ['a comma too many', text.replace('}', ',}')],
    ['a comment', text.replace('{', '{/* */')], ['single quotes', text.replaceAll('"', "'")], ['names without quotes', text.replaceAll(/"(\w+)":/g, '$1:')],
    ['NaN', withText(json => json.replace('"NOTE"', 'NaN'))],
    ['Infinity', withText(json => json.replace('"NOTE"', 'Infinity'))], ['undefined', withText(json => json.replace('"NOTE"', 'undefined'))],
    ['a hexadecimal number', withText(json => json.replace('"NOTE"', '0x10'))],
    ['a raw line end in a text', withText(json => json.replace('NOTE', 'a\nb'))],
    ['YAML', Object.entries(members).map(([name, value]) => `${name}: ${String(value)}`).join('\n')],
    ['a form', Object.entries(members).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')],
    ['a byte order mark (RFC 8259, 8.1)', `\ufeff${text}`], ['UTF-16, little endian', Buffer.from(text, 'utf16le')],
    ['UTF-16 with a byte order mark', Buffer.from(`\ufeff${text}`, 'utf16le')], ['UTF-16, big endian', Buffer.from(text, 'utf16le').swap16()],
    ['UTF-8 that ends too early (RFC 8725, 3.7)', withBytes('e282')], ['overlong UTF-8 (CWE-176)', withBytes('c0ae')], ['overlong UTF-8 of NUL', withBytes('c080')],
    ['a surrogate in UTF-8', withBytes('eda080')], ['above U+10FFFF', withBytes('f4908080')], ['Latin-1', withBytes('e4')], ['0xff', withBytes('ff')],
    ['5,000 lists deep', withText(json => json.replace('"NOTE"', '['.repeat(5_000)))],
    ['70 lists deep, closed', withText(json => json.replace('"NOTE"', '['.repeat(70) + ']'.repeat(70)))],
    ['70 objects deep', withText(json => json.replace('"NOTE"', '{"a":'.repeat(70) + '1' + '}'.repeat(70)))],
    ['blanks only', '   '], ['an empty object in brackets', '({})'], ['CBOR', Buffer.from('a1636973736369', 'hex')], ['gzip', Buffer.from('1f8b0800000000000000', 'hex')],
    ['raw deflate of it', deflateRawSync(text)]
  ]
}

t.test('headers that are no JSON object (RFC 7515, 5.2; RFC 7519, 7.2)', async t => {
  await attackAll(t, await createTarget(t, { jwtProvider: provider() }), {
    control: compact(goodHeader, goodClaims(), sign),
    attacks: [...brokenForms(goodHeader), ['{}', '{}'] as const].map(([name, form]): Attack => ({ name, token: compact(form, goodClaims(), sign), reason: name === '{}' ? 'algorithm' : 'token_syntax' }))
  })
})

t.test('claims that are no JSON object, rightly signed (RFC 7519, 7.2)', async t => {
  await attackAll(t, await createTarget(t, { jwtProvider: provider() }), {
    control: compact(goodHeader, goodClaims(), sign),
    attacks: [...brokenForms(goodClaims()), ['{}', '{}'] as const].map(([name, form]): Attack => ({ name, token: compact(goodHeader, form, sign), reason: 'token_syntax' }))
  })
})

t.test('members twice: the last one counts, everywhere (RFC 7519, 4)', async t => {
  const twice = (members: object, name: string, first: unknown, last: unknown) => {
    const once = JSON.stringify({ ...members, [name]: 'LAST' })
    return once.replace('{', `{"${name}":${JSON.stringify(first)},`).replace('"LAST"', JSON.stringify(last))
  }
  const header = (name: string, first: unknown, last: unknown) => compact(twice(goodHeader, name, first, last), goodClaims(), sign)
  const claim = (name: string, first: unknown, last: unknown) => compact(goodHeader, twice(goodClaims(), name, first, last), sign)
  const { exp } = goodClaims()
  await attackAll(t, await createTarget(t, { jwtProvider: provider() }), {
    control: claim('iss', 'https://evil.example', ISSUER),
    attacks: [
      { name: 'alg, the last one is none', token: header('alg', 'RS256', 'none'), reason: 'algorithm' },
      { name: 'alg, the last one is HS256', token: header('alg', 'RS256', 'HS256'), reason: 'algorithm' },
      { name: 'kid, the last one is unknown', token: header('kid', rsa.kid, 'key-of-nobody'), reason: 'kid_unknown' },
      { name: 'alg by an escape (RFC 8259, 7)', token: compact('{"alg":"RS256","\\u0061lg":"none"}', goodClaims(), sign), reason: 'algorithm' },
      { name: 'iss, the last one is somebody else', token: claim('iss', ISSUER, 'https://evil.example'), reason: 'issuer_unknown' },
      { name: 'iss by an escape', token: compact(goodHeader, `{"iss":"${ISSUER}","\\u0069ss":"https://evil.example"}`, sign), reason: 'issuer_unknown' },
      { name: 'aud, the last one is somebody else', token: claim('aud', AUDIENCE, 'https://evil.example'), reason: 'audience' },
      { name: 'exp, the last one is over', token: claim('exp', exp, 1), code: 'AUTH_TOKEN_EXPIRED', reason: 'expired' },
      { name: 'exp, the last one is a text', token: claim('exp', exp, String(exp)), reason: 'claim_type' },
      { name: 'sub, the last one is empty', token: claim('sub', 'user-one', ''), reason: 'claim_type' },
      { name: 'cnf, the last one is null', token: claim('cnf', {}, null), reason: 'confirmation' }
    ]
  })
})

t.test('header members that change what a token means (RFC 7515, 4.1.11; RFC 7797, 3 and 6; CVE-2026-35042, CVE-2025-59420)', async t => {
  const crits: readonly unknown[] = [
    ['exp'], ['b64'], ['alg'], ['kid'], ['typ'], ['x'], ['http://example.com/extension'], ['bork', 'b64'], [], '', 'exp', null, {}, 0, true, [1], [null], [['b64']],
    ['__proto__'], ['crit'], Array(500).fill('x')
  ]
  const others: ReadonlyArray<readonly [string, Readonly<Record<string, unknown>>]> = [
    ...crits.map(crit => [`crit ${JSON.stringify(crit).slice(0, 60)}`, { crit, exp: 4711, bork: true, x: 1, 'http://example.com/extension': true }] as const),
    ['b64 false', { b64: false }], ['b64 false, critical', { b64: false, crit: ['b64'] }], ['b64 true', { b64: true }],
    ['b64 true, critical', { b64: true, crit: ['b64'] }], ['b64 null', { b64: null }], ['b64 "false"', { b64: 'false' }], ['b64 0', { b64: 0 }],
    ['zip DEF (RFC 8725, 3.6)', { zip: 'DEF' }], ['zip GZIP', { zip: 'GZIP' }], ['zip null', { zip: null }], ['enc in a signed token', { enc: 'A256GCM' }], ['enc null', { enc: null }]
  ]
  const raw = `${encode({ ...goodHeader, b64: false, crit: ['b64'] })}.${JSON.stringify(goodClaims())}`
  await attackAll(t, await createTarget(t, { jwtProvider: provider() }), {
    control: good,
    attacks: [
      ...others.map(([name, header]): Attack => ({ name, token: compact({ ...goodHeader, ...header }, goodClaims(), sign), reason: 'header_member' })),
      { name: 'claims as they are (RFC 7797, 5.2)', token: `${raw}.${encode(sign(raw))}`, code: 'AUTH_CREDENTIALS_MALFORMED', reason: 'header_syntax' },
      { name: 'claims deflated, zip DEF', token: compact({ ...goodHeader, zip: 'DEF' }, deflateRawSync(JSON.stringify(goodClaims())), sign), reason: 'token_syntax' },
      { name: 'a JWT inside, cty JWT (RFC 7519, 5.2)', token: compact({ ...goodHeader, cty: 'JWT' }, good, sign), reason: 'token_syntax' },
      { name: 'a JWT inside, as a JSON text', token: compact({ ...goodHeader, cty: 'JWT' }, JSON.stringify(good), sign), reason: 'token_syntax' }
    ]
  })
})

t.test('encrypted tokens, made for our own public key (RFC 7516; CVE-2023-51774, CVE-2022-36083, CVE-2024-28176)', async t => {
  const seal = (header: Readonly<Record<string, unknown>>, plain: string | Buffer, encryptedKey: (key: Buffer) => Buffer = () => Buffer.alloc(0)) => {
    const [key, iv, aad] = [randomBytes(32), randomBytes(12), encode({ enc: 'A256GCM', kid: rsa.kid, ...header })]
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(aad))
    const text = Buffer.concat([cipher.update(plain), cipher.final()])
    return [aad, ...[encryptedKey(key), iv, text, cipher.getAuthTag()].map(encode)].join('.')
  }
  const oaep = (key: Buffer) => publicEncrypt({ key: rsa.publicKey, oaepHash: 'sha256' }, key)
  const claims = JSON.stringify(goodClaims())
  const bomb = deflateRawSync(Buffer.alloc(4_000_000, ' '))
  const tokens: ReadonlyArray<readonly [string, string]> = [
    ['RSA-OAEP-256 around claims', seal({ alg: 'RSA-OAEP-256' }, claims, oaep)],
    ['RSA-OAEP-256 around a good token (RFC 8725, 3.3)', seal({ alg: 'RSA-OAEP-256', cty: 'JWT' }, good, oaep)],
    ['RSA1_5 around claims', seal({ alg: 'RSA1_5' }, claims, oaep)],
    ['RSA-OAEP around claims', seal({ alg: 'RSA-OAEP' }, claims, key => publicEncrypt(rsa.publicKey, key))],
    ['dir, no key', seal({ alg: 'dir' }, claims)],
    ['alg RS256, enc A256GCM', seal({ alg: 'RS256' }, claims, oaep)],
    ['alg none, enc A256GCM', seal({ alg: 'none' }, claims)],
    ['A256KW by the public key', seal({ alg: 'A256KW' }, claims, key => key)],
    ['ECDH-ES with a key of its own', seal({ alg: 'ECDH-ES', epk: createKey('ES256').jwk }, claims)],
    [
      'ECDH-ES with a point off the curve (CVE-2017-16007)',
      seal({ alg: 'ECDH-ES', epk: { kty: 'EC', crv: 'P-256', x: encode(Buffer.alloc(32, 1)), y: encode(Buffer.alloc(32, 2)) } }, claims)
    ],
    ['PBES2 with two thousand million rounds (CVE-2022-36083)', seal({ alg: 'PBES2-HS512+A256KW', p2c: 2_147_483_647, p2s: encode('salt') }, claims, key => key)],
    ['PBES2 with one round', seal({ alg: 'PBES2-HS256+A128KW', p2c: 1, p2s: encode('salt') }, claims, key => key)],
    ['4 MB behind a few bytes (CVE-2024-28176, CVE-2024-21319)', seal({ alg: 'dir', zip: 'DEF' }, bomb)],
    ['A128CBC-HS256 with a padding of nothing (CVE-2021-29443)', seal({ alg: 'dir', enc: 'A128CBC-HS256' }, claims)],
    ['five segments, all of them good', [...good.split('.'), good.split('.')[1], good.split('.')[2]].join('.')],
    ['four segments', seal({ alg: 'dir' }, claims).split('.').slice(0, 4).join('.')],
    ['no encrypted text', seal({ alg: 'dir' }, '')]
  ]
  const inThree = ['dir', 'RSA-OAEP-256', 'A256GCMKW', 'ECDH-ES'].map((alg): Attack => ({
    name: `${alg} in a token of three segments`, token: compact({ ...goodHeader, alg }, goodClaims(), input => createHmac('sha256', '').update(input).digest()), reason: 'algorithm'
  }))
  await attackAll(t, await createTarget(t, { jwtProvider: provider() }), {
    control: good,
    attacks: [
      ...tokens.map(([name, token]): Attack => ({ name, token, reason: 'token_syntax' })), ...inThree
    ]
  })
})

t.test('sizes: what is too long is not even decoded (CWE-400)', async t => {
  const target = await createTarget(t, { jwtProvider: provider() })
  const fitting = (bytes: number) => {
    const bare = createToken(rsa, { claims: { pad: '' } })
    return createToken(rsa, { claims: { pad: 'x'.repeat(Math.floor((bytes - bare.length) / 4) * 3) } })
  }
  const attacks: readonly Attack[] = [16_388, 65_536, 1_000_000, 4_000_000].map(bytes => ({ name: `a good token of ${bytes} characters`, token: fitting(bytes), reason: 'token_size' }))
  await attackAll(t, target, {
    control: fitting(16_380),
    attacks: [
      ...attacks,
      { name: 'a header of 100,000 characters', token: createToken(rsa, { header: { pad: 'x'.repeat(75_000) } }), reason: 'token_size' },
      { name: 'a signature of 100,000 characters', token: createToken(rsa, { signer: () => Buffer.alloc(75_000) }), reason: 'token_size' },
      { name: 'a signature of 12,000 characters', token: createToken(rsa, { signer: () => Buffer.alloc(9_000) }), reason: 'signature' },
      { name: 'a kid of 8,000 characters', token: createToken(rsa, { header: { kid: 'k'.repeat(8_000) } }), reason: 'kid_unknown' },
      {
        name: '1,000 header members',
        token: createToken(rsa, { header: Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`m${index}`, 0])), signer: () => Buffer.alloc(256) }),
        reason: 'signature'
      },
      { name: 'one megabyte of letters', token: 'A'.repeat(1_000_000), reason: 'token_size' },
      { name: 'one megabyte of dots', token: '.'.repeat(1_000_000), reason: 'token_size' },
      { name: 'a letter and one megabyte of "="', token: `A${'='.repeat(1_000_000)}`, reason: 'token_size' },
      { name: 'one megabyte of letters, then what no token has (CWE-1333)', request: withToken(`${'A'.repeat(1_000_000)}!`), code: 'AUTH_CREDENTIALS_MALFORMED', reason: 'header_syntax' },
      { name: 'one megabyte of "=", then a letter (CWE-1333)', request: withToken(`A${'='.repeat(1_000_000)}A`), code: 'AUTH_CREDENTIALS_MALFORMED', reason: 'header_syntax' }
    ]
  })
})
