import { Buffer } from 'node:buffer'

import t from 'tap'

import { jwt } from '../../lib/providers/jwt/index.js'
import { AUDIENCE, createKey, createToken, encode, ISSUER } from './forge.js'
import { assertAccepted, attackAll, createTarget } from './harness.js'

import type { Test } from 'tap'
import type { Attack, Target } from './harness.js'

const rsa = createKey('RS256')
const token = createToken(rsa)
const other = createToken(rsa, { claims: { sub: 'another-user-of-the-corpus' } })
const secrets = [token, other, ...token.split('.'), ...other.split('.')]
const jwtProvider = jwt({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [rsa.jwk] } })

const missing = { code: 'AUTH_CREDENTIALS_MISSING', reason: 'credential_missing', secrets } as const
const malformed = { code: 'AUTH_CREDENTIALS_MALFORMED', reason: 'header_syntax', secrets } as const
const repeated = { status: 400, code: 'AUTH_CREDENTIALS_AMBIGUOUS', reason: 'header_repeated', secrets } as const

/** A request as bytes on a connection that ends with it. */
function toWire (...fields: readonly string[]): string {
  return ['GET / HTTP/1.1', 'Host: api.example', 'Connection: close', ...fields, '', ''].join('\r\n')
}

function toRows (expected: Omit<Attack, 'name'>, headers: ReadonlyArray<readonly [string, string]>): readonly Attack[] {
  return headers.map(([name, value]) => ({ name, wire: toWire(`Authorization: ${value}`), ...expected }))
}

