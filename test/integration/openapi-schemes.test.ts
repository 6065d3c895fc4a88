import swagger from '@fastify/swagger'
import Fastify from 'fastify'
import t from 'tap'

import { collectLog } from '../fixtures/collect-log.js'
import { documentOf, EDITIONS, editionOf, openDescribed, schemesOf, securityOf, yamlOf } from '../fixtures/describe-app.js'
import { bearer as bearerHeader, handIssuer } from '../fixtures/hand-issuer.js'
import authPlugin, { bearer, fromCookie, fromHeader, fromQuery, fromWebSocketProtocol, reqSerializer, requireScopes } from '../../lib/index.js'

import type { FastifyInstance } from 'fastify'
import type { Edition } from '../fixtures/describe-app.js'
import type { AuthPluginOptions, Authenticator, SecurityScheme, TokenSource } from '../../lib/index.js'

const issuer = handIssuer()
const jwtProvider = issuer.provider()
const auth = { jwtProvider }
const handler = async () => 'ok'
const server = { logger: { level: 'silent', serializers: { req: reqSerializer } } }

/** An authenticator that is only looked at. */
function own (name: string, securityScheme: SecurityScheme): Authenticator {
  return { name, securityScheme, read: () => null, verify: () => { throw new Error('never asked') }, challenge: () => null }
}

/** The schemes of a document whose one route accepts all there are. */
async function schemesFor (options: AuthPluginOptions, edition: Edition = '3.1', members: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
  const app = await openDescribed(t, { auth: options, docs: editionOf(edition, members), server }, app => { app.get('/', { preHandler: requireScopes('read') }, handler) })
  return schemesOf(documentOf(app))
}

t.test('authenticators are described as they read', async t => {
  const tokenSources = [fromHeader(), fromCookie('session', { signed: { secret: 'a secret of some length' } }), fromQuery('token')]
  t.strictSame(await schemesFor({ ...auth, tokenSources }), {
    bearerAuth: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    cookieAuth: { type: 'apiKey', in: 'cookie', name: 'session', description: 'signed' },
    queryAuth: { type: 'apiKey', in: 'query', name: 'token' }
  })
  t.strictSame(await schemesFor({ ...auth, tokenSources: [fromHeader('X-Token', 'Jwt')] }), { bearerAuth: { type: 'apiKey', in: 'header', name: 'X-Token', description: 'Jwt <token>' } })
  t.strictSame(await schemesFor({ ...auth, tokenSources: [fromWebSocketProtocol('bearer.')] }), { bearerAuth: { type: 'apiKey', in: 'header', name: 'Sec-WebSocket-Protocol' } })
  t.strictSame(await schemesFor({ authenticators: [bearer(jwtProvider, { name: 'staffAuth', sources: [fromWebSocketProtocol('bearer.'), fromHeader('x-staff', null)] })] }), { staffAuth: { type: 'apiKey', in: 'header', name: 'x-staff' } })
})

t.test('a token source of the app\'s own is described as it says, and else as its provider says', async t => {
  const source: TokenSource = { name: 'header x-own', read: request => request.headers['x-own'] as string | undefined ?? null }
  const described: TokenSource = { ...source, securityScheme: { type: 'apiKey', in: 'header', name: 'x-own', description: 'ours' } }
  const app = await openDescribed(t, { auth: { ...auth, tokenSources: [described] } }, app => { app.get('/', { preHandler: requireScopes('read') }, async request => request.user?.id) })
  t.strictSame(schemesOf(documentOf(app)), { bearerAuth: described.securityScheme })
  t.match(await app.inject({ url: '/', headers: { 'x-own': issuer.token({ scope: 'read' }) } }), { statusCode: 200, body: 'alice' })
  t.strictSame(await schemesFor({ ...auth, tokenSources: [source] }), { bearerAuth: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } })
  const securityScheme = { type: 'openIdConnect', openIdConnectUrl: 'https://issuer.example/.well-known/openid-configuration' } as const
  t.strictSame(await schemesFor({ jwtProvider: issuer.provider({ securityScheme }), tokenSources: [source] }), { bearerAuth: securityScheme })
  t.strictSame(await schemesFor({ jwtProvider: issuer.provider({ securityScheme }), tokenSources: [described] }), { bearerAuth: described.securityScheme })
  for (const wrong of [null, 'bearer', {}, { in: 'header' }]) {
    await t.rejects(openDescribed(t, { auth: { ...auth, tokenSources: [{ ...source, securityScheme: wrong as never }] } }, () => {}), { code: 'AUTH_OPTION_INVALID', message: /^tokenSources\.0\.securityScheme/ }, JSON.stringify(wrong))
  }
})

