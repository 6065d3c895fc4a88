import { Signer } from '@fastify/cookie'
import t from 'tap'

import { bearer, fromCookie, fromHeader } from '../../lib/index.js'
import { jwt } from '../../lib/providers/jwt/index.js'
import { AUDIENCE, createKey, createToken, ISSUER } from './forge.js'
import { attackAll, createTarget } from './harness.js'

import type { InjectOptions } from 'fastify'
import type { Test } from 'tap'
import type { Attack, Target } from './harness.js'

const rsa = createKey('RS256')
const token = createToken(rsa)
const other = createToken(rsa, { claims: { sub: 'user-0815-of-the-attacker' } })
const forged = createToken(createKey('RS256', rsa.kid))
const secrets = [token, other, forged].flatMap(text => [text, ...text.split('.').slice(1)])
const signer = new Signer('the secret of the cookies')
const cookieName = '__Host-token'

const ambiguous = { status: 400, code: 'AUTH_CREDENTIALS_AMBIGUOUS', secrets } as const
const foreign = { status: 403, code: 'AUTH_ORIGIN_REFUSED', reason: 'origin', secrets } as const
const missing = { code: 'AUTH_CREDENTIALS_MISSING', reason: 'credential_missing', secrets } as const
const malformed = { code: 'AUTH_CREDENTIALS_MALFORMED', reason: 'cookie_syntax', secrets } as const

type Kind = Omit<Attack, 'name'>

/** One authenticator for both places: then there is one challenge, too. */
async function createCookieTarget (t: Test, source = fromCookie(cookieName)): Promise<Target> {
  const provider = jwt({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [rsa.jwk] } })
  return await createTarget(t, {
    authenticators: [bearer(provider, { sources: [fromHeader(), source] })],
    csrf: { trustedOrigins: ['https://app.example'] },
    routes (app, handler) {
      app.addContentTypeParser(['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'], (_request, _body, done) => { done(null) })
      app.route({ method: ['POST', 'PUT', 'PATCH', 'DELETE'], url: '/', handler })
      app.get('/socket', handler)
    }
  })
}

/** `GET /` with this `Cookie` header, and whatever else. */
function withCookies (rows: ReadonlyArray<readonly [name: string, cookie: string, kind: Kind, headers?: Record<string, string>]>): readonly Attack[] {
  return rows.map(([name, cookie, kind, headers = {}]) => ({ name, request: { url: '/', headers: { cookie, ...headers } }, ...kind }))
}

/** The victim's cookie, on a request that another page made his browser send. */
function crossSite (rows: ReadonlyArray<readonly [name: string, request: InjectOptions]>): readonly Attack[] {
  return rows.map(([name, request]) => ({
    name,
    request: { method: 'POST', url: '/', ...request, headers: { host: 'api.example', cookie: `${cookieName}=${token}`, ...request.headers } },
    ...foreign
  }))
}

