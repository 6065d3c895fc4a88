import t from 'tap'

import authPlugin, { requireGroups, requireRoles } from '../../lib/index.js'
import { jwt } from '../../lib/providers/jwt/index.js'
import { counting } from './counting-provider.js'
import { AUDIENCE, createKey, createToken, ISSUER } from './forge.js'
import { assertAccepted, assertRefused, createTarget, withToken } from './harness.js'

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AuthUser } from '../../lib/index.js'

const key = createKey('ES256')
const other = createKey('ES256', key.kid)
const provider = (options = {}) => jwt({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [key.jwk] }, ...options })
const token = createToken(key, { claims: { roles: ['reader'], deep: { list: ['one'], object: { member: 'one' } } } })

interface Shown { readonly id: string }

function idsOf (answers: ReadonlyArray<{ readonly body: string }>): readonly string[] {
  return answers.map(answer => (JSON.parse(answer.body) as Shown).id)
}

t.test('registrations beside each other share nothing: not keys, not audiences, not remembered tokens', async t => {
  const target = await createTarget(t, {
    jwtProvider: provider({ audience: 'https://nobody.example' }),
    async routes (app, handler) {
      const open = (prefix: string, options: object) => app.register(async function scope (instance: FastifyInstance) {
        await instance.register(authPlugin, { jwtProvider: provider(options) })
        instance.get(prefix, handler)
      })
      open('/a', {})
      open('/b', { audience: 'https://b.example' })
      open('/c', { jwks: { keys: [other.jwk] } })
      open('/d', { algorithms: ['ES384'], jwks: { keys: [createKey('ES384', key.kid).jwk] } })
      open('/e', { issuer: 'https://other.example' })
      open('/f', { maxTokenBytes: 100 })
      open('/g', { typ: 'at+jwt' })
      open('/h', { tokenUse: 'id' })
      open('/i', { maxLifetimeSeconds: 1 })
    }
  })
  const reasons = [
    ['/', 'audience'], ['/b', 'audience'], ['/c', 'signature'], ['/d', 'algorithm'], ['/e', 'issuer_unknown'], ['/f', 'token_size'], ['/g', 'token_type'],
    ['/i', 'token_lifetime']
  ] as const
  for (const round of ['cold', 'warm']) {
    await assertAccepted(t, target, token, { url: '/a' })
    await assertAccepted(t, target, token, { url: '/h' })
    for (const [url, reason] of reasons) {
      await assertRefused(t, target, { name: `${round} ${url}`, request: withToken(token, { url }), secrets: [token], reason })
    }
  }
})

t.test('one provider in two registrations: each remembers for itself', async t => {
  const jwtProvider = counting(provider())
  const target = await createTarget(t, {
    jwtProvider,
    routes (app, handler) {
      app.register(async function scope (instance) {
        await instance.register(authPlugin, { jwtProvider })
        instance.get('/inner', handler)
      })
    }
  })
  for (const [url, verified] of [['/', 1], ['/inner', 2], ['/', 2], ['/inner', 2]] as const) {
    await assertAccepted(t, target, token, { url })
    t.equal(jwtProvider.verified(), verified, url)
  }
})

t.test('users at the same time are never mixed up (ASVS 15.4.1)', async t => {
  const target = await createTarget(t, {
    isLogged: false,
    jwtProvider: { ...provider(), cacheable: false },
    groupsProvider: {
      async fetchGroups ({ subject }) {
        // Later ones overtake earlier ones.
        for (let turns = 30 - Number(subject.slice(5)); turns > 0; turns--) {
          await new Promise(resolve => { setImmediate(resolve) })
        }
        return [subject]
      }
    },
    routes (app) {
      app.get('/groups', { preHandler: [requireGroups(Array.from({ length: 30 }, (_, index) => `user-${index}`))] }, async (request: FastifyRequest) => ({ id: (await request.user?.groups())?.join() }))
    }
  })
  const subjects = Array.from({ length: 300 }, (_, index) => `user-${index % 30}`)
  const answers = await Promise.all(subjects.map(sub => target.app.inject(withToken(createToken(key, { claims: { sub } }), { url: '/groups' }))))
  t.strictSame(idsOf(answers), subjects)
})

