import Fastify from 'fastify'
import t from 'tap'

import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import authPlugin, { currentUser, requireGroups, requireKind, requirePermissions, requireRoles, requireScopes, requireUser } from '../../lib/index.js'

import type { FastifyInstance, RouteShorthandOptions } from 'fastify'
import type { Test } from 'tap'
import type { Guard } from '../../lib/index.js'

const issuer = handIssuer()
const HOOKS = ['onRequest', 'preParsing', 'preValidation', 'preHandler'] as const
const ok = async () => 'ok'

const editor = bearer(issuer.token({ roles: ['editor'], groups: ['staff'], permissions: ['book.write'], scope: 'read write' }))
const reader = bearer(issuer.token({ sub: 'bob' }))

const PROVIDERS = { 'at once': issuer.provider(), later: issuer.promisingProvider() }
const NAMES = { 'at once': { fetchRoles: () => ['editor'] }, later: { fetchRoles: async () => ['editor'] } }

async function answers (t: Test, app: FastifyInstance, url: string, expected: { readonly none: string | number, readonly reader: string | number, readonly editor: string | number }, name = url): Promise<void> {
  for (const [who, headers] of Object.entries({ none: {}, reader, editor })) {
    const { statusCode, payload } = await app.inject({ url, headers })
    const code = statusCode === 200 ? 200 : JSON.parse(payload).code
    t.equal(code, expected[who as keyof typeof expected], `${name}: ${who}`)
  }
}

const guarded = { none: 'AUTH_CREDENTIALS_MISSING', reader: 'AUTH_ROLE_MISSING', editor: 200 }

t.test('each guard asks for what it says', async t => {
  const cases: ReadonlyArray<readonly [Guard, string | number]> = [
    [requireUser(), 200],
    [requireGroups('staff'), 'AUTH_GROUP_MISSING'],
    [requireGroups(['guests', 'staff']), 'AUTH_GROUP_MISSING'],
    [requireRoles('editor'), 'AUTH_ROLE_MISSING'],
    [requireRoles(['admin', 'editor'], { match: 'any' }), 'AUTH_ROLE_MISSING'],
    [requirePermissions(['book.write']), 'AUTH_PERMISSION_MISSING'],
    [requireScopes(['read', 'write']), 'AUTH_SCOPE_MISSING'],
    [requireScopes(['read', 'delete'], { match: 'any' }), 'AUTH_SCOPE_MISSING'],
    [requireKind('human'), 200]
  ]
  const app = await openApp(t, { jwtProvider: issuer.provider() }, app => {
    cases.forEach(([guard], index) => app.get(`/${index}`, { preHandler: guard }, ok))
  })
  for (const [index, [, refusal]] of cases.entries()) await answers(t, app, `/${index}`, { none: 'AUTH_CREDENTIALS_MISSING', reader: refusal, editor: 200 })
})

t.test('each guard refuses what only looks like it', async t => {
  const cases: readonly Guard[] = [
    requireGroups('Staff'), requireGroups(['staff', 'guests'], { match: 'all' }), requireRoles('edit'), requireRoles('editors'), requireRoles('*'),
    requirePermissions('book.*'), requirePermissions('book'), requireScopes(['read', 'delete']), requireScopes('READ'), requireKind('machine'),
    requireRoles('__proto__'), requireRoles('length'), requireGroups('constructor')
  ]
  const app = await openApp(t, { jwtProvider: issuer.provider() }, app => {
    cases.forEach((guard, index) => app.get(`/${index}`, { preHandler: guard }, ok))
  })
  for (const index of cases.keys()) t.match(await app.inject({ url: `/${index}`, headers: editor }), { statusCode: 403 }, String(index))
})

for (const [manner, jwtProvider] of Object.entries(PROVIDERS)) {
  t.test(`a guard guards in every hook, on a route and above it, with a provider that answers ${manner}`, async t => {
    const app = await openApp(t, { jwtProvider }, app => {
      for (const hook of HOOKS) {
        for (const [source, guard] of [['exported', requireRoles('editor')], ['own', app.requireRoles('editor')], ['bound', requireRoles('editor').bind(null)]] as const) {
          app.get(`/${source}/${hook}`, { [hook]: guard } as RouteShorthandOptions, ok)
          app.get(`/${source}/list/${hook}`, { [hook]: [requireUser(), guard] } as RouteShorthandOptions, ok)
          app.register(async inner => {
            inner.get(`/${source}/before/${hook}`, ok)
            inner.addHook(hook as 'preHandler', guard)
            inner.get(`/${source}/after/${hook}`, ok)
          })
        }
      }
    })
    for (const hook of HOOKS) {
      for (const source of ['exported', 'own', 'bound']) {
        for (const place of ['', '/list', '/before', '/after']) await answers(t, app, `/${source}${place}/${hook}`, guarded)
      }
    }
  })
}