t.test('duplicates, prefixes and spellings of the cookie (RFC 6265, 5.4; RFC 6265bis, 4.1.3)', async t => {
  await attackAll(t, await createCookieTarget(t), {
    control: token,
    attacks: withCookies([
      ['duplicate: tossed by a sub-domain, the attacker\'s first', `${cookieName}=${other}; ${cookieName}=${token}`, { ...ambiguous, reason: 'cookie_repeated' }],
      ['duplicate: the attacker\'s last', `${cookieName}=${token}; ${cookieName}=${other}`, { ...ambiguous, reason: 'cookie_repeated' }],
      ['duplicate: one text twice', `${cookieName}=${token}; ${cookieName}=${token}`, { ...ambiguous, reason: 'cookie_repeated' }],
      ['duplicate: an empty one before', `${cookieName}=; ${cookieName}=${token}`, { ...ambiguous, reason: 'cookie_repeated' }],
      ['duplicate: without spaces between', `${cookieName}=${token};${cookieName}=x`, { ...ambiguous, reason: 'cookie_repeated' }],
      ['prefix in another case', `__host-token=${token}`, missing],
      ['without the prefix', `token=${token}`, missing],
      ['with the other prefix', `__Secure-token=${token}`, missing],
      ['a prefix of the name', `__Host-toke=${token}`, missing],
      ['a longer name', `__Host-token2=${token}`, missing],
      ['name in the value of another', `x=${cookieName}=${token}`, missing],
      ['name percent-encoded', `__Host%2Dtoken=${token}`, missing],
      ['separator is a comma', `x=1, ${cookieName}=${token}`, missing],
      ['space before the sign of equality', `${cookieName} =${token}`, missing],
      ['RFC 2109 attributes', `$Version=1; ${cookieName}=${token}; ${cookieName}=x; $Path=/`, { ...ambiguous, reason: 'cookie_repeated' }],
      ['quoted, and ended within', `${cookieName}="${token}" x"`, malformed],
      ['quote that does not end', `${cookieName}="${token}; x=1"`, malformed],
      ['second token behind a space', `${cookieName}=${token} ${other}`, malformed],
      ['scheme in front', `${cookieName}=Bearer%20${token}`, malformed],
      ['line break, encoded', `${cookieName}=${token}%0D%0Aset-cookie:%20a=b`, malformed],
      ['NUL, encoded', `${cookieName}=${token}%00`, malformed],
      ['encoding that is none', `${cookieName}=${token}%ff`, malformed],
      ['object of cookie-parser (j:)', `${cookieName}=j:{"token":"${token}"}`, malformed],
      ['forged token', `${cookieName}=${forged}`, { code: 'AUTH_TOKEN_INVALID', reason: 'signature', secrets }],
      ['encoded twice', `${cookieName}=${token.replaceAll('.', '%252E')}`, malformed]
    ])
  })
})

t.test('a cookie that disagrees with a header (RFC 6750, 2 and 3.1)', async t => {
  const several = { ...ambiguous, reason: 'credentials_several' } as const
  await attackAll(t, await createCookieTarget(t), {
    control: token,
    attacks: withCookies([
      ['login of the attacker in the cookie', `${cookieName}=${other}`, several, { authorization: `Bearer ${token}` }],
      ['login of the attacker in the header', `${cookieName}=${token}`, several, { authorization: `Bearer ${other}` }],
      ['text in the cookie', `${cookieName}=x`, several, { authorization: `Bearer ${token}` }],
      ['forged one in the header', `${cookieName}=${token}`, several, { authorization: `Bearer ${forged}` }],
      ['two cookies beside the header', `${cookieName}=${token}; ${cookieName}=${other}`, { ...ambiguous, reason: 'cookie_repeated' }, { authorization: `Bearer ${token}` }],
      ['one token, spelt with padding in the header', `${cookieName}=${token}`, several, { authorization: `Bearer ${token}=` }]
    ])
  })
})

t.test('signed cookies', async t => {
  const signed = signer.sign(token)
  const unsigned = { code: 'AUTH_TOKEN_INVALID', reason: 'cookie_signature', secrets: [...secrets, signed] } as const
  await attackAll(t, await createCookieTarget(t, fromCookie(cookieName, { signed: { secret: 'the secret of the cookies' } })), {
    control: token,
    attacks: withCookies([
      ['signature stripped', `${cookieName}=${token}`, unsigned],
      ['signature empty', `${cookieName}=${token}.`, unsigned],
      ['signature of another value', `${cookieName}=${encodeURIComponent(signer.sign(other).replace(other, token))}`, unsigned],
      ['signature cut short', `${cookieName}=${encodeURIComponent(signed.slice(0, -1))}`, unsigned],
      ['signature padded', `${cookieName}=${encodeURIComponent(`${signed}=`)}`, unsigned],
      ['another secret', `${cookieName}=${encodeURIComponent(new Signer('another secret').sign(token))}`, unsigned],
      ['empty secret', `${cookieName}=${encodeURIComponent(new Signer('').sign(token))}`, unsigned],
      ['another hash', `${cookieName}=${encodeURIComponent(new Signer('the secret of the cookies', 'sha512').sign(token))}`, unsigned],
      ['marked as signed (s:)', `${cookieName}=${encodeURIComponent(`s:${token}`)}`, unsigned],
      ['signed well, and forged within', `${cookieName}=${encodeURIComponent(signer.sign(forged))}`, { ...unsigned, reason: 'signature' }]
    ])
  })
})

