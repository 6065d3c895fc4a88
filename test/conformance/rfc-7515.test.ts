import { once } from 'node:events'
import { createServer } from 'node:http'
import t from 'tap'
import { ACCEPTED, refused } from '../fixtures/openid-api.js'
import { claimsOf, openJwtApi } from '../fixtures/openid-claims.js'
import { createSigningKey, encode } from '../fixtures/openid-keys.js'

import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

const key = createSigningKey('EdDSA', 'main')
const attacker = createSigningKey('EdDSA', 'main')

/** The three segments of a token. */
function split (token: string): [header: string, payload: string, signature: string] {
  return token.split('.') as [string, string, string]
}

t.test('2 and 5.2: no segment has padding, white space, line breaks or other characters in it', async t => {
  const api = await openJwtApi(t, [key])
  const segments = split(key.token(claimsOf()))
  t.strictSame(await api.ask(segments.join('.')), ACCEPTED)
  for (const index of segments.keys()) {
    for (const junk of ['=', '==', '+', '/', '~', '-=', '.']) {
      const token = segments.map((segment, at) => at === index ? segment + junk : segment).join('.')
      t.match(await api.ask(token), { status: 401, isHandled: false }, `segment ${index} and ${junk}`)
    }
    for (const junk of [' ', '\t', '%20', '*', '!', '\u00a0', ',', ';', '"', '(', ':']) {
      const token = segments.map((segment, at) => at === index ? segment.slice(0, 5) + junk + segment.slice(5) : segment).join('.')
      t.match(await api.ask(token), { status: 401, isHandled: false }, `segment ${index} with ${JSON.stringify(junk)}`)
    }
  }
})

t.test('2, and RFC 4648, 3.5: there is one way to write a signature', async t => {
  const api = await openJwtApi(t, [key])
  const token = key.token(claimsOf())
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  t.strictSame(await api.ask(token), ACCEPTED)
  for (const character of alphabet.replace(token.at(-1) ?? '', '')) {
    t.match(await api.ask(token.slice(0, -1) + character), { status: 401, code: 'AUTH_TOKEN_INVALID', isHandled: false }, character)
  }
})

t.test('3.1 and 7.1: the compact serialization is the only one', async t => {
  const api = await openJwtApi(t, [key])
  const [header, payload, signature] = split(key.token(claimsOf()))
  const flattened = { protected: header, payload, signature }
  const general = { payload, signatures: [{ protected: header, signature }] }
  for (const json of [flattened, general]) {
    t.strictSame(await api.ask(JSON.stringify(json)), refused('header_syntax', 'AUTH_CREDENTIALS_MALFORMED'))
    t.strictSame(await api.ask(encode(json)), refused('token_syntax'))
  }
  const others = [
    '', '.', '..', '...', header, `${header}.`, `${header}.${payload}`, `${header}.${payload}.`, `.${payload}.${signature}`, `${header}..${signature}`,
    `${header}.${payload}.${signature}.`, `${header}.${payload}.${signature}.${signature}`, `${header}.${payload}.${signature}.${payload}.${signature}`, `.${header}.${payload}.${signature}`
  ]
  for (const token of others) {
    t.match(await api.ask(token), { status: 401, isHandled: false }, token.replaceAll(/[^.]+/g, 'x'))
  }
})

t.test('4: of two members of a header with one name the last counts', async t => {
  const api = await openJwtApi(t, [key])
  const text = (members: string) => Buffer.from(`{${members}}`)
  t.strictSame(await api.ask(key.token(claimsOf(), text('"alg":"none","alg":"EdDSA","kid":"main"'))), ACCEPTED)
  t.strictSame(await api.ask(key.token(claimsOf(), text('"alg":"EdDSA","alg":"none","kid":"main"'))), refused('algorithm'))
  t.strictSame(await api.ask(key.token(claimsOf(), text('"alg":"EdDSA","kid":"main","kid":"other"'))), refused('kid_unknown'))
})

t.test('4 and 4.3: members that nobody here understands are ignored', async t => {
  const api = await openJwtApi(t, [key])
  t.strictSame(await api.ask(key.token(claimsOf(), { 'https://other.example/member': [1], ver: 2, epk: {}, apu: 'x' })), ACCEPTED)
})

t.test('4.1.1: alg is there, a text, and one that is accepted, case and all', async t => {
  const api = await openJwtApi(t, [key])
  for (const alg of [undefined, null, '', 1, true, ['EdDSA'], { EdDSA: 1 }, 'eddsa', 'EDDSA', 'EdDSA ', 'none', 'None', 'HS256', 'RSA1_5', 'toString', '__proto__']) {
    t.strictSame(await api.ask(key.token(claimsOf(), { alg })), refused('algorithm'), JSON.stringify(alg))
  }
})