t.test('providers that describe their tokens alike are described so, and else as what they have in common', async t => {
  const scheme = (url: string) => ({ type: 'openIdConnect', openIdConnectUrl: url }) as const
  const other = handIssuer('https://other.example')
  const both = (first: string, second: string) => [issuer.provider({ securityScheme: scheme(first) }), other.provider({ securityScheme: scheme(second) })]
  t.strictSame(await schemesFor({ jwtProvider: both('https://a.example', 'https://a.example') }), { bearerAuth: scheme('https://a.example') })
  t.strictSame(await schemesFor({ jwtProvider: both('https://a.example', 'https://b.example') }), { bearerAuth: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } })
})

t.test('only schemes in use are declared', async t => {
  const app = await openDescribed(t, { auth: { ...auth, tokenSources: [fromHeader(), fromCookie('session')], authenticators: [own('unused', { type: 'http', scheme: 'basic' })] } }, app => {
    app.get('/', { config: { auth: { mode: 'required', authenticators: 'cookieAuth' } } }, handler)
    app.get('/public', { config: { auth: 'public' } }, handler)
  })
  t.strictSame(Object.keys(schemesOf(documentOf(app))), ['cookieAuth'])
})

t.test('the app\'s own definition of a name is kept, and what it gave is not touched', async t => {
  for (const edition of EDITIONS) {
    const mine = { bearerAuth: { type: 'apiKey', in: 'header', name: 'Authorization', description: 'mine' }, unused: { type: 'apiKey', in: 'header', name: 'x-unused' } }
    const members = edition === '2.0' ? { securityDefinitions: mine } : { components: { securitySchemes: mine, schemas: { Book: { type: 'object' } } } }
    const docs = editionOf(edition, { ...members, tags: [{ name: 'books' }], servers: [] })
    const before = JSON.stringify(docs)
    const app = await openDescribed(t, { auth: { ...auth, tokenSources: [fromHeader(), fromCookie('session')] }, docs }, app => { app.get('/', { preHandler: requireScopes('read') }, handler) })
    t.strictSame(schemesOf(documentOf(app)), { ...schemesOf(documentOf(app)), ...mine }, edition)
    t.strictSame(Object.keys(schemesOf(documentOf(app))).sort(), ['bearerAuth', 'cookieAuth', 'unused'], edition)
    t.strictSame(yamlOf(app), JSON.parse(JSON.stringify(documentOf(app))), edition)
    const { mode, ...given } = docs
    t.equal(JSON.stringify(given), before, edition)
  }
})

t.test('scopes that routes ask for are listed in schemes of ours, and missed in those of the app, with one warning', async t => {
  const flow = { authorizationUrl: 'https://issuer.example/authorize', tokenUrl: 'https://issuer.example/token' }
  const scheme = (scopes: object) => ({ type: 'oauth2', flows: { authorizationCode: { ...flow, scopes } } }) as const
  t.match(await schemesFor({ jwtProvider: issuer.provider({ securityScheme: scheme({ other: 'told' }) }) }), { bearerAuth: scheme({ read: '', other: 'told' }) })
  const log = collectLog('warn')
  const app = await openDescribed(t, { auth, docs: editionOf('3.1', { components: { securitySchemes: { bearerAuth: scheme({ other: 'told' }) } } }), server: { logger: log.logger } }, app => { app.get('/', { preHandler: requireScopes('read') }, handler) })
  t.strictSame(schemesOf(documentOf(app)), { bearerAuth: scheme({ other: 'told' }) })
  t.strictSame(documentOf(app), yamlOf(app))
  t.strictSame(log.lines.map(line => line['unlisted']), [['bearerAuth: read']])
})

/** Two registrations beside each other whose authenticators have one name and two definitions. */
function bootSiblings (place: 'one document' | 'two documents' | 'no document' | 'hidden' | 'public' | 'no openapi'): Promise<FastifyInstance> {
  const app = Fastify()
  t.teardown(() => app.close())
  place !== 'two documents' && place !== 'no document' && app.register(swagger, editionOf('3.1'))
  for (const header of ['x-first', 'x-second']) {
    const isSecond = header === 'x-second'
    app.register(async child => {
      place === 'two documents' && await child.register(swagger, editionOf('3.1'))
      await child.register(authPlugin, { authenticators: [own('keyAuth', { type: 'apiKey', in: 'header', name: header })], ...place === 'no openapi' && isSecond && { openapi: null } })
      child.get(`/${header}`, { schema: { hide: place === 'hidden' && isSecond }, config: { auth: place === 'public' && isSecond ? 'public' : 'required' } }, handler)
      place === 'two documents' && child.get(`/${header}/document`, { config: { auth: 'public' }, schema: { hide: true } }, async () => child.swagger())
    })
  }
  return Promise.resolve(app.ready()).then(() => app as unknown as FastifyInstance)
}