t.test('cross-site requests with the victim\'s cookie (Fetch Metadata, 2.4; RFC 6454, 7.3)', async t => {
  const form = 'application/x-www-form-urlencoded'
  const origins = ['null', 'https://evil.example', 'http://app.example', 'https://app.example.evil.example', 'https://evil-app.example', 'https://app.example:8443', 'https://APP.example', 'https://app.example/', 'https://app.example, https://evil.example', 'https://user@app.example', 'http://api.example.', 'http://api.example:8080', 'https://api.example', 'file://', 'http://localhost', '*', '']
  await attackAll(t, await createCookieTarget(t), {
    control: token,
    attacks: crossSite([
      ['form that submits itself', { headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'content-type': form }, payload: 'a=b' }],
      ['form of a sandboxed frame', { headers: { origin: 'null', 'sec-fetch-site': 'cross-site', 'content-type': form }, payload: 'a=b' }],
      ['form of text/plain that is JSON', { headers: { origin: 'https://evil.example', 'content-type': 'text/plain' }, payload: '{"a":"b="}' }],
      ['form of multipart', { headers: { origin: 'https://evil.example', 'content-type': 'multipart/form-data; boundary=b' }, payload: '--b--' }],
      ['fetch with no-cors and keepalive', { headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'content-type': 'text/plain' }, payload: 'x' }],
      ['page of a sibling domain', { headers: { origin: 'https://other.api.example', 'sec-fetch-site': 'same-site' } }],
      ['same-site, without an origin', { headers: { 'sec-fetch-site': 'same-site' } }],
      ['neither header: an old browser', {}],
      ['only a referrer of ours', { headers: { referer: 'http://api.example/' } }],
      ['a header that forms cannot set, alone', { headers: { 'x-requested-with': 'XMLHttpRequest' } }],
      ['a double-submitted token, alone', { headers: { 'x-csrf-token': 'x', 'x-xsrf-token': 'x' } }],
      ['site in another case', { headers: { 'sec-fetch-site': 'Same-Origin' } }],
      ['site twice', { headers: { 'sec-fetch-site': ['same-origin', 'cross-site'] as unknown as string } }],
      ['site as a list', { headers: { 'sec-fetch-site': 'same-origin, cross-site' } }],
      ['origin twice', { headers: { origin: ['https://app.example', 'https://evil.example'] as unknown as string } }],
      ['forwarded host that nobody trusts', { headers: { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' } }],
      ['method override on POST', { headers: { origin: 'https://evil.example', 'x-http-method-override': 'GET' } }],
      ['PUT', { method: 'PUT', headers: { origin: 'https://evil.example' } }],
      ['PATCH', { method: 'PATCH', headers: { origin: 'https://evil.example' } }],
      ['DELETE', { method: 'DELETE', headers: { origin: 'https://evil.example' } }],
      ['WebSocket hijacking', { method: 'GET', url: '/socket', headers: { upgrade: 'websocket', connection: 'upgrade', origin: 'https://evil.example' } }],
      ['WebSocket hijacking, without an origin', { method: 'GET', url: '/socket', headers: { upgrade: 'WebSocket', connection: 'upgrade' } }],
      ...origins.map(origin => [`origin ${origin}`, { headers: { origin } }] as const)
    ])
  })
})

t.test('cross-site, over a real socket', async t => {
  const target = await createCookieTarget(t)
  const head = `POST / HTTP/1.1\r\nHost: api.example\r\nConnection: close\r\nCookie: ${cookieName}=${token}\r\nContent-Length: 0\r\n`
  await attackAll(t, target, {
    control: token,
    attacks: [
      { name: 'origin twice, in two cases', wire: `${head}Origin: https://app.example\r\nORIGIN: https://evil.example\r\n\r\n`, ...foreign },
      { name: 'site twice, the good one first', wire: `${head}Sec-Fetch-Site: same-origin\r\nsec-fetch-site: cross-site\r\n\r\n`, ...foreign },
      { name: 'underscores in the name', wire: `${head}Sec_Fetch_Site: same-origin\r\n\r\n`, ...foreign },
      { name: 'absolute form with the attacker\'s host', wire: `${head.replace('POST / ', 'POST http://evil.example/ ')}Origin: http://evil.example\r\n\r\n`, ...foreign },
      { name: 'two Cookie headers', wire: `${head}Cookie: ${cookieName}=${other}\r\nSec-Fetch-Site: same-origin\r\n\r\n`, ...ambiguous, reason: 'cookie_repeated' }
    ]
  })
})
