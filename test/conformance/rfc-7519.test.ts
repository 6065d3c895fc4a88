import t from 'tap'
import { jwt } from '../../lib/providers/jwt/index.js'
import { ACCEPTED, openApi, refused } from '../fixtures/openid-api.js'
import { AUDIENCE, claimsOf, ISSUER, openJwtApi } from '../fixtures/openid-claims.js'
import { createSigningKey, encode } from '../fixtures/openid-keys.js'

import type { Test } from 'tap'

const key = createSigningKey('EdDSA', 'main')
const NOW_SECONDS = 1_900_000_000

/** Stops the clock at {@link NOW_SECONDS}. */
function stopClock (t: Test): void {
  t.intercept(Date, 'now', { value: () => NOW_SECONDS * 1000 })
}

t.test('4: of two claims with one name the last counts', async t => {
  const api = await openJwtApi(t, [key])
  const text = JSON.stringify(claimsOf())
  t.match(await api.me(key.token(text.replace('{', '{"sub":"mallory",'))), { id: 'alice' })
  t.match(await api.me(key.token(text.replace('}', ',"sub":"bob"}'))), { id: 'bob' })
  t.strictSame(await api.ask(key.token(text.replace('}', ',"aud":"https://other.example"}'))), refused('audience'))
  t.strictSame(await api.ask(key.token(text.replace('}', ',"iss":"https://other.example"}'))), refused('issuer_unknown'))
})

t.test('4: claims that nobody here understands are ignored', async t => {
  const api = await openJwtApi(t, [key])
  t.strictSame(await api.ask(key.token(claimsOf({ 'https://other.example/claim': { deep: [1, null] }, __proto: 1, constructor: 'x', acr: 7 }))), ACCEPTED)
})

t.test('4.1.1: iss is the issuer, case and all, and nothing else', async t => {
  const api = await openJwtApi(t, [key])
  for (const iss of ['https://Issuer.example', 'HTTPS://issuer.example', `${ISSUER}/`, `${ISSUER} `, ` ${ISSUER}`, `${ISSUER}:443`, 'http://issuer.example', '', `${ISSUER}\u0000`]) {
    t.strictSame(await api.ask(key.token(claimsOf({ iss }))), refused('issuer_unknown'), JSON.stringify(iss))
  }
  for (const iss of [undefined, null, 1, [ISSUER], { [ISSUER]: ISSUER }]) {
    t.match(await api.ask(key.token(claimsOf({ iss }))), { status: 401, code: 'AUTH_TOKEN_INVALID', isHandled: false }, JSON.stringify(iss))
  }
})

t.test('4.1.2: sub is a text, taken as it is', async t => {
  const api = await openJwtApi(t, [key])
  for (const sub of ['Alice', 'alice ', 'ALICE', 'a:b', 'Älice', 'x'.repeat(255)]) {
    t.match(await api.me(key.token(claimsOf({ sub }))), { id: sub })
  }
  for (const sub of [null, 42, true, ['alice'], { id: 'alice' }, '']) {
    t.strictSame(await api.ask(key.token(claimsOf({ sub }))), refused('claim_type'), JSON.stringify(sub))
  }
  t.strictSame(await api.ask(key.token(claimsOf({ sub: undefined }))), refused('claim_missing'))
})

t.test('4.1.3: a token is accepted by those whom aud names, alone or among others', async t => {
  const api = await openJwtApi(t, [key])
  for (const aud of [AUDIENCE, [AUDIENCE], ['https://other.example', AUDIENCE]]) {
    t.strictSame(await api.ask(key.token(claimsOf({ aud }))), ACCEPTED, JSON.stringify(aud))
  }
})

t.test('4.1.3: a token is refused by all others', async t => {
  const api = await openJwtApi(t, [key])
  for (const aud of [undefined, '', [], [''], 'https://other.example', ['https://other.example'], `${AUDIENCE}/`, 'https://api.example.org', 'HTTPS://API.EXAMPLE', 'api.example', '*']) {
    t.strictSame(await api.ask(key.token(claimsOf({ aud }))), refused('audience'), JSON.stringify(aud))
  }
  for (const aud of [null, 1, true, { [AUDIENCE]: true }, [AUDIENCE, 1], [[AUDIENCE]]]) {
    t.strictSame(await api.ask(key.token(claimsOf({ aud }))), refused('claim_type'), JSON.stringify(aud))
  }
})

