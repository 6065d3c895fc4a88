import t from 'tap'

import { collectLog } from '../fixtures/collect-log.js'
import { documentOf, EDITIONS, editionOf, openDescribed, operationAt, schemesOf, securityOf } from '../fixtures/describe-app.js'
import { handIssuer } from '../fixtures/hand-issuer.js'
import { auth, describe, handler, own, statusOf, withScope } from '../fixtures/point-app.js'
import authPlugin, { allOf, anyOf, bearer, fromCookie, fromHeader, requireRoles, requireScopes } from '../../lib/index.js'

import type { Edition } from '../fixtures/describe-app.js'
import type { SecurityScheme } from '../../lib/index.js'

t.test('C1: schemes are those of the authenticators that some route accepts, and of no others', async t => {
  const app = await describe(t, app => {
    app.get('/', { config: { auth: { mode: 'required', authenticators: ['bearerAuth', 'keyAuth'] } } }, handler)
  }, { tokenSources: [fromHeader(), fromCookie('token')], authenticators: [own('keyAuth', { type: 'apiKey', in: 'header', name: 'x-key' }), own('unused', { type: 'mutualTLS' })] })
  t.strictSame(Object.keys(schemesOf(documentOf(app))), ['bearerAuth', 'keyAuth'])
})

t.test('C2: every type of scheme and every flow is written as its edition can write it', async t => {
  const flow = { authorizationUrl: 'https://issuer.example/authorize', tokenUrl: 'https://issuer.example/token', scopes: {} }
  const device = { deviceAuthorizationUrl: 'https://issuer.example/device', tokenUrl: flow.tokenUrl, scopes: {} }
  const schemes: Readonly<Record<string, SecurityScheme>> = {
    basic: { type: 'http', scheme: 'basic' },
    digest: { type: 'http', scheme: 'digest' },
    headerKey: { type: 'apiKey', in: 'header', name: 'x-key' },
    queryKey: { type: 'apiKey', in: 'query', name: 'key' },
    cookieKey: { type: 'apiKey', in: 'cookie', name: 'session' },
    certificate: { type: 'mutualTLS' },
    discovered: { type: 'openIdConnect', openIdConnectUrl: 'https://issuer.example/.well-known/openid-configuration' },
    flows: { type: 'oauth2', oauth2MetadataUrl: 'https://issuer.example/.well-known/oauth-authorization-server', flows: { authorizationCode: flow, implicit: { authorizationUrl: flow.authorizationUrl, scopes: {} }, password: { tokenUrl: flow.tokenUrl, scopes: {} }, clientCredentials: { tokenUrl: flow.tokenUrl, scopes: {} }, deviceAuthorization: device } }
  }
  const types: Readonly<Record<Edition, readonly string[]>> = {
    '2.0': ['basic', 'apiKey', 'apiKey', 'apiKey', 'apiKey', 'apiKey', 'apiKey', 'oauth2'],
    '3.0': ['http', 'http', 'apiKey', 'apiKey', 'apiKey', 'http', 'openIdConnect', 'oauth2'],
    3.1: ['http', 'http', 'apiKey', 'apiKey', 'apiKey', 'mutualTLS', 'openIdConnect', 'oauth2'],
    3.2: ['http', 'http', 'apiKey', 'apiKey', 'apiKey', 'mutualTLS', 'openIdConnect', 'oauth2']
  }
  const flowsOf = { '2.0': undefined, '3.0': 4, 3.1: 4, 3.2: 5 } as const
  for (const edition of EDITIONS) {
    const app = await openDescribed(t, { auth: { authenticators: Object.entries(schemes).map(([name, scheme]) => own(name, scheme)) }, docs: editionOf(edition) }, app => { app.get('/', handler) })
    const written = schemesOf(documentOf(app))
    t.strictSame(Object.keys(written), Object.keys(schemes), edition)
    t.strictSame(Object.values(written).map(({ type }) => type), types[edition], edition)
    const { flows, oauth2MetadataUrl } = written['flows'] ?? {}
    t.equal(flows === undefined ? undefined : Object.keys(flows as object).length, flowsOf[edition], edition)
    t.equal(oauth2MetadataUrl !== undefined, edition === '3.2', edition)
    edition === '2.0' && t.match(written['flows'], { flow: 'accessCode', authorizationUrl: flow.authorizationUrl, tokenUrl: flow.tokenUrl })
  }
})

t.test('C3: names follow from the authenticators, and two definitions of one name stop the boot', async t => {
  const partners = bearer(handIssuer('https://partners.example').provider(), { name: 'partnerAuth' })
  const app = await describe(t, app => { app.get('/', handler) }, { authenticators: [partners, own('keyAuth', { type: 'apiKey', in: 'header', name: 'x-key' })] })
  t.strictSame(Object.keys(schemesOf(documentOf(app))), ['bearerAuth', 'partnerAuth', 'keyAuth'])
  await t.rejects(describe(t, () => {}, { authenticators: [own('keyAuth', { type: 'apiKey', in: 'header', name: 'x-a' }), own('keyAuth', { type: 'apiKey', in: 'header', name: 'x-b' })] }), { code: 'AUTH_OPTION_INVALID', message: /keyAuth/ })
  await t.rejects(describe(t, app => {
    app.get('/', handler)
    app.register(async inner => {
      await inner.register(authPlugin, { authenticators: [own('bearerAuth', { type: 'http', scheme: 'basic' })] })
      inner.get('/inner', handler)
    })
  }), { code: 'AUTH_OPTION_INVALID', message: /bearerAuth/ })
})