t.test('what is sent as Authorization (RFC 6750, 2.1; RFC 9110, 11.4 and 11.6.2)', async t => {
  const target = await createTarget(t, { jwtProvider })
  for (const header of [`Bearer ${token}`, `bearer ${token}`, `BEARER ${token}`, `bEaReR    ${token}`]) {
    t.equal((await target.send({ wire: toWire(`Authorization: ${header}`) })).status, 200, 'the scheme in any case, one blank or several')
  }
  await attackAll(t, target, {
    control: token,
    attacks: [
      { name: 'no header at all', wire: toWire(), ...missing },
      ...toRows(missing, [
        ['empty', ''], ['blanks only', '   '], ['the token without a scheme', token], ['a colon for a scheme', `: ${token}`], ['"Token"', `Token ${token}`],
        ['"JWT"', `JWT ${token}`], ['"Bearers"', `Bearers ${token}`], ['"Bearer-Token"', `Bearer-Token ${token}`],
        ['"Bearer_"', `Bearer_ ${token}`], ['"XBearer"', `XBearer ${token}`], ['scheme and token run together', `Bearer${token}`], ['"OAuth"', `OAuth ${token}`],
        ['"DPoP" (RFC 9449, 7.1)', `DPoP ${token}`], ['"MAC"', `MAC id="${token}"`], ['"Negotiate"', `Negotiate ${token}`], ['"Digest"', `Digest username="${token}"`],
        ['"PoP"', `PoP ${token}`], ['"GNAP"', `GNAP ${token}`], ['"AWS4-HMAC-SHA256"', `AWS4-HMAC-SHA256 Credential=${token}`],
        ['"Basic", token as password (RFC 7617)', `Basic ${Buffer.from(`user:${token}`).toString('base64')}`], ['"Basic", token as it is', `Basic ${token}`],
        ['"Basic" first, "Bearer" in a list', `Basic dXNlcjpwYXNz, Bearer ${token}`], ['quotes around all of it', `"Bearer ${token}"`],
        ['the name of the header again', `Authorization: Bearer ${token}`], ['a full-width scheme', `\uff22earer ${token}`], ['percent-encoded', `%42earer%20${token}`],
        ['a zero-width space in front', `\u200bBearer ${token}`], ['a no-break space in front', `\u00a0Bearer ${token}`]
      ].map(([name = '', value = '']) => [name, Buffer.from(value).toString('latin1')] as const)),
      ...toRows(malformed, [
        ['"Bearer" alone', 'Bearer'], ['"Bearer" twice', `Bearer Bearer ${token}`], ['a tab between', `Bearer\t${token}`],
        ['a blank and a tab between', `Bearer \t${token}`], ['a tab behind, and more', `Bearer ${token}\tx`], ['a no-break space between', `Bearer\u00a0${token}`],
        ['a no-break space behind', `Bearer ${token}\u00a0`],
        ['a next line (U+0085) behind', `Bearer ${token}\u0085`], ['two tokens', `Bearer ${token} ${other}`], ['two tokens, comma between', `Bearer ${token},${other}`],
        ['two credentials in a list', `Bearer ${token}, Bearer ${other}`], ['"Bearer" first, "Basic" in a list', `Bearer ${token}, Basic dXNlcjpwYXNz`],
        ['a comma behind', `Bearer ${token},`],
        ['a comma in front', `Bearer ,${token}`], ['a semicolon behind', `Bearer ${token};`], ['a parameter behind', `Bearer ${token}, realm="api"`],
        ['as a parameter', `Bearer token="${token}"`], ['quotes around the token', `Bearer "${token}"`], ['"=" between', `Bearer=${token}`],
        ['":" between', `Bearer:${token}`], ['"," between', `Bearer,${token}`],
        ['angle brackets around it', `Bearer <${token}>`], ['braces around it', `Bearer {${token}}`], ['a placeholder', 'Bearer {{token}}'],
        ['percent-encoded dots', `Bearer ${token.replaceAll('.', '%2E')}`], ['UTF-8', Buffer.from(`Bearer ${token}\u20ac`).toString('latin1')],
        ['an emoji', Buffer.from('Bearer \u{1f511}').toString('latin1')], ['0xff', 'Bearer \xff'],
        ['"=" only', 'Bearer ='], ['an "=" in the middle', `Bearer ${token.replace('.', '=.')}`], ['markup', 'Bearer <script>alert(1)</script>'], ['SQL', "Bearer ' OR 1=1 --"]
      ]),
      ...toRows({ reason: 'token_syntax', secrets }, [
        ['"null"', 'Bearer null'], ['"undefined"', 'Bearer undefined'], ['"[object"', 'Bearer object-Object'], ['"true"', 'Bearer true'], ['"0"', 'Bearer 0'],
        ['an API key', 'Bearer sk_live_4711471147114711'], ['an opaque token (RFC 6750, 2.1)', 'Bearer mF_9.B5f-4.1JqM'],
        ['a UUID', 'Bearer 6fa459ea-ee8a-3ca4-894e-db77e160355e'],
        ['the token twice, dot between', `Bearer ${token}.${other}`], ['the token in base64', `Bearer ${Buffer.from(token).toString('base64')}`],
        ['the user id', `Bearer ${encode('user-4711-of-the-corpus')}`]
      ])
    ]
  })
})

t.test('Authorization more than once (RFC 6750, 3.1; RFC 9110, 5.3; CVE-2025-64527)', async t => {
  const good = `Authorization: Bearer ${token}`
  const second: ReadonlyArray<readonly [string, readonly string[]]> = [
    ['the same token twice', [good, good]], ['two users', [good, `Authorization: Bearer ${other}`]], ['three times', [good, good, good]],
    ['good first, empty second', [good, 'Authorization:']], ['empty first, good second', ['Authorization:', good]],
    ['good first, "Basic" second', [good, 'Authorization: Basic dXNlcjpwYXNz']], ['"Basic" first, good second', ['Authorization: Basic dXNlcjpwYXNz', good]],
    ['good first, rubbish second', [good, 'Authorization: Bearer x y']], ['rubbish first, good second', ['Authorization: Bearer x y', good]],
    ['rubbish twice', ['Authorization: Bearer x', 'Authorization: Bearer y']], ['upper case second', [good, `AUTHORIZATION: Bearer ${other}`]],
    ['lower case first', [`authorization: Bearer ${other}`, good]], ['mixed case', [`aUthorization: Bearer ${other}`, `authorizatioN: Bearer ${token}`]],
    ['far apart', [good, ...Array.from({ length: 60 }, (_, index) => `X-Filler-${index}: x`), `Authorization: Bearer ${other}`]],
    ['empty twice', ['Authorization:', 'Authorization:']], ['forty times', Array(40).fill('Authorization: Bearer x')]
  ]
  const target = await createTarget(t, { jwtProvider })
  await attackAll(t, target, { control: token, attacks: second.map(([name, fields]) => ({ name, wire: toWire(...fields), ...repeated })) })
  await t.test('injected requests are no exception', async t => {
    const observed = await target.app.inject({ url: '/', headers: { authorization: [`Bearer ${token}`, `Bearer ${other}`] as unknown as string } })
    t.equal(observed.statusCode, 400)
  })
})