t.test('4.1.3: any audience will do only for whoever writes so', async t => {
  const api = await openJwtApi(t, [key], { audience: null })
  t.strictSame(await api.ask(key.token(claimsOf({ aud: 'https://other.example' }))), ACCEPTED)
  t.strictSame(await api.ask(key.token(claimsOf({ aud: undefined }))), ACCEPTED)
  t.throws(() => jwt({ issuer: ISSUER, jwks: { keys: [key.publicKey] } } as unknown as Parameters<typeof jwt>[0]), { code: 'AUTH_OPTION_INVALID' })
})

t.test('4.1.4: a token is good before exp, and not on or after it', async t => {
  stopClock(t)
  const api = await openJwtApi(t, [key], { clockToleranceSeconds: 0 })
  for (const exp of [NOW_SECONDS + 1, NOW_SECONDS + 0.5, NOW_SECONDS + 1e6]) {
    t.strictSame(await api.ask(key.token(claimsOf({ exp }))), ACCEPTED, String(exp))
  }
  for (const exp of [NOW_SECONDS, NOW_SECONDS - 0.5, NOW_SECONDS - 1, 0, -1]) {
    t.strictSame(await api.ask(key.token(claimsOf({ exp }))), refused('expired', 'AUTH_TOKEN_EXPIRED'), String(exp))
  }
})

t.test('4.1.4: the leeway is what was configured, and no more', async t => {
  stopClock(t)
  const api = await openJwtApi(t, [key], { clockToleranceSeconds: 30 })
  t.strictSame(await api.ask(key.token(claimsOf({ exp: NOW_SECONDS - 29 }))), ACCEPTED)
  t.strictSame(await api.ask(key.token(claimsOf({ exp: NOW_SECONDS - 30 }))), refused('expired', 'AUTH_TOKEN_EXPIRED'))
})

t.test('4.1.4: exp is a number, and there', async t => {
  const api = await openJwtApi(t, [key])
  for (const exp of ['4102444800', null, true, [4102444800], {}, '2100-01-01T00:00:00Z']) {
    t.strictSame(await api.ask(key.token(claimsOf({ exp }))), refused('claim_type'), JSON.stringify(exp))
  }
  const text = JSON.stringify(claimsOf({ exp: 0 }))
  t.strictSame(await api.ask(key.token(text.replace('"exp":0', '"exp":1e400'))), refused('claim_type'), 'more than any number')
  t.strictSame(await api.ask(key.token(claimsOf({ exp: undefined }))), refused('claim_missing'))
})

t.test('4.1.5: a token is not good before nbf', async t => {
  stopClock(t)
  const api = await openJwtApi(t, [key], { clockToleranceSeconds: 0 })
  for (const nbf of [NOW_SECONDS, NOW_SECONDS - 1, 0]) {
    t.strictSame(await api.ask(key.token(claimsOf({ nbf }))), ACCEPTED, String(nbf))
  }
  for (const nbf of [NOW_SECONDS + 0.5, NOW_SECONDS + 1, NOW_SECONDS + 1e6]) {
    t.strictSame(await api.ask(key.token(claimsOf({ nbf }))), refused('not_yet_valid'), String(nbf))
  }
  for (const nbf of ['0', null, [0], {}]) {
    t.strictSame(await api.ask(key.token(claimsOf({ nbf }))), refused('claim_type'), JSON.stringify(nbf))
  }
})

t.test('4.1.6: iat is a number, and not in the future; a token may do without', async t => {
  stopClock(t)
  const api = await openJwtApi(t, [key], { clockToleranceSeconds: 0 })
  t.strictSame(await api.ask(key.token(claimsOf({ iat: NOW_SECONDS }))), ACCEPTED)
  t.strictSame(await api.ask(key.token(claimsOf({ iat: undefined }))), ACCEPTED)
  t.strictSame(await api.ask(key.token(claimsOf({ iat: NOW_SECONDS + 1 }))), refused('issued_in_future'))
  for (const iat of ['0', null, [0], {}]) {
    t.strictSame(await api.ask(key.token(claimsOf({ iat }))), refused('claim_type'), JSON.stringify(iat))
  }
})

