import { Buffer } from 'node:buffer'

import t from 'tap'

import { jwt } from '../../lib/providers/jwt/index.js'
import { AUDIENCE, createKey, createToken, encode, ISSUER, signerOf } from './forge.js'
import { attackAll, createTarget } from './harness.js'

import type { Attack } from './harness.js'

const rsa = createKey('RS256')
const ed = createKey('Ed25519')
const good = createToken(rsa)
const [header = '', payload = '', signature = ''] = good.split('.')
const provider = () => jwt({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [rsa.jwk, ed.jwk] } })

/** Rows of another text for a token that is good, and remembered as good. */
function toAttacks (texts: ReadonlyArray<readonly [string, string]>): readonly Attack[] {
  return texts.map(([name, token]) => /^[\w\-.~+/]+=*$/.test(token)
    ? { name, token, reason: 'token_syntax' }
    : { name, token, code: 'AUTH_CREDENTIALS_MALFORMED', reason: 'header_syntax' })
}

t.test('the number of segments (RFC 7515, 3.1; RFC 7516, 9)', async t => {
  await attackAll(t, await createTarget(t, { jwtProvider: provider() }), {
    control: good,
    attacks: toAttacks([
      ['one: the header', header],
      ['one: the claims', payload],
      ['one: the signature', signature],
      ['two: no signature', `${header}.${payload}`],
      ['two: no header', `${payload}.${signature}`],
      ['two: no claims', `${header}.${signature}`],
      ['three: signature empty', `${header}.${payload}.`],
      ['three: claims empty (detached content, RFC 7515, appendix F)', `${header}..${signature}`],
      ['three: header empty', `.${payload}.${signature}`],
      ['three: all empty', '..'],
      ['one dot', '.'],
      ['four: one empty behind', `${good}.`],
      ['four: one empty in front', `.${good}`],
      ['four: signature twice', `${good}.${signature}`],
      ['four: claims twice', `${header}.${payload}.${payload}.${signature}`],
      ['four: another\'s claims in front', `${header}.${encode({ sub: 'admin' })}.${payload}.${signature}`],
      ['five: as if encrypted (RFC 7516, 3.1)', `${header}..${payload}..${signature}`],
      ['five: as if encrypted, filled', `${header}.${payload}.${payload}.${payload}.${signature}`],
      ['six: the token twice', `${good}.${good}`],
      ['two tokens, one dot between', `${good}..${good}`],
      ['16,000 dots', '.'.repeat(16_000)],
      ['5,000 segments', 'YQ.'.repeat(5_000)],
      ['token and disclosures (SD-JWT)', `${good}~${payload}~`],
      ['token and key binding (SD-JWT+KB)', `${good}~${good}`]
    ])
  })
})

t.test('another text for the same bytes (RFC 7515, 2; RFC 4648, 3.2 to 3.5; RFC 8725, 3.14)', async t => {
  const padded = (segment: string) => segment.padEnd(Math.ceil(segment.length / 4) * 4, '=')
  const classic = (segment: string) => segment.replaceAll('-', '+').replaceAll('_', '/')
  // A header that base64 and base64url write differently.
  const odd = createToken(rsa, { header: { odd: '>>>???~~~' } })
  const [oddHeader = '', oddPayload = '', oddSignature = ''] = odd.split('.')
  t.ok(/[-_]/.test(oddHeader) && /[-_]/.test(oddSignature))
  const texts: ReadonlyArray<readonly [string, string]> = [
    ['padding behind the signature', `${header}.${payload}.${padded(signature)}`],
    ['one "=" behind the signature', `${good}=`],
    ['two "=" behind the signature', `${good}==`],
    ['nine "=" behind the signature', `${good}=========`],
    ['"=" behind every segment', good.split('.').map(padded).join('.') + '='],
    ['"=" behind the header', `${header}=.${payload}.${signature}`],
    ['"=" behind the claims', `${header}.${payload}=.${signature}`],
    ['foreign alphabet in the header', `${classic(oddHeader)}.${oddPayload}.${oddSignature}`],
    ['foreign alphabet in the signature', `${oddHeader}.${oddPayload}.${classic(oddSignature)}`],
    ['foreign alphabet everywhere', classic(odd)],
    ['"~" behind it', `${good}~`],
    ['"+" behind it', `${good}+`],
    ['"/" behind it', `${good}/`],
    ['one letter less in the signature', good.slice(0, -1)],
    ['percent-encoded dot', good.replace('.', '%2E')],
    ['percent-encoded letter', `%65${good.slice(1)}`],
    ['percent-encoded padding', `${good}%3D`],
    ['a blank behind the header', `${header} .${payload}.${signature}`],
    ['a blank in the signature', `${header}.${payload}.${signature.slice(0, 9)} ${signature.slice(9)}`],
    ['a tab in the signature', `${header}.${payload}.${signature.slice(0, 9)}\t${signature.slice(9)}`],
    ['a tab in front', `\t${good}`],
    ['a no-break space in front', `\u00a0${good}`],
    ['a soft hyphen in it', `${header}.${payload}.\u00ad${signature}`],
    ['quotes around it', `"${good}"`],
    ['a comma behind it', `${good},`],
    ['a semicolon behind it', `${good};`],
    ['in angle brackets', `<${good}>`],
    ['a backslash in it', `${header}.${payload}\\.${signature}`],
    ['a letter of another alphabet that looks the same', `${header}.${payload}.${signature}`.replace(/[ae]/, letter => letter === 'a' ? '\u00e0' : '\u00e8')],
    ['base64url of the whole token', encode(good)],
    ['base64 of the whole token', Buffer.from(good).toString('base64')],
    ['hex of the whole token', Buffer.from(good).toString('hex')],
    ['PEM-like lines around it', `-----BEGIN-----${good}-----END-----`]
  ]
  const target = await createTarget(t, { jwtProvider: provider() })
  t.equal((await target.send({ token: odd })).status, 200)
  const longer = ['A', 'AA', 'AAAA'].map((letters): Attack => ({ name: `"${letters}" behind the signature`, token: good + letters, reason: 'signature' }))
  await attackAll(t, target, { control: good, attacks: [...toAttacks(texts), ...longer] })
})

