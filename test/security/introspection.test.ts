import t from 'tap'

import { startIntrospection } from '../fixtures/introspection-endpoint.js'
import { attackAll, createTarget } from './harness.js'
import { introspection } from '../../lib/providers/introspection/index.js'

import type { IntrospectionEndpoint, Misbehave } from '../fixtures/introspection-endpoint.js'
import type { Attack } from './harness.js'
import type { Reason } from '../../types/verdict.js'

const CONTROL = 'control-token-of-alice'
const inAnHour = Math.floor(Date.now() / 1000) + 3_600
const SECRETS = ['the secret of the books', Buffer.from('books:the+secret+of+the+books').toString('base64')]

/** What the service says of a token that must not get in, and why it must not. A text is sent as it is. */
const LIES: Readonly<Record<string, readonly [answer: object | string, reason: Reason, code?: string]>> = {
  'an inactive token with all the claims of a good one': [{ active: false }, 'token_inactive'],
  'active as the text "true"': [{ active: 'true' }, 'token_inactive'],
  'active as the number 1': [{ active: 1 }, 'token_inactive'],
  'active as an object': [{ active: { value: true } }, 'token_inactive'],
  'active as a list with true in it': [{ active: [true] }, 'token_inactive'],
  'active in capitals beside a false one': ['{"active":false,"Active":true,"sub":"alice","aud":"api"}', 'token_inactive'],
  'active twice, the last of them false': ['{"active":true,"sub":"alice","aud":"api","active":false}', 'token_inactive'],
  'active by way of __proto__': ['{"__proto__":{"active":true},"sub":"alice","aud":"api"}', 'token_inactive'],
  'claims by way of __proto__': ['{"active":true,"__proto__":{"sub":"alice"},"aud":"api"}', 'claim_missing'],
  'a claim set inside another member (RFC 9701)': ['{"token_introspection":{"active":true,"sub":"alice","aud":"api"}}', 'token_inactive'],
  'a token of another issuer (mix-up)': [{ iss: 'https://attacker.example' }, 'issuer_unknown'],
  'an issuer with a slash more': [{ iss: 'https://issuer.example/' }, 'issuer_unknown'],
  'a token for another API (cross-resource replay)': [{ aud: 'https://other.example' }, 'audience'],
  'a token for no API at all': [{ aud: undefined }, 'audience'],
  'an audience that ours is the beginning of': [{ aud: 'api.attacker.example' }, 'audience'],
  'an audience in other letters': [{ aud: 'API' }, 'audience'],
  'an empty list of audiences': [{ aud: [] }, 'audience'],
  'a token bound to a key (DPoP downgrade, RFC 9449 7.2)': [{ cnf: { jkt: 'thumbprint-of-the-key' } }, 'confirmation'],
  'a token bound to a certificate (RFC 8705 3.2)': [{ cnf: { 'x5t#S256': 'thumbprint-of-the-certificate' } }, 'confirmation'],
  'an empty confirmation': [{ cnf: {} }, 'confirmation'],
  'a DPoP token without cnf': [{ token_type: 'DPoP' }, 'token_type'],
  'a MAC token': [{ token_type: 'mac' }, 'token_type'],
  'a refresh token that says so': [{ token_type: 'refresh_token' }, 'token_type'],
  'a refresh token in Keycloak\'s words': [{ typ: 'Offline' }, 'token_use'],
  'an ID token in Cognito\'s words': [{ token_use: 'id' }, 'token_use'],
  'a logout token': [{ events: {} }, 'token_use'],
  'active, though exp is over': [{ exp: 1_000_000_000 }, 'expired', 'AUTH_TOKEN_EXPIRED'],
  'exp below zero': [{ exp: -1 }, 'expired', 'AUTH_TOKEN_EXPIRED'],
  'exp as a text': [{ exp: String(inAnHour) }, 'claim_type'],
  'exp as 1e400': ['{"active":true,"sub":"alice","aud":"api","exp":1e400}', 'claim_type'],
  'exp in milliseconds': [{ exp: inAnHour * 1000 }, 'claim_type'],
  'active, though nbf is to come': [{ nbf: inAnHour }, 'not_yet_valid'],
  'issued tomorrow': [{ iat: inAnHour + 86_400 }, 'issued_in_future'],
  nobody: [{ sub: undefined, username: 'alice', client_id: 'shop' }, 'claim_missing'],
  'a number in place of a subject (0.5)': [{ sub: 42 }, 'claim_type'],
  'a list in place of a subject': [{ sub: ['alice'] }, 'claim_type'],
  'a subject without end': [{ sub: 'a'.repeat(256) }, 'claim_type'],
  'scopes in an object': [{ scope: { admin: true } }, 'claim_type'],
  'a scope with a line break': [{ scope: 'read\r\nadmin' }, 'claim_type'],
  'roles in an object': [{ roles: { admin: true } }, 'claim_type'],
  'a jti that no revocation list could hold': [{ jti: { id: 1 } }, 'claim_type']
}

const json: Misbehave = (response, body) => { response.setHeader('content-type', 'application/json').end(body) }
const withStatus = (status: number, headers: Readonly<Record<string, string>> = {}): Misbehave => (response, body) => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
}