t.test('C4: any is alternatives, all is one object, and nested ones are alternatives of objects', async t => {
  const app = await describe(t, app => {
    app.get('/any', { preHandler: anyOf(requireScopes('a'), requireScopes('b')) }, handler)
    app.get('/all', { preHandler: allOf(requireScopes('a'), requireScopes('b')) }, handler)
    app.get('/nested', { preHandler: allOf(requireScopes('a'), anyOf(requireScopes('b'), requireScopes('c'))) }, handler)
  })
  t.strictSame(securityOf(documentOf(app)), {
    'get /any': [{ bearerAuth: ['a'] }, { bearerAuth: ['b'] }],
    'get /all': [{ bearerAuth: ['a', 'b'] }],
    'get /nested': [{ bearerAuth: ['a', 'b'] }, { bearerAuth: ['a', 'c'] }]
  })
  t.strictSame([await statusOf(app, '/all', withScope('a')), await statusOf(app, '/all', withScope('a b')), await statusOf(app, '/any', withScope('b'))], [403, 200, 200])
})

t.test('C5: optional and tolerant routes may be called with nothing, and public ones say that they may', async t => {
  const app = await describe(t, app => {
    for (const mode of ['optional', 'tolerant', 'public'] as const) app.get(`/${mode}`, { config: { auth: mode } }, handler)
  })
  t.strictSame(securityOf(documentOf(app)), { 'get /optional': [{ bearerAuth: [] }, {}], 'get /tolerant': [{ bearerAuth: [] }, {}], 'get /public': [] })
  for (const url of ['/optional', '/tolerant', '/public']) t.equal(await statusOf(app, url), 200)
})

t.test('C6: under a security of the whole document, public routes opt out and others say their own', async t => {
  const docs = editionOf('3.1', { components: { securitySchemes: { bearerAuth: { type: 'http', scheme: 'bearer' } } }, security: [{ bearerAuth: [] }] })
  const app = await openDescribed(t, { auth, docs }, app => {
    app.get('/public', { config: { auth: 'public' } }, handler)
    app.get('/closed', { preHandler: requireScopes('a') }, handler)
  })
  t.strictSame(securityOf(documentOf(app)), { 'get /public': [], 'get /closed': [{ bearerAuth: ['a'] }] })
})

t.test('C7: scopes are inherited through contexts, the outermost first, each once, and any of several is alternatives', async t => {
  const app = await describe(t, app => {
    app.guard(requireScopes('me'))
    app.register(async inner => {
      inner.addHook('preHandler', requireScopes(['items', 'me']))
      inner.get('/items', { preHandler: requireScopes('items') }, handler)
      inner.get('/either', { preHandler: requireScopes(['x', 'y'], { match: 'any' }) }, handler)
    })
  })
  t.strictSame(securityOf(documentOf(app)), { 'get /items': [{ bearerAuth: ['me', 'items'] }], 'get /either': [{ bearerAuth: ['me', 'items', 'x'] }, { bearerAuth: ['me', 'items', 'y'] }] })
})

t.test('C8: scopes that are documented are asked for', async t => {
  const app = await describe(t, app => { app.get('/', { preHandler: requireScopes(['a', 'b']) }, handler) })
  const refused = await app.inject({ url: '/', headers: withScope('a') })
  t.match(refused, { statusCode: 403, headers: { 'www-authenticate': 'Bearer realm="api", error="insufficient_scope", scope="a b"' } })
  t.strictSame(securityOf(documentOf(app)), { 'get /': [{ bearerAuth: ['a', 'b'] }] })
  t.equal(await statusOf(app, '/', withScope('b a c')), 200)
})

t.test('C9: a scope that the app\'s own scheme does not list is warned of', async t => {
  const log = collectLog('warn')
  const scheme = { type: 'oauth2', flows: { clientCredentials: { tokenUrl: 'https://issuer.example/token', scopes: { a: 'listed' } } } }
  const app = await openDescribed(t, { auth, docs: editionOf('3.1', { components: { securitySchemes: { bearerAuth: scheme } } }), server: { logger: log.logger } }, app => { app.get('/', { preHandler: requireScopes(['a', 'b']) }, handler) })
  app.swagger()
  app.swagger({ yaml: true })
  t.strictSame(log.lines.map(line => line['unlisted']), [['bearerAuth: b']])
})

t.test('C10: roles stand in the list where the edition lets them, and in words where it does not', async t => {
  for (const edition of EDITIONS) {
    const app = await describe(t, app => { app.get('/', { preHandler: [requireRoles('editor'), requireScopes('a')] }, handler) }, { openapi: { requirements: 'all' } }, edition)
    const { security, description } = operationAt(documentOf(app), '/')
    const isNew = edition === '3.1' || edition === '3.2'
    t.strictSame(security, [{ bearerAuth: isNew ? ['a', 'editor'] : [] }], edition)
    t.equal(/^Requires .*editor/.test(description ?? ''), !isNew, edition)
  }
})