t.test('4.1.7: jti is a text; a token may do without', async t => {
  const api = await openJwtApi(t, [key])
  t.strictSame(await api.ask(key.token(claimsOf({ jti: 'a' }))), ACCEPTED)
  for (const jti of [1, null, ['a'], {}]) {
    t.strictSame(await api.ask(key.token(claimsOf({ jti }))), refused('claim_type'), JSON.stringify(jti))
  }
})

t.test('5.1: typ may be absent, or JWT in whatever case', async t => {
  const api = await openJwtApi(t, [key])
  for (const typ of [undefined, 'JWT', 'jwt', 'application/jwt']) {
    t.strictSame(await api.ask(key.token(claimsOf(), { typ })), ACCEPTED, String(typ))
  }
})

t.test('5.2 and 7.2: a token that says it holds another token is not one with claims', async t => {
  const api = await openJwtApi(t, [key])
  t.match(await api.ask(key.token(key.token(claimsOf()), { cty: 'JWT' })), { status: 401, isHandled: false })
  for (const cty of ['JWT', 'jwt', 'application/jwt']) {
    t.strictSame(await api.ask(key.token(claimsOf(), { cty })), refused('header_member'), cty)
  }
})

t.test('6: unsecured tokens are refused', async t => {
  const api = await openJwtApi(t, [key])
  const text = `${encode({ alg: 'none' })}.${encode(claimsOf())}`
  t.match(await api.ask(`${text}.`), { status: 401, code: 'AUTH_TOKEN_INVALID', isHandled: false })
  t.strictSame(await api.ask(`${text}.${key.sign(text).toString('base64url')}`), refused('algorithm'), 'with a signature')
})

t.test('7.2: a token has a period, a header and claims that are JSON objects in UTF-8', async t => {
  const api = await openJwtApi(t, [key])
  t.strictSame(await api.ask('e30'), refused('token_syntax'), 'no period')
  for (const text of ['', ' ', '[]', '"text"', 'null', '1', 'true', '{', '{}{}', "{'sub':'alice'}", '{sub:1}', '{"sub":"alice",}', '// {}']) {
    t.strictSame(await api.ask(key.token(text)), refused('token_syntax'), `claims ${text}`)
    t.strictSame(await api.ask(key.token(claimsOf(), Buffer.from(text))), refused('token_syntax'), `header ${text}`)
  }
  for (const encoding of ['latin1', 'utf16le'] as const) {
    t.strictSame(await api.ask(key.token(Buffer.from(JSON.stringify(claimsOf({ name: 'Ä' })), encoding))), refused('token_syntax'), encoding)
  }
})

t.test('7.2: an algorithm that is not accepted is refused, though the signature is good', async t => {
  const api = await openJwtApi(t, [createSigningKey('ES256', 'other')], { algorithms: ['ES256'] })
  t.strictSame(await api.ask(key.token(claimsOf())), refused('algorithm'))
})

t.test('7.3: texts are compared code point by code point, after their JSON escapes', async t => {
  const [composed, decomposed] = ['https://caf\u00e9.example', 'https://cafe\u0301.example']
  const api = await openApi(t, { jwtProvider: jwt({ issuer: composed, audience: AUDIENCE, jwks: { keys: [key.publicKey] } }) })
  t.strictSame(await api.ask(key.token(claimsOf({ iss: composed }))), ACCEPTED)
  t.strictSame(await api.ask(key.token(claimsOf({ iss: decomposed }))), refused('issuer_unknown'))
  const escaped = JSON.stringify(claimsOf({ iss: composed })).replaceAll('/', '\\/').replace('\u00e9', '\\u00E9').replace('"aud"', '"\\u0061ud"')
  t.strictSame(await api.ask(key.token(escaped)), ACCEPTED)
  t.strictSame(await api.ask(key.token(claimsOf({ iss: composed }), Buffer.from('{"\\u0061lg":"Ed\\u0044SA","kid":"m\\u0061in"}'))), ACCEPTED)
})