/** How the service may fail to answer, each time with the claims of a good token where there is a body. */
const FAILURES: Readonly<Record<string, Misbehave>> = {
  'the client is refused (RFC 7662 2.3)': withStatus(401, { 'www-authenticate': 'Basic' }),
  'the client is not allowed to ask': withStatus(403),
  'the request is not understood': withStatus(400),
  'a redirect to another host (SSRF)': withStatus(302, { location: 'http://169.254.169.254/' }),
  'a redirect that keeps the form, secret and all': withStatus(307, { location: 'http://127.0.0.1:1/' }),
  'too many requests': withStatus(429, { 'retry-after': '1' }),
  'an error page with a good answer in it': withStatus(500),
  'another good status': withStatus(203),
  'a login page': (response, body) => { response.setHeader('content-type', 'text/html').end(body) },
  'text that looks like JSON': (response, body) => { response.setHeader('content-type', 'text/plain').end(body) },
  'a JWT (RFC 9701) that nobody would verify': response => { response.setHeader('content-type', 'application/token-introspection+jwt').end('e30.e30.') },
  'no body': response => { json(response, '') },
  'half a body': (response, body) => { json(response, body.slice(0, -1)) },
  'two bodies': (response, body) => { json(response, body + body) },
  'a byte order mark': (response, body) => { json(response, `\uFEFF${body}`) },
  'bytes that are no UTF-8': response => { response.setHeader('content-type', 'application/json').end(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])) },
  'a list': (response, body) => { json(response, `[${body}]`) },
  'nothing but null': response => { json(response, 'null') },
  'JSON that is nested without end': response => { json(response, `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`) },
  'a body without end': response => {
    response.setHeader('content-type', 'application/json')
    const more = (): void => { while (!response.destroyed && response.write(' '.repeat(65_536))); }
    response.on('drain', more)
    more()
  },
  'a length that is a lie': (response, body) => { response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5' }).end(body.slice(0, 5)) },
  'a connection that ends': response => { response.destroy() },
  'a body that ends early': (response, body) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' }).write(body, () => { response.destroy() })
  },
  silence: () => {},
  'headers, and then silence': response => { response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders() }
}

/** What no token is, so that nobody is asked. */
const NO_TOKENS: Readonly<Record<string, readonly [token: string, reason: Reason]>> = {
  'a token of 20,000 characters': ['a'.repeat(20_000), 'token_size'],
  'a JWT of a stranger': [toJwt('https://stranger.example', 'AAAA'), 'issuer_unknown'],
  'a JWT without a signature': [toJwt('https://stranger.example', ''), 'token_syntax']
}

function toJwt (iss: string, signature: string): string {
  return [...[{ alg: 'none' }, { iss }].map(part => Buffer.from(JSON.stringify(part)).toString('base64url')), signature].join('.')
}

function toLie (answer: object | string, endpoint: IntrospectionEndpoint): object | string {
  return typeof answer === 'string' ? answer : { active: true, iss: endpoint.issuer, aud: 'api', sub: 'alice', exp: inAnHour, ...answer }
}

t.test('nothing that the service says wrongly lets anybody in', async t => {
  const endpoint = await startIntrospection(t)
  const target = await createTarget(t, { jwtProvider: introspection(endpoint.options()), failureLimit: null })
  const attacks = Object.entries(LIES).map(function toAttack ([name, [answer, reason, code]], index): Attack {
    const token = `token-of-the-victim-${index}`
    endpoint.answers.set(token, toLie(answer, endpoint))
    return { name, token, reason, secrets: SECRETS, ...code !== undefined && { code } }
  })
  await attackAll(t, target, { control: endpoint.knows(CONTROL), attacks })
})

for (const [name, misbehave] of Object.entries(FAILURES)) {
  t.test(`a service that fails judges nobody: ${name}`, async t => {
    const endpoint = await startIntrospection(t)
    const isSlow = name.includes('silence')
    const target = await createTarget(t, { jwtProvider: introspection(endpoint.options({ timeoutMs: isSlow ? 300 : 20_000, maxCacheSeconds: 600 })), failureLimit: null })
    const token = endpoint.knows('token-of-the-victim')
    const attack: Attack = { name, token, status: 503, code: 'AUTH_PROVIDER_UNAVAILABLE', reason: 'introspection', secrets: SECRETS }
    // The control is known by then, and no failure of others changes that.
    t.equal((await target.send({ token: endpoint.knows(CONTROL) })).status, 200)
    endpoint.misbehave = misbehave
    await attackAll(t, target, { control: CONTROL, attacks: [attack] })
    t.equal(endpoint.calls.length, 2, 'no redirect was followed, and nothing was tried again')
    endpoint.misbehave = null
    t.equal((await target.send({ token })).status, 200, 'no failure was remembered')
  })
}

t.test('nobody is asked about what is no token of his', async t => {
  const endpoint = await startIntrospection(t)
  const target = await createTarget(t, { jwtProvider: introspection(endpoint.options()), failureLimit: null })
  const attacks = Object.entries(NO_TOKENS).map(([name, [token, reason]]) => ({ name, token, reason }))
  await attackAll(t, target, { control: endpoint.knows(CONTROL), attacks })
  t.equal(endpoint.calls.length, 1)
})