t.test('a guard waits for names that come later', async t => {
  for (const [manner, rolesProvider] of Object.entries(NAMES)) {
    const app = await openApp(t, { jwtProvider: issuer.provider(), rolesProvider }, app => {
      for (const hook of HOOKS) app.get(`/${hook}`, { [hook]: [requireRoles('editor')] } as RouteShorthandOptions, ok)
      for (const hook of HOOKS) app.get(`/not/${hook}`, { [hook]: [requireRoles('admin')] } as RouteShorthandOptions, ok)
    })
    for (const hook of HOOKS) {
      await answers(t, app, `/${hook}`, { none: 'AUTH_CREDENTIALS_MISSING', reader: 200, editor: 200 }, `${manner} ${hook}`)
      await answers(t, app, `/not/${hook}`, { none: 'AUTH_CREDENTIALS_MISSING', reader: 'AUTH_ROLE_MISSING', editor: 'AUTH_ROLE_MISSING' }, `${manner} ${hook}`)
    }
  }
})

t.test('a guard added before the plugin guards', async t => {
  for (const [manner, jwtProvider] of Object.entries(PROVIDERS)) {
    for (const hook of HOOKS) {
      const app = Fastify()
      t.teardown(() => app.close())
      app.addHook(hook as 'preHandler', requireRoles('editor'))
      await app.register(authPlugin, { jwtProvider })
      app.get('/books', ok)
      await answers(t, app, '/books', guarded, `${manner} ${hook}`)
    }
  }
})

t.test('a stranger is refused before a byte of the body is read, wherever the guard stands', async t => {
  const app = await openApp(t, { jwtProvider: issuer.provider() }, app => {
    app.post('/books', { preHandler: requireRoles('editor'), schema: { body: { type: 'object', required: ['title'] } } }, ok)
  })
  const malformed = { method: 'POST', url: '/books', body: '{', headers: { 'content-type': 'application/json' } } as const
  t.match(await app.inject(malformed), { statusCode: 401 })
  t.match(await app.inject({ ...malformed, headers: { ...malformed.headers, ...reader } }), { statusCode: 400 })
  t.match(await app.inject({ ...malformed, body: '{}', headers: { ...malformed.headers, ...reader } }), { statusCode: 400 })
  t.match(await app.inject({ ...malformed, body: '{"title":""}', headers: { ...malformed.headers, ...reader } }), { statusCode: 403 })
  t.match(await app.inject({ ...malformed, body: '{"title":""}', headers: { ...malformed.headers, ...editor } }), { statusCode: 200 })
})

t.test('a guard called by hand rejects where it refuses, and resolves where it does not', async t => {
  const app = await openApp(t, { jwtProvider: issuer.provider(), mode: 'optional' }, app => {
    app.get('/awaited', async function handle (request, reply) {
      await requireRoles('editor')(request, reply)
      return currentUser(request).id
    })
    app.get('/caught', async function handle (request, reply) {
      try {
        await app.requireRoles('editor')(request, reply)
        return 'editor'
      } catch {
        return 'not an editor'
      }
    })
    app.get('/public', { config: { auth: 'public' } }, async function handle (request, reply) {
      await requireUser()(request, reply)
      return 'never'
    })
  })
  await answers(t, app, '/awaited', guarded)
  const { headers, body, statusCode } = await app.inject({ url: '/caught' })
  t.match({ headers, body, statusCode }, { statusCode: 200, body: 'not an editor' })
  t.notOk('www-authenticate' in headers, 'a check that was caught leaves no trace')
  await answers(t, app, '/public', { none: 'AUTH_CREDENTIALS_MISSING', reader: 'AUTH_CREDENTIALS_MISSING', editor: 'AUTH_CREDENTIALS_MISSING' })
})

t.test('a guard that is given done calls it, and says nothing else', async t => {
  for (const [manner, rolesProvider] of Object.entries(NAMES)) {
    const app = await openApp(t, { jwtProvider: issuer.provider(), rolesProvider }, app => {
      for (const role of ['editor', 'admin']) {
        app.get(`/${role}`, {
          preHandler (request, reply, done) {
            const returned: unknown = requireRoles(role)(request, reply, error => done(error))
            t.equal(returned, undefined)
          }
        }, ok)
      }
    })
    t.match(await app.inject({ url: '/editor', headers: reader }), { statusCode: 200 }, manner)
    t.match(await app.inject({ url: '/admin', headers: reader }), { statusCode: 403 }, manner)
  }
})

t.test('a guard in an app without the plugin refuses everybody', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  for (const hook of HOOKS) app.get(`/${hook}`, { [hook]: requireUser() } as RouteShorthandOptions, ok)
  app.get('/awaited', async function handle (request, reply) { await requireUser()(request, reply) })
  for (const url of [...HOOKS.map(hook => `/${hook}`), '/awaited']) {
    for (const headers of [{}, editor]) {
      const response = await app.inject({ url, headers })
      t.match(response.json(), { statusCode: 500, code: 'AUTH_PLUGIN_MISSING' }, url)
    }
  }
})
