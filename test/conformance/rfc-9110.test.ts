import Fastify from 'fastify'
import t from 'tap'
import authPlugin from '../../lib/index.js'
import { jwt } from '../../lib/providers/jwt/index.js'
import { ACCEPTED, openApi } from '../fixtures/openid-api.js'
import { claimsOf, ISSUER, openJwtApi } from '../fixtures/openid-claims.js'
import { createSigningKey } from '../fixtures/openid-keys.js'

const key = createSigningKey('EdDSA', 'main')

// challenge = auth-scheme 1*SP auth-param *( OWS "," OWS auth-param ); auth-param = token "=" quoted-string. Sections 11.2 and 11.3
const tchar = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]"
const param = `${tchar}+="(?:[\\t \\x21\\x23-\\x5B\\x5D-\\x7E]|\\\\[\\t\\x20-\\x7E])*"`
const challengeForm = new RegExp(`^${tchar}+ +${param}(?:[ \\t]*,[ \\t]*${param})*$`)

t.test('5.3 and 11.6.2: Authorization has one value; a request with two is ambiguous', async t => {
  const api = await openJwtApi(t, [key])
  const token = `Bearer ${key.token(claimsOf())}`
  t.match(await api.ask(null, { headers: { authorization: [token, token] } }), { status: 400, code: 'AUTH_CREDENTIALS_AMBIGUOUS', isHandled: false })
  t.match(await api.ask(null, { headers: { authorization: `${token}, ${token}` } }), { status: 401, code: 'AUTH_CREDENTIALS_MALFORMED', isHandled: false })
})

t.test('5.6.2 and 11.1: the scheme is compared without regard to case', async t => {
  const api = await openJwtApi(t, [key])
  const token = key.token(claimsOf())
  for (const scheme of ['Bearer', 'bearer', 'BEARER', 'bEARER', 'BeArEr']) {
    t.strictSame(await api.ask(null, { headers: { authorization: `${scheme} ${token}` } }), ACCEPTED, scheme)
  }
})

t.test('5.1: names of header fields are compared without regard to case', async t => {
  const api = await openJwtApi(t, [key])
  for (const name of ['authorization', 'Authorization', 'AUTHORIZATION', 'aUTHORIZATION']) {
    t.strictSame(await api.ask(null, { headers: { [name]: `Bearer ${key.token(claimsOf())}` } }), ACCEPTED, name)
  }
})

t.test('9.3.2: HEAD is answered like GET, without a body', async t => {
  const api = await openJwtApi(t, [key])
  const tokens = [null, 'bad', key.token(claimsOf()), key.token(claimsOf({ scope: 'reports:read' }))]
  for (const [index, token] of tokens.entries()) {
    const get = await api.ask(token, { url: '/reports' })
    const head = await api.ask(token, { url: '/reports', method: 'HEAD' })
    t.strictSame(head, { ...get, code: null }, `token ${index}`)
  }
  t.equal((await api.app.inject({ method: 'HEAD', url: '/reports' })).body, '')
})

t.test('10.2.3 and 15.6.4: a 503 says in whole seconds when to come back, and asks for no other credentials', async t => {
  const api = await openApi(t, { jwtProvider: jwt({ issuer: ISSUER, audience: null, jwksUri: 'https://issuer.example/jwks', fetch: fail }) })
  const { statusCode, headers } = await api.app.inject({ url: '/me', headers: { authorization: `Bearer ${key.token(claimsOf())}` } })
  t.equal(statusCode, 503)
  t.match(String(headers['retry-after']), /^[0-9]+$/)
  t.notOk(Object.hasOwn(headers, 'www-authenticate'))
})

t.test('11.4 and 11.6.2: credentials of a scheme that is not used here are as if none were sent', async t => {
  const api = await openJwtApi(t, [key])
  const anonymous = await api.ask(null)
  for (const header of ['Basic YWxpY2U6cGFzc3dvcmQ=', 'Digest username="alice"', 'Negotiate', 'DPoP abc', 'Bearerish abc', 'Bear abc', '']) {
    t.strictSame(await api.ask(null, { headers: { authorization: header } }), anonymous, header)
  }
})

t.test('11.7.2: credentials for a proxy are none for us', async t => {
  const api = await openJwtApi(t, [key])
  t.match(await api.ask(null, { headers: { 'proxy-authorization': `Bearer ${key.token(claimsOf())}` } }), { status: 401, code: 'AUTH_CREDENTIALS_MISSING', isHandled: false })
})

t.test('15.5.2 and 11.6.1: every 401 has a challenge of the right form', async t => {
  const api = await openJwtApi(t, [key])
  const sent = [
    {}, { authorization: 'Basic x' }, { authorization: 'Bearer' }, { authorization: 'Bearer bad' }, { authorization: `Bearer ${key.token(claimsOf({ exp: 1 }))}` },
    { authorization: `Bearer ${createSigningKey('EdDSA', 'main').token(claimsOf())}` }
  ]
  for (const headers of sent) {
    for (const method of ['GET', 'HEAD', 'POST'] as const) {
      const { status, challenge } = await api.ask(null, { method, headers })
      t.equal(status, 401)
      t.match(challenge, challengeForm)
    }
  }
})

t.test('15.5.2: the challenge does not depend on who writes the body', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  app.setErrorHandler(async function answer (_error, _request, reply) {
    return await reply.code(401).send({ sorry: true })
  })
  await app.register(authPlugin, { jwtProvider: jwt({ issuer: ISSUER, audience: null, jwks: { keys: [key.publicKey] } }) })
  app.get('/me', () => ({}))
  const { statusCode, headers, body } = await app.inject({ url: '/me' })
  t.equal(statusCode, 401)
  t.match(headers['www-authenticate'], challengeForm)
  t.equal(body, '{"sorry":true}')
})

t.test('15.5.1: a 400 for ambiguous credentials has a challenge too', async t => {
  const api = await openJwtApi(t, [key])
  const { challenge } = await api.ask(null, { headers: { authorization: ['Bearer a', 'Bearer b'] } })
  t.match(challenge, challengeForm)
})

async function fail (): Promise<never> {
  throw new Error('nobody is there')
}