t.test('4.1.2 to 4.1.8: what a header says of keys is neither trusted nor followed', async t => {
  const { url, requests } = await listen(t)
  const api = await openJwtApi(t, [key])
  const { kty, crv, x } = attacker.publicKey
  const hints = { jwk: { kty, crv, x, kid: 'main' }, jku: `${url}/jwks`, x5u: `${url}/chain`, x5c: ['MIIB'], x5t: 'AAAA', 'x5t#S256': 'AAAA' }
  for (const [name, value] of Object.entries(hints)) {
    t.strictSame(await api.ask(attacker.token(claimsOf(), { [name]: value })), refused('signature'), name)
    t.strictSame(await api.ask(key.token(claimsOf(), { [name]: value })), ACCEPTED, `${name}, unread`)
  }
  t.strictSame(await api.ask(attacker.token(claimsOf(), { ...hints, kid: 'theirs' })), refused('kid_unknown'))
  t.strictSame(requests, [], 'nobody was asked')
})

t.test('4.1.4: kid is a text that names a key, case and all', async t => {
  const api = await openJwtApi(t, [key, createSigningKey('ES256', 'other')])
  for (const kid of ['Main', 'MAIN', 'main ', '', 'constructor', '__proto__']) {
    t.strictSame(await api.ask(key.token(claimsOf(), { kid })), refused('kid_unknown'), JSON.stringify(kid))
  }
  for (const kid of [null, 1, ['main'], { main: 1 }, true]) {
    t.strictSame(await api.ask(key.token(claimsOf(), { kid })), refused('header_member'), JSON.stringify(kid))
  }
  t.strictSame(await api.ask(key.token(claimsOf(), { kid: 'other' })), refused('algorithm'), 'the name of a key for another algorithm')
  t.strictSame(await api.ask(key.token(claimsOf(), { kid: undefined })), ACCEPTED, 'none, where one key fits')
})

t.test('4.1.9: typ is a media type, with or without application/', async t => {
  const api = await openJwtApi(t, [key], { typ: 'at+jwt' })
  for (const typ of ['at+jwt', 'application/at+jwt', 'AT+JWT', 'Application/at+JWT']) {
    t.strictSame(await api.ask(key.token(claimsOf(), { typ })), ACCEPTED, typ)
  }
  for (const typ of ['text/at+jwt', 'application/application/at+jwt', 'application/x/at+jwt', 'at+jwt; v=1', ' at+jwt']) {
    t.strictSame(await api.ask(key.token(claimsOf(), { typ })), refused('token_type'), typ)
  }
})

t.test('4.1.11: a token with crit is refused: no extension is understood', async t => {
  const api = await openJwtApi(t, [key])
  const headers = [
    { crit: [] }, { crit: ['exp'], exp: 1 }, { crit: ['alg'] }, { crit: ['absent'] }, { crit: ['b64'], b64: true }, { crit: ['b64', 'b64'], b64: true },
    { crit: 'exp', exp: 1 }, { crit: null }, { crit: {} }, { crit: [1] }, { crit: [''] }
  ]
  for (const header of headers) {
    t.strictSame(await api.ask(key.token(claimsOf(), header)), refused('header_member'), JSON.stringify(header))
  }
})

t.test('4.1.11, and RFC 7797, 3 and 6: nor is an unencoded payload', async t => {
  const api = await openJwtApi(t, [key])
  for (const b64 of [false, true, 'false']) {
    t.strictSame(await api.ask(key.token(claimsOf(), { b64 })), refused('header_member'), JSON.stringify(b64))
  }
})

t.test('5.2 and 10.7: whoever changes one bit of a token has none', async t => {
  const api = await openJwtApi(t, [key])
  const segments = split(key.token(claimsOf()))
  for (const [index, segment] of segments.entries()) {
    const bytes = Buffer.from(segment, 'base64url')
    for (const at of [0, 1, bytes.length >> 1, bytes.length - 2, bytes.length - 1]) {
      const changed = Buffer.from(bytes)
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
      const token = segments.map((other, otherIndex) => otherIndex === index ? changed.toString('base64url') : other).join('.')
      t.match(await api.ask(token), { status: 401, code: 'AUTH_TOKEN_INVALID', isHandled: false }, `byte ${at} of segment ${index}`)
    }
  }
})

t.test('5.2: a signature belongs to one header and one payload', async t => {
  const api = await openJwtApi(t, [key])
  const [header, payload, signature] = split(key.token(claimsOf()))
  const [otherHeader, otherPayload, otherSignature] = split(key.token(claimsOf({ sub: 'bob' }), { x: 1 }))
  for (const token of [[otherHeader, payload, signature], [header, otherPayload, signature], [header, payload, otherSignature], [otherHeader, otherPayload, signature]]) {
    t.strictSame(await api.ask(token.join('.')), refused('signature'))
  }
  for (const other of [signature.slice(0, -4), `${signature}AAAA`, 'AAAA', encode(Buffer.alloc(64)), encode(Buffer.alloc(64, 255))]) {
    t.match(await api.ask([header, payload, other].join('.')), { status: 401, code: 'AUTH_TOKEN_INVALID', isHandled: false })
  }
})

/** A server that notes what it is asked for. */
async function listen (t: Test): Promise<{ readonly url: string, readonly requests: ReadonlyArray<string | undefined> }> {
  const requests: Array<string | undefined> = []
  const server = createServer(function note (request, response) {
    requests.push(request.url)
    response.end('{}')
  })
  t.teardown(() => server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}
