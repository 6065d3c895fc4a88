import Fastify from 'fastify'
import t from 'tap'

import { collectLog } from '../fixtures/collect-log.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { authorize, can } from '../../lib/guards/ask-guard.js'
import { allOf, not, requireGroups, requirePolicy, requireRoles, requireScopes, requireUser } from '../../lib/index.js'

import type { FastifyInstance } from 'fastify'
import type { AuthUser, Policy } from '../../lib/index.js'

const issuer = handIssuer()
const jwtProvider = issuer.provider()
const groupsProvider = { fetchGroups: () => { throw new Error('down') } }
const alice = bearer(issuer.token({ roles: ['editor'], scope: 'read' }))

interface Book { readonly owner: string, readonly title: string }

const books: ReadonlyMap<string, Book> = new Map([['1', { owner: 'alice', title: 'One' }], ['2', { owner: 'bob', title: 'Two' }]])
const ownsBook: Policy<Book, AuthUser> = async ({ user, resource }) => resource?.owner === user.id

function declareBooks (app: FastifyInstance): void {
  app.get<{ Params: { id: string } }>('/books/:id', async function readBook (request) {
    const book = books.get(request.params.id)
    await request.authorize(requirePolicy('ownsBook'), book)
    return book
  })
}

t.test('can says whether a guard would let the request through', async t => {
  const app = await openApp(t, { jwtProvider, policies: { ownsBook }, mode: 'optional' }, app => {
    app.get('/', async request => [
      await request.can(requireUser()),
      await request.can(requireRoles('editor')),
      await request.can(app.requireRoles('admin')),
      await request.can(not(requireRoles('admin'))),
      await request.can(requirePolicy('ownsBook'), books.get('1')),
      await request.can(requirePolicy('ownsBook'), books.get('2')),
      await request.can(allOf(requireRoles('editor'), requirePolicy('ownsBook')), books.get('1')),
      await request.can(requirePolicy('ownsBook'))
    ])
  })
  t.same((await app.inject({ url: '/', headers: alice })).json(), [true, true, false, true, true, false, true, false])
  t.same((await app.inject('/')).json(), [false, false, false, false, false, false, false, false])
})

t.test('can rejects with 503 where that could not be found out, and authorize too', async t => {
  const app = await openApp(t, { jwtProvider, groupsProvider }, app => {
    app.get('/can', async request => await request.can(requireGroups('staff')))
    app.get('/can/not', async request => await request.can(not(requireGroups('staff'))))
    app.get('/authorize', async request => { await request.authorize(requireGroups('staff')) })
  })
  for (const url of ['/can', '/can/not', '/authorize']) {
    const response = await app.inject({ url, headers: alice })
    t.match(response.json(), { statusCode: 503, code: 'AUTH_ENTITLEMENTS_UNAVAILABLE' }, url)
    t.ok('retry-after' in response.headers, url)
  }
})

t.test('authorize refuses as the guard would, with challenge and log line', async t => {
  const log = collectLog()
  const app = await openApp(t, { jwtProvider, mode: 'optional', policies: { ownsBook } }, app => {
    declareBooks(app)
    app.get('/scopes', async request => { await request.authorize(requireScopes('write')) })
  }, { logger: log.logger })
  t.match((await app.inject({ url: '/books/1', headers: alice })).json(), { title: 'One' })
  t.match((await app.inject({ url: '/books/2', headers: alice })).json(), { statusCode: 403, code: 'AUTH_POLICY_DENIED' })
  t.match((await app.inject({ url: '/books/3', headers: alice })).json(), { statusCode: 403, code: 'AUTH_POLICY_DENIED' })
  const stranger = await app.inject('/books/1')
  t.match(stranger.json(), { statusCode: 401, code: 'AUTH_CREDENTIALS_MISSING' })
  t.equal(stranger.headers['www-authenticate'], 'Bearer realm="api"')
  t.match((await app.inject({ url: '/scopes', headers: alice })).headers['www-authenticate'], /insufficient_scope.*scope="write"/)
  t.match(log.of('request refused').map(({ code, reason }) => [code, reason]), [
    ['AUTH_POLICY_DENIED', 'policy'], ['AUTH_POLICY_DENIED', 'policy'], ['AUTH_CREDENTIALS_MISSING', 'credential_missing'], ['AUTH_SCOPE_MISSING', 'scope']
  ])
})

t.test('a refusal that was caught leaves no trace', async t => {
  const log = collectLog()
  const app = await openApp(t, { jwtProvider, mode: 'optional', groupsProvider }, app => {
    app.get('/', async function handle (request) {
      for (const guard of [requireUser(), requireRoles('admin'), requireScopes('write'), requireGroups('staff')]) {
        await request.authorize(guard).catch(() => {})
        await request.can(guard).catch(() => {})
      }
      return 'ok'
    })
  }, { logger: log.logger })
  for (const headers of [{}, alice]) {
    const response = await app.inject({ url: '/', headers })
    t.match(response, { statusCode: 200, body: 'ok' })
    t.notOk('www-authenticate' in response.headers)
    t.notOk('retry-after' in response.headers)
  }
  t.same(log.of('request refused'), [])
  t.same(log.of('request could not be judged'), [])
})

t.test('on a public route nobody is signed in, and a guard that is asked refuses', async t => {
  const app = await openApp(t, { jwtProvider, exclude: ['/'] }, app => {
    app.get('/', async request => [request.user, await request.can(requireUser()), await request.can(requireRoles('editor'))])
    app.get('/public', { config: { auth: 'public' } }, async request => { await request.authorize(requireUser()) })
  })
  t.same((await app.inject({ url: '/', headers: alice })).json(), [null, false, false])
  t.match(await app.inject({ url: '/public', headers: alice }), { statusCode: 401 })
})

t.test('they take guards only', async t => {
  const wrong: readonly unknown[] = [undefined, null, requireUser, requireRoles, () => true, 'ownsBook', [requireUser()], {}]
  const app = await openApp(t, { jwtProvider }, app => {
    for (const [index, guard] of wrong.entries()) {
      app.get(`/can/${index}`, async request => await request.can(guard as never))
      app.get(`/authorize/${index}`, async request => { await request.authorize(guard as never) })
    }
  })
  for (const index of wrong.keys()) {
    for (const call of ['can', 'authorize']) t.match((await app.inject({ url: `/${call}/${index}`, headers: alice })).json(), { statusCode: 500, code: 'AUTH_GUARD_EMPTY' }, `${call} ${String(wrong[index])}`)
  }
})

t.test('asking in hooks works from our own on, and a user is loaded once', async t => {
  let loads = 0
  const rolesProvider = { fetchRoles: async () => { loads++; return ['editor'] } }
  const app = await openApp(t, { jwtProvider, rolesProvider }, app => {
    app.addHook('onRequest', async request => { await request.authorize(requireRoles('editor')) })
    app.get('/', { preHandler: requireRoles('editor') }, async request => await Promise.all([request.can(requireRoles('editor')), request.can(requireRoles('admin'))]))
  })
  t.same((await app.inject({ url: '/', headers: alice })).json(), [true, false])
  t.equal(loads, 1)
  t.match(await app.inject('/'), { statusCode: 401 })
})

t.test('without any registration they refuse', async t => {
  const request = { server: Fastify() }
  await t.rejects(can.call(request, requireUser()), { code: 'AUTH_PLUGIN_MISSING', statusCode: 500 })
  await t.rejects(authorize.call(request, requireUser()), { code: 'AUTH_PLUGIN_MISSING', statusCode: 500 })
})