t.test('bits left over at the end of a segment (RFC 4648, 3.5): one token, sixteen texts', async t => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const isTwin = (one: string, other: string) => one !== other && Buffer.from(one, 'base64url').equals(Buffer.from(other, 'base64url'))
  const twins = (segment: string) => [...alphabet].map(letter => segment.slice(0, -1) + letter).filter(twin => isTwin(twin, segment))
  // Lengths that leave bits over: 64 and 256 bytes are no multiple of three.
  const edToken = createToken(ed)
  const [edHeader = '', edPayload = '', edSignature = ''] = edToken.split('.')
  t.equal(twins(signature).length, 15)
  t.equal(twins(edSignature).length, 15)
  const target = await createTarget(t, { jwtProvider: provider() })
  t.equal((await target.send({ token: edToken })).status, 200)
  await attackAll(t, target, {
    control: good,
    attacks: toAttacks([
      ...twins(signature).map((twin, index) => [`RS256 signature, text ${index + 2}`, `${header}.${payload}.${twin}`] as const),
      ...twins(edSignature).map((twin, index) => [`Ed25519 signature, text ${index + 2}`, `${edHeader}.${edPayload}.${twin}`] as const)
    ])
  })
})

t.test('bits left over in what is signed: rightly signed, and no JWT all the same', async t => {
  const sign = signerOf('RS256', rsa.privateKey)
  const signed = (input: string) => `${input}.${encode(sign(input))}`
  const uneven = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc((4 - bytes.length % 3) % 3, ' ')])
  const headerBytes = uneven(Buffer.from(header, 'base64url'))
  const payloadBytes = uneven(Buffer.from(payload, 'base64url'))
  const loose = (bytes: Buffer) => bytes.toString('base64url').replace(/.$/, last => String.fromCharCode(last.charCodeAt(0) + 1))
  const tight = (bytes: Buffer) => bytes.toString('base64url')
  t.same(Buffer.from(loose(headerBytes), 'base64url'), headerBytes)
  const target = await createTarget(t, { jwtProvider: provider() })
  await attackAll(t, target, {
    control: signed(`${tight(headerBytes)}.${tight(payloadBytes)}`),
    attacks: toAttacks([
      ['header', signed(`${loose(headerBytes)}.${tight(payloadBytes)}`)],
      ['claims', signed(`${tight(headerBytes)}.${loose(payloadBytes)}`)],
      ['header and claims', signed(`${loose(headerBytes)}.${loose(payloadBytes)}`)],
      ['header with padding', signed(`${tight(headerBytes)}==.${tight(payloadBytes)}`)],
      ['claims with padding', signed(`${tight(headerBytes)}.${tight(payloadBytes)}==`)],
      ['claims as plain JSON', signed(`${tight(headerBytes)}.{}`)],
      ['claims as text', signed(`${tight(headerBytes)}.hello`)],
      ['a dot in the claims', signed(`${tight(headerBytes)}.${tight(payloadBytes)}.${tight(payloadBytes)}`)],
      ['claims empty', signed(`${tight(headerBytes)}.`)],
      ['header of one letter', signed(`e.${tight(payloadBytes)}`)],
      ['claims of one letter more than base64 can have', signed(`${tight(headerBytes)}.AAAAA`)]
    ])
  })
})

t.test('JSON serialization (RFC 7515, 7.2; GHSA-jc38-x7x8-2xc8)', async t => {
  const flattened = { protected: header, payload, signature }
  const unprotected = { ...flattened, header: { alg: 'none' } }
  const general = { payload, signatures: [{ protected: header, signature }] }
  const documents: ReadonlyArray<readonly [string, unknown]> = [
    ['flattened', flattened], ['flattened, unprotected header', unprotected], ['general', general], ['general, no signatures', { payload, signatures: [] }],
    ['general, a bad signature first', { payload, signatures: [{ protected: header, signature: 'AA' }, { protected: header, signature }] }],
    ['a list of tokens', [good, good]], ['a text', good], ['an object with a token', { access_token: good, token_type: 'Bearer' }]
  ]
  const [, forged = ''] = createToken(rsa, { claims: { sub: 'admin-of-the-corpus' }, signer: () => Buffer.from('none') }).split('.')
  await attackAll(t, await createTarget(t, { jwtProvider: provider() }), {
    control: good,
    attacks: [
      ...toAttacks(documents.map(([name, document]) => [`${name}, as it is`, JSON.stringify(document)])),
      ...toAttacks(documents.map(([name, document]) => [`${name}, in base64url`, encode(document)])),
      ...toAttacks([['flattened, claims before (CVE-2022-39227)', `{"${header}.${forged}.":"","protected":"${header}","payload":"${payload}","signature":"${signature}"}`]]),
      { name: 'flattened, in the place of the claims', token: `${header}.${encode(flattened)}.${signature}`, reason: 'token_syntax' },
      { name: 'flattened, in the place of the header', token: `${encode(flattened)}.${payload}.${signature}`, reason: 'algorithm' },
      { name: 'general, in the place of the header', token: `${encode({ ...general, alg: 'none' })}.${payload}.${signature}`, reason: 'algorithm' },
      { name: 'unprotected algorithm in the place of the header', token: `${encode({ header: { alg: 'RS256' }, alg: undefined })}.${payload}.${signature}`, reason: 'algorithm' }
    ]
  })
})