t.test('a remembered user cannot be changed by who gets him', async t => {
  const attempts: ReadonlyArray<readonly [string, (user: Record<string, never>, request: Record<string, unknown>) => unknown]> = [
    ['the id', user => Object.assign(user, { id: 'admin' })],
    ['the kind', user => Object.assign(user, { kind: 'machine' })],
    ['a new member', user => Object.assign(user, { isAdmin: true })],
    ['a method', user => Object.assign(user, { roles: async () => ['admin'] })],
    ['a claim', user => Object.assign(user['claims'] ?? {}, { sub: 'admin' })],
    ['a new claim', user => Object.assign(user['claims'] ?? {}, { roles: ['admin'] })],
    ['a list in the claims', user => (user['claims']?.['roles'] as unknown as string[]).push('admin')],
    ['a list deep in the claims', user => (user['claims']?.['deep']?.['list'] as unknown as string[]).push('two')],
    ['an object deep in the claims', user => Object.assign(user['claims']?.['deep']?.['object'] ?? {}, { member: 'two' })],
    ['the scopes', user => (user['scopes'] as unknown as string[]).push('admin')],
    ['the prototype', user => Object.setPrototypeOf(user, { isAdmin: true })],
    ['the prototype of the claims', user => Object.setPrototypeOf(user['claims'], { isAdmin: true })],
    ['a redefinition', user => Object.defineProperty(user, 'id', { value: undefined })],
    ['request.user', (_user, request) => Object.assign(request, { user: { id: 'admin' } })]
  ]
  const outcomes: unknown[] = []
  const target = await createTarget(t, {
    jwtProvider: provider(),
    routes (app) {
      app.get('/attempt/:index', async (request: FastifyRequest) => {
        const [, attempt] = attempts[Number((request.params as { index: string }).index)] ?? []
        try {
          attempt?.(request.user as unknown as Record<string, never>, request as unknown as Record<string, unknown>)
          outcomes.push('no error')
        } catch (error) {
          outcomes.push(error instanceof TypeError ? 'refused' : error)
        }
        return request.user
      })
    }
  })
  const show = async (url: string) => (await target.app.inject(withToken(token, { url }))).body
  const before = await show('/')
  for (const [index, [name]] of attempts.entries()) {
    t.equal(await show(`/attempt/${index}`), before, name)
    t.equal(await show('/'), before, `${name}, on the next request`)
  }
  t.strictSame(new Set(outcomes), new Set(['refused']))
})

t.test('who puts another user into the place of request.user deceives himself, and no guard', async t => {
  const target = await createTarget(t, {
    jwtProvider: provider(),
    routes (app, handler) {
      const pretend = async (request: FastifyRequest) => { Object.defineProperty(request, 'user', { value: { id: 'admin', roles: async () => ['admin'] } }) }
      app.get('/pretend', { preHandler: [pretend, requireRoles(['admin'])] }, handler)
    }
  })
  const { statusCode } = await target.app.inject(withToken(token, { url: '/pretend' }))
  t.equal(statusCode, 403)
})

t.test('names that are given out are not the provider\'s own list, nor another request\'s', async t => {
  const groups = ['reader']
  const errors: unknown[] = []
  const target = await createTarget(t, {
    jwtProvider: provider(),
    groupsProvider: { fetchGroups: () => groups },
    routes (app, handler) {
      app.get('/push', async ({ user }: FastifyRequest) => {
        const held = await (user as AuthUser).groups() as string[]
        try { held.push('admin') } catch (error) { errors.push(error) }
        groups.push('late')
        return { id: (await (user as AuthUser).groups()).join() }
      })
      app.get('/admin', { preHandler: [requireGroups(['admin'])] }, handler)
    }
  })
  t.equal((await target.app.inject(withToken(token, { url: '/push' }))).body, '{"id":"reader"}')
  t.ok(errors[0] instanceof TypeError)
  await assertRefused(t, target, { name: 'nobody became admin', request: withToken(token, { url: '/admin' }), status: 403, code: 'AUTH_GROUP_MISSING', reason: 'group' })
})

t.test('what a provider changes in its answer afterwards changes nobody', async t => {
  const answers: Array<Record<string, unknown>> = []
  const jwtProvider = provider()
  const target = await createTarget(t, {
    jwtProvider: {
      ...jwtProvider,
      async verify (text, context) {
        const answer = { ...await jwtProvider.verify(text, context), roles: ['reader'] }
        answers.push(answer)
        return answer
      }
    },
    routes: (app, handler) => app.get('/role', { preHandler: [requireRoles(['admin'])] }, handler)
  })
  await assertAccepted(t, target, token)
  Object.assign(answers[0] ?? {}, { subject: 'admin' })
  ;(answers[0]?.['roles'] as string[]).push('admin')
  await assertRefused(t, target, { name: 'no admin', request: withToken(token, { url: '/role' }), status: 403, code: 'AUTH_ROLE_MISSING', reason: 'role' })
  t.equal(answers.length, 1, 'remembered')
})

t.test('a group that was taken away is gone on the next request, a remembered token or not (ASVS 8.3.2)', async t => {
  let answer: () => readonly string[] = () => ['admin']
  const target = await createTarget(t, {
    jwtProvider: provider(),
    groupsProvider: { fetchGroups: () => answer() },
    routes: (app, handler) => app.get('/admin', { preHandler: [requireGroups(['admin'])] }, handler)
  })
  const request = withToken(token, { url: '/admin' })
  await assertAccepted(t, target, token, { url: '/admin' })
  answer = () => []
  await assertRefused(t, target, { name: 'taken away', request, status: 403, code: 'AUTH_GROUP_MISSING', reason: 'group' })
  answer = () => { throw new Error('password of the database') }
  await assertRefused(t, target, { name: 'unknown', request, secrets: ['password of the database'], status: 503, code: 'AUTH_ENTITLEMENTS_UNAVAILABLE', reason: 'provider_failed' })
  answer = () => ['admin']
  await assertAccepted(t, target, token, { url: '/admin' })
})

t.test('a remembered user is nobody where nobody is asked for', async t => {
  const target = await createTarget(t, { jwtProvider: provider(), routes: (app, handler) => app.get('/public', { config: { auth: 'public' } }, handler) })
  await assertAccepted(t, target, token)
  const { body, users } = await target.send({ request: withToken(token, { url: '/public' }) })
  t.equal(body, '{"id":null}')
  t.ok(users.every(user => user === null))
})