t.test('two definitions of one name in one document stop the boot', async t => {
  await t.rejects(bootSiblings('one document'), { code: 'AUTH_OPTION_INVALID', message: /keyAuth/ })
})

t.test('two definitions of one name that never meet in a document do not', async t => {
  for (const place of ['no document', 'hidden', 'public', 'no openapi'] as const) await t.resolves(bootSiblings(place), place)
  const app = await bootSiblings('two documents')
  for (const name of ['x-first', 'x-second']) t.strictSame(schemesOf((await app.inject(`/${name}/document`)).json()), { keyAuth: { type: 'apiKey', in: 'header', name } })
})

t.test('the same definition of one name is one', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(swagger, editionOf('3.1'))
  for (const prefix of ['/a', '/b']) {
    app.register(async child => {
      await child.register(authPlugin, auth)
      child.get('/', handler)
    }, { prefix })
  }
  await app.ready()
  t.strictSame(Object.keys(schemesOf(documentOf(app as unknown as FastifyInstance))), ['bearerAuth'])
})

t.test('a scheme that cannot be told costs its document the security, with a warning, and nobody an answer', async t => {
  for (const place of ['before ready', 'never'] as const) {
    const log = collectLog('warn')
    let isBroken = false
    const failing: Authenticator = {
      ...own('keyAuth', { type: 'apiKey', in: 'header', name: 'x-key' }),
      get securityScheme (): SecurityScheme {
        if (isBroken) throw new RangeError('secret text')
        return { type: 'apiKey', in: 'header', name: 'x-key' }
      }
    }
    const app = await openDescribed(t, { auth: { ...auth, authenticators: [failing] }, server: { logger: log.logger } }, app => {
      app.get('/document', { config: { auth: 'public' }, schema: { hide: true } }, async () => app.swagger())
      app.get('/books', { preHandler: requireScopes('read') }, handler)
      isBroken = place === 'before ready'
    })
    const answer = await app.inject('/document')
    t.equal(answer.statusCode, 200)
    t.strictSame(securityOf(answer.json()), { 'get /books': place === 'never' ? [{ bearerAuth: ['read'] }, { keyAuth: ['read'] }] : null }, place)
    t.strictSame(Object.keys(schemesOf(answer.json())), place === 'never' ? ['bearerAuth', 'keyAuth'] : [])
    t.match(await app.inject('/books'), { statusCode: 401 })
    t.match(await app.inject({ url: '/books', headers: bearerHeader(issuer.token({ scope: 'read' })) }), { statusCode: 200 })
    place === 'before ready' && t.match(log.lines[0], { level: 40, error: { name: 'RangeError' }, msg: /^the document goes out as it was/ })
    place === 'never' && t.strictSame(log.lines, [])
    t.notMatch(log.text(), 'secret text')
  }
})

t.test('what an authenticator has learnt while the app got ready is told', async t => {
  let url = 'https://unknown.example'
  const learning: Authenticator = {
    ...own('login', { type: 'http' }),
    async warmUp () { url = 'https://issuer.example/.well-known/openid-configuration' },
    get securityScheme (): SecurityScheme { return { type: 'openIdConnect', openIdConnectUrl: url } }
  }
  const app = await openDescribed(t, { auth: { authenticators: [learning] } }, app => { app.get('/books', handler) })
  t.strictSame(schemesOf(documentOf(app)), { login: { type: 'openIdConnect', openIdConnectUrl: 'https://issuer.example/.well-known/openid-configuration' } })
})

t.test('nor does one that is no JSON', async t => {
  const cyclic: Record<string, unknown> = {}
  for (const [securityScheme, schemes] of [
    [{ type: 'apiKey', in: 'header', name: 'x-key', 'x-self': Object.assign(cyclic, { cyclic }) }, {}],
    [{ type: 'apiKey', in: 'header', name: 'x-key', 'x-count': 7n }, {}],
    [{ type: 'apiKey', in: 'header', name: 'x-key', description: undefined, 'x-since': new Date(0) }, { keyAuth: { type: 'apiKey', in: 'header', name: 'x-key', 'x-since': '1970-01-01T00:00:00.000Z' } }]
  ] as const) {
    const log = collectLog('warn')
    const app = await openDescribed(t, { auth: { authenticators: [own('keyAuth', securityScheme)] }, server: { logger: log.logger } }, app => { app.get('/books', handler) })
    t.strictSame(schemesOf(documentOf(app)), schemes)
    t.strictSame(yamlOf(app), documentOf(app))
    t.equal(log.lines.some(({ msg }) => msg.startsWith('the document goes out as it was')), Object.keys(schemes).length === 0)
    t.match(await app.inject('/books'), { statusCode: 401 })
  }
})
