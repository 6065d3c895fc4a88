import { Buffer } from 'node:buffer'
import t from 'tap'

import { isJwtShaped, parseUnverifiedJwt, unverifiedIssuer } from '../../../lib/util/jwt-text.js'

const header = encode('{"alg":"RS256"}')
const payload = encode('{"iss":"https://issuer.example","sub":"alice"}')
const good = `${header}.${payload}.AAAA`

t.test('reads header and payload of a signed JWT', async t => {
  t.same(parseUnverifiedJwt(good), { header: { alg: 'RS256' }, payload: { iss: 'https://issuer.example', sub: 'alice' }, signature: Buffer.alloc(3) })
  t.equal(isJwtShaped(good), true)
  t.equal(unverifiedIssuer(good), 'https://issuer.example')
})

t.test('whoever verifies a token gets what was read to find its issuer, and nobody after him', async t => {
  const other = `${header}.${encode('{"iss":"https://other.example"}')}.BBBB`
  t.equal(unverifiedIssuer(good), 'https://issuer.example')
  t.equal(parseUnverifiedJwt(other)?.payload.iss, 'https://other.example', 'not what was read of another token')
  const first = parseUnverifiedJwt(good)
  const second = parseUnverifiedJwt(good)
  t.same(first, second)
  t.not(first?.payload, second?.payload)
  t.equal(unverifiedIssuer(other), 'https://other.example')
  t.equal(unverifiedIssuer('a.b.c'), null)
  t.equal(parseUnverifiedJwt('a.b.c'), null)
})

t.test('takes the last of two members with one name', async t => {
  t.equal(unverifiedIssuer(`${header}.${encode('{"iss":"a","iss":"b"}')}.AAAA`), 'b')
})

t.test('keeps a member called __proto__ a member', async t => {
  const parsed = parseUnverifiedJwt(`${header}.${encode('{"__proto__":{"iss":"evil"}}')}.AAAA`)
  t.equal(parsed?.payload.iss, undefined)
  t.same(Object.keys(parsed?.payload ?? {}), ['__proto__'])
})

t.test('refuses every other way to write a token', async t => {
  const refused: Record<string, string> = {
    empty: '',
    'one segment': header,
    'two segments': `${header}.${payload}`,
    'four segments': `${good}.AAAA`,
    'five segments': `${good}.AAAA.AAAA`,
    'no header': `.${payload}.AAAA`,
    'no payload': `${header}..AAAA`,
    'no signature': `${header}.${payload}.`,
    'padded signature': `${header}.${payload}.AAA=`,
    'padded payload': `${header}.${payload}==.AAAA`,
    'left-over bits': `${header}.${payload}.AAB`,
    'impossible length': `${header}.${payload}.AAAAA`,
    'line feed at the end': `${good}\n`,
    'space inside': `${header}.${payload}.AA AA`,
    'tab inside': `${header}.${payload}.AA\tAA`,
    'foreign alphabet': `${header}.${payload}.A+/A`,
    'full width letter': `${header}.${payload}.AAAＡ`,
    'header with byte order mark': `${encode('\uFEFF{"alg":"RS256"}')}.${payload}.AAAA`,
    'payload with byte order mark': `${header}.${encode('\uFEFF{}')}.AAAA`,
    'payload in UTF-16': `${header}.${Buffer.from('{"iss":"a"}', 'utf16le').toString('base64url')}.AAAA`,
    'payload in broken UTF-8': `${header}.${Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]).toString('base64url')}.AAAA`,
    'payload is a list': `${header}.${encode('[]')}.AAAA`,
    'payload is null': `${header}.${encode('null')}.AAAA`,
    'payload is text': `${header}.${encode('"x"')}.AAAA`,
    'payload is a number': `${header}.${encode('1')}.AAAA`,
    'payload is no JSON': `${header}.${encode('{')}.AAAA`,
    'payload is two objects': `${header}.${encode('{}{}')}.AAAA`,
    'header is a list': `${encode('[]')}.${payload}.AAAA`
  }
  for (const [name, token] of Object.entries(refused)) {
    t.equal(parseUnverifiedJwt(token), null, name)
    t.equal(unverifiedIssuer(token), null, name)
  }
})

t.test('finds no issuer where iss is not a string', async t => {
  for (const iss of ['1', 'null', 'true', '["https://issuer.example"]', '{"a":1}']) {
    t.equal(unverifiedIssuer(`${header}.${encode(`{"iss":${iss}}`)}.AAAA`), null, iss)
  }
  t.equal(unverifiedIssuer(`${header}.${encode('{}')}.AAAA`), null)
})

t.test('tells tokens that are meant to be JWTs from opaque ones', async t => {
  for (const token of [good, `${header}.${payload}.`, `${header}.AAAA.AAAA`, `${header}.${payload}.AAB`]) t.equal(isJwtShaped(token), true, token)
  for (const token of ['', 'opaque', 'a.b.c', '..', `${good}.AAAA`, `${header}.${payload}`, `${good}\n`, `${good}=`]) t.equal(isJwtShaped(token), false, token)
})

function encode (text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url')
}
