import swagger from '@fastify/swagger'
import t from 'tap'

import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { startIntrospection } from '../fixtures/introspection-endpoint.js'
import { openApp } from '../fixtures/open-app.js'
import { bearer as bearerOf, memoryRevocations } from '../../lib/index.js'
import { staticTokens } from '../../lib/providers/api-key/index.js'
import { introspection } from '../../lib/providers/introspection/index.js'

import type { FastifyInstance } from 'fastify'

function declareMe (app: FastifyInstance): void {
  app.get('/me', async ({ user }) => [user?.id, user?.issuer, user?.authenticator])
}

async function ask (app: FastifyInstance, token: string): Promise<unknown> {
  const response = await app.inject({ url: '/me', headers: bearer(token) })
  return response.statusCode === 200 ? response.json() : response.json().code
}

t.test('JWTs, static tokens and opaque ones come to those who know them', async t => {
  const [endpoint, people] = [await startIntrospection(t), handIssuer()]
  const PROBE = 'a-probe-of-twenty-and-more'
  const jwtProvider = [introspection(endpoint.options()), people.provider(), staticTokens([{ token: PROBE, subject: 'probe' }])]
  const app = await openApp(t, { jwtProvider }, declareMe)
  t.strictSame(await ask(app, people.token()), ['alice', people.url, 'bearerAuth'])
  t.strictSame(await ask(app, PROBE), ['probe', 'urn:fastify-gatekeeper:static', 'bearerAuth'])
  t.equal(endpoint.calls.length, 0, 'others are not asked')
  t.strictSame(await ask(app, endpoint.knows('opaque', { sub: 'bob' })), ['bob', endpoint.issuer, 'bearerAuth'])
  t.equal(await ask(app, 'invented'), 'AUTH_TOKEN_INVALID')
  t.equal(await ask(app, handIssuer('https://stranger.example').token()), 'AUTH_TOKEN_INVALID')
  t.equal(endpoint.calls.length, 2, 'nobody is asked about the JWT of a stranger')
})

t.test('two that take any opaque token stop the boot, and two for the JWTs of one issuer', async t => {
  const endpoint = await startIntrospection(t)
  const other = introspection({ ...endpoint.options({ name: 'other', jwts: false }) })
  await t.rejects(openApp(t, { jwtProvider: [introspection(endpoint.options()), other] }, declareMe), { code: 'AUTH_OPTION_INVALID', message: /introspection and other both take any opaque token/ })
  await t.rejects(openApp(t, { jwtProvider: [introspection(endpoint.options()), handIssuer(endpoint.issuer).provider()] }, declareMe), { code: 'AUTH_OPTION_INVALID', message: /have one issuer/ })
})

t.test('who sends bad tokens is told to wait, and the issuer hears no more of him', async t => {
  const endpoint = await startIntrospection(t)
  const app = await openApp(t, { jwtProvider: introspection(endpoint.options()) }, declareMe)
  for (let index = 0; index < 10; index += 1) t.equal(await ask(app, `bad-${index}`), 'AUTH_TOKEN_INVALID')
  t.equal(await ask(app, 'bad-10'), 'AUTH_TOO_MANY_FAILURES')
  t.equal(await ask(app, endpoint.knows('good')), 'AUTH_TOO_MANY_FAILURES')
  t.equal(endpoint.calls.length, 10)
  const elsewhere = await app.inject({ url: '/me', headers: bearer('good'), remoteAddress: '192.0.2.7' })
  t.equal(elsewhere.statusCode, 200)
})

t.test('outages count for nobody', async t => {
  const endpoint = await startIntrospection(t)
  const app = await openApp(t, { jwtProvider: introspection(endpoint.options()) }, declareMe)
  endpoint.misbehave = response => { response.writeHead(500).end() }
  endpoint.knows('good')
  for (let index = 0; index < 15; index += 1) t.equal(await ask(app, 'good'), 'AUTH_PROVIDER_UNAVAILABLE')
  endpoint.misbehave = null
  t.strictSame(await ask(app, 'good'), ['alice', endpoint.issuer, 'bearerAuth'])
})

t.test('the token cache of the plugin keeps none of them', async t => {
  const endpoint = await startIntrospection(t)
  const app = await openApp(t, { jwtProvider: introspection(endpoint.options({ maxCacheSeconds: 0 })) }, declareMe)
  endpoint.knows('good')
  t.strictSame(await ask(app, 'good'), ['alice', endpoint.issuer, 'bearerAuth'])
  endpoint.answers.delete('good')
  t.equal(await ask(app, 'good'), 'AUTH_TOKEN_INVALID')
})

t.test('what the app has revoked itself is refused, whatever the issuer says', async t => {
  const endpoint = await startIntrospection(t)
  const revocation = memoryRevocations()
  const app = await openApp(t, { jwtProvider: introspection(endpoint.options()), revocation }, declareMe)
  endpoint.knows('good', { iat: 1_000_000_000 })
  t.strictSame(await ask(app, 'good'), ['alice', endpoint.issuer, 'bearerAuth'])
  revocation.revokeUser(endpoint.issuer, 'alice')
  t.equal(await ask(app, 'good'), 'AUTH_TOKEN_REVOKED')
})

t.test('a route may take opaque tokens only, and its document says what they are', async t => {
  const endpoint = await startIntrospection(t)
  const app = await openApp(t, { authenticators: [bearerOf(introspection(endpoint.options()), { name: 'opaqueAuth' })] }, async function declare (app) {
    await app.register(swagger, { openapi: {} })
    app.get('/docs', { config: { auth: 'public' }, schema: { hide: true } }, () => app.swagger())
    declareMe(app)
  })
  t.strictSame(await ask(app, endpoint.knows('good')), ['alice', endpoint.issuer, 'opaqueAuth'])
  const { components } = (await app.inject('/docs')).json()
  t.strictSame(components.securitySchemes, { opaqueAuth: { type: 'http', scheme: 'bearer' } })
})