t.test('what Node itself refuses never gets near a handler', async t => {
  const target = await createTarget(t, { jwtProvider })
  await assertAccepted(t, target, token)
  const wires: ReadonlyArray<readonly [string, string]> = [
    ['header folded (RFC 9112, 5.2)', toWire('Authorization: Bearer', ` ${token}`)],
    ['blank before the colon (RFC 9112, 5.1)', toWire(`Authorization : Bearer ${token}`)], ['NUL in the header', toWire(`Authorization: Bearer ${token}\0`)],
    ['bare CR in the header', toWire(`Authorization: Bearer ${token}\rX: y`)],
    ['control character', toWire(`Authorization: Bearer ${token}\x07`)], ['DEL', toWire(`Authorization: Bearer ${token}\x7f`)],
    ['header of 100 KB', toWire(`Authorization: Bearer ${'A'.repeat(100_000)}`)], ['NUL in the name', toWire(`Authorization\0: Bearer ${token}`)],
    ['no name', toWire(`: Bearer ${token}`)],
    ['both lengths (request smuggling, CWE-444)', toWire('Transfer-Encoding: chunked', 'Content-Length: 4', `Authorization: Bearer ${token}`)],
    ['two lengths', toWire('Content-Length: 0', 'Content-Length: 1')], ['no host', `GET / HTTP/1.1\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n\r\n`],
    ['not HTTP', `Bearer ${token}\r\n\r\n`]
  ]
  for (const [name, wire] of wires) {
    await t.test(name, t => assertNodeRefuses(t, target, wire))
  }
})

t.test('one connection, several requests: nobody stays signed in (CWE-488)', async t => {
  const target = await createTarget(t, { jwtProvider, routes: (app, handler) => app.get('/public', { config: { auth: 'public' } }, handler) })
  const signedIn = `GET / HTTP/1.1\r\nHost: api.example\r\nAuthorization: Bearer ${token}\r\n\r\n`
  await assertAccepted(t, target, token)
  const followers: ReadonlyArray<readonly [string, string, number]> = [
    ['a request without a token', toWire(), 401], ['a request with a bad one', toWire('Authorization: Bearer x'), 401],
    ['a request with another scheme', toWire('Authorization: Basic dXNlcjpwYXNz'), 401], ['two tokens', toWire('Authorization: Bearer x', 'Authorization: Bearer y'), 400]
  ]
  for (const [name, wire, status] of followers) {
    const { status: actual, users } = await target.send({ wire: signedIn + wire })
    t.equal(actual, status, name)
    t.equal(users.at(-1), null, `${name}: nobody is signed in`)
  }
  const { users, body } = await target.send({ wire: signedIn + toWire().replace('GET / ', 'GET /public ') })
  t.strictSame([users.at(-1), body], [null, '{"id":null}'], 'not on a public route either')
})

async function assertNodeRefuses (t: Test, target: Target, wire: string): Promise<void> {
  const { status, isHandled, users, body } = await target.send({ wire })
  t.ok([0, 400, 431].includes(status), `status ${status}`)
  t.notOk(isHandled)
  t.ok(users.every(user => user === null))
  t.notOk(body.includes(token))
}
