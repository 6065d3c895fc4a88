// Lines A8 to A10 of docs/from-python.md.
import t from 'tap'

import { currentUser, requireGroups, requirePermissions, requireRoles, requireUser } from '../../lib/index.js'
import { collectLog } from '../fixtures/collect-log.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'

import type { FastifyInstance } from 'fastify'
import type { Guard, PermissionsProvider } from '../../lib/index.js'

const issuer = handIssuer()
const jwtProvider = issuer.provider()
const modes = { jwtProvider, mode: 'optional' } as const
const switchedOff = { ...modes, disabled: true, allowDisabledInProduction: true }

const guards: ReadonlyArray<readonly [string, (names: readonly string[]) => Guard, string]> = [
  ['groups', requireGroups, 'AUTH_GROUP_MISSING'],
  ['roles', requireRoles, 'AUTH_ROLE_MISSING'],
  ['permissions', requirePermissions, 'AUTH_PERMISSION_MISSING']
]

async function ask (app: FastifyInstance, url: string, claims: object | null = null) {
  const response = await app.inject({ url, headers: claims === null ? {} : bearer(issuer.token({ ...claims })) })
  const { statusCode } = response
  return statusCode === 200 ? { statusCode, body: response.json() } : { statusCode, code: response.json().code, message: response.json().message }
}

for (const [names, guard, code] of guards) {
  t.test(`A8: one of several ${names} is enough`, async t => {
    const app = await openApp(t, modes, app => app.get('/', { preHandler: [guard(['a', 'b'])] }, async () => true))
    t.strictSame(await ask(app, '/'), { statusCode: 401, code: 'AUTH_CREDENTIALS_MISSING', message: 'Authentication required' })
    t.strictSame(await ask(app, '/', { [names]: ['c', 'A'] }), { statusCode: 403, code, message: 'Operation not allowed' })
    t.strictSame(await ask(app, '/', { [names]: [] }), { statusCode: 403, code, message: 'Operation not allowed' })
    t.equal((await ask(app, '/', { [names]: ['b', 'c'] })).statusCode, 200)
  })

  t.test(`A8: guards for ${names} pass while everything is switched off`, async t => {
    const app = await openApp(t, switchedOff, app => app.get('/', { preHandler: [guard(['a'])] }, async () => true))
    t.equal((await ask(app, '/')).statusCode, 200)
  })

  t.test(`A9: request.can says of ${names} yes or no, and no to strangers`, async t => {
    const app = await openApp(t, modes, app => app.get('/', async request => request.can(guard(['a']))))
    t.strictSame(await ask(app, '/'), { statusCode: 200, body: false })
    t.strictSame(await ask(app, '/', { [names]: ['b'] }), { statusCode: 200, body: false })
    t.strictSame(await ask(app, '/', { [names]: ['a'] }), { statusCode: 200, body: true })
  })
}

t.test('A9: request.user is null where nobody is signed in, and currentUser gives the user or throws', async t => {
  const app = await openApp(t, modes, function declare (app) {
    app.get('/maybe', async request => ({ user: request.user?.id ?? null }))
    app.get('/user', async request => ({ user: currentUser(request).id }))
    app.get('/guarded', { preHandler: [requireUser()] }, async request => ({ user: currentUser(request).id }))
  })
  t.strictSame(await ask(app, '/maybe'), { statusCode: 200, body: { user: null } })
  t.strictSame(await ask(app, '/maybe', {}), { statusCode: 200, body: { user: 'alice' } })
  t.equal((await ask(app, '/user')).code, 'AUTH_CREDENTIALS_MISSING')
  t.equal((await ask(app, '/guarded')).code, 'AUTH_CREDENTIALS_MISSING')
  t.strictSame(await ask(app, '/guarded', {}), { statusCode: 200, body: { user: 'alice' } })
})

t.test('A9: while everything is switched off, requireUser passes and the user is the synthetic one', async t => {
  const app = await openApp(t, switchedOff, app => app.get('/', { preHandler: [requireUser()] }, async request => ({ user: currentUser(request).id, can: await request.can(requireRoles('a')) })))
  t.strictSame(await ask(app, '/'), { statusCode: 200, body: { user: 'synthetic', can: true } })
})

t.test('A10: all guards of a route apply', async t => {
  const app = await openApp(t, modes, app => app.get('/', { preHandler: [requireGroups('g'), requireRoles('r'), requirePermissions('p')] }, async () => true))
  const all = { groups: ['g'], roles: ['r'], permissions: ['p'] }
  t.equal((await ask(app, '/', all)).statusCode, 200)
  t.equal((await ask(app, '/', { ...all, groups: [] })).code, 'AUTH_GROUP_MISSING')
  t.equal((await ask(app, '/', { ...all, roles: [] })).code, 'AUTH_ROLE_MISSING')
  t.equal((await ask(app, '/', { ...all, permissions: [] })).code, 'AUTH_PERMISSION_MISSING')
})

t.test('A10: no permissions are 403 and one line at info; there it is a line at debug that names both lists', async t => {
  const log = collectLog()
  const app = await openApp(t, { jwtProvider: issuer.provider({ supplies: [] }), permissionsProvider: { fetchPermissions: () => [] } }, function declare (app) {
    app.get('/', { preHandler: [requirePermissions('user.create')] }, async () => true)
  }, { logger: log.logger })
  log.clear()
  t.equal((await ask(app, '/', { sub: 'alice' })).code, 'AUTH_PERMISSION_MISSING')
  const lines = log.lines.filter(line => line['code'] === 'AUTH_PERMISSION_MISSING')
  t.strictSame(lines.map(({ level, reason }) => [level, reason]), [[30, 'permission']])
})

t.test('A10: a provider that answers null is 503; there everybody passes', async t => {
  const permissionsProvider = { fetchPermissions: () => null } as unknown as PermissionsProvider
  const app = await openApp(t, { jwtProvider: issuer.provider({ supplies: [] }), permissionsProvider }, app => app.get('/', { preHandler: [requirePermissions('a')] }, async () => true))
  t.equal((await ask(app, '/', {})).code, 'AUTH_ENTITLEMENTS_UNAVAILABLE')
})
