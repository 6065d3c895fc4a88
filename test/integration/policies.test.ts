import t from 'tap'

import { collectLog } from '../fixtures/collect-log.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import authPlugin, { allOf, anyOf, AUTH_TOKEN_INVALID, currentUser, definePolicy, not, requirePolicy, requireUser } from '../../lib/index.js'

import type { AuthUser, Policy, PolicyContext } from '../../lib/index.js'

const issuer = handIssuer()
const jwtProvider = issuer.provider()
const alice = bearer(issuer.token())
const ok = async () => 'ok'

interface Book { readonly owner: string }

const ownsBook: Policy<Book, AuthUser> = ({ user, resource }) => resource?.owner === user.id

/** Answers that are not `true`, whatever they look like. */
const NOT_TRUE: readonly unknown[] = [false, undefined, null, 0, 1, 'true', '', {}, [], [true], () => true, Object(true), Symbol('true')]

t.test('a policy passes on true only, at once and later', async t => {
  const answers = new Map<string, unknown>()
  const policies = { now: () => answers.get('now'), later: async () => answers.get('later') } as Record<string, Policy>
  const app = await openApp(t, { jwtProvider, policies }, app => {
    for (const name of ['now', 'later']) {
      app.get(`/${name}`, { preHandler: requirePolicy(name) }, ok)
      app.get(`/function/${name}`, { preHandler: app.requirePolicy(policies[name] as Policy) }, ok)
    }
  })
  for (const name of ['now', 'later']) {
    for (const url of [`/${name}`, `/function/${name}`]) {
      for (const answer of NOT_TRUE) {
        answers.set(name, answer)
        t.match((await app.inject({ url, headers: alice })).json(), { statusCode: 403, code: 'AUTH_POLICY_DENIED' }, `${url} ${String(answer)}`)
      }
      answers.set(name, true)
      t.match(await app.inject({ url, headers: alice }), { statusCode: 200 }, url)
      t.match((await app.inject(url)).json(), { statusCode: 401, code: 'AUTH_CREDENTIALS_MISSING' }, url)
    }
  }
})

t.test('a policy that throws, rejects or refuses by a code of ours cannot tell', async t => {
  const failures: Readonly<Record<string, (context: PolicyContext<unknown, AuthUser>) => unknown>> = {
    throws: () => { throw new Error('secret') },
    'throws no error' () {
      const nothing: unknown = null
      throw nothing
    },
    rejects: async () => { throw new Error('secret') },
    'throws a code': () => { throw new AUTH_TOKEN_INVALID({ reason: 'signature' }) },
    'rejects with a code': async () => { throw new AUTH_TOKEN_INVALID({ reason: 'signature' }) },
    'takes a name that does not come': async ({ user }) => (await user.groups()).length >= 0
  }
  const log = collectLog()
  const groupsProvider = { fetchGroups: async () => { throw new Error('secret') } }
  const app = await openApp(t, { jwtProvider, groupsProvider, policies: failures as Record<string, Policy> }, app => {
    for (const [index, name] of Object.keys(failures).entries()) {
      app.get(`/${index}`, { preHandler: requirePolicy(name) }, ok)
      app.get(`/not/${index}`, { preHandler: not(requirePolicy(name)) }, ok)
      app.get(`/any/${index}`, { preHandler: anyOf(requirePolicy(name), requireUser()) }, ok)
    }
  }, { logger: log.logger })
  for (const [index, name] of Object.keys(failures).entries()) {
    for (const url of [`/${index}`, `/not/${index}`]) {
      const response = await app.inject({ url, headers: alice })
      t.match(response.json(), { statusCode: 503, code: 'AUTH_ENTITLEMENTS_UNAVAILABLE' }, `${name} ${url}`)
      t.ok('retry-after' in response.headers, name)
    }
    t.match(await app.inject({ url: `/any/${index}`, headers: alice }), { statusCode: 200 }, name)
  }
  t.match(log.of('a provider gave no usable answer'), [{ asked: 'policies.throws', reason: 'provider_failed' }])
  t.notMatch(log.text(), 'secret')
})

t.test('a policy that takes too long cannot tell', async t => {
  const never = () => new Promise<boolean>(() => {})
  const app = await openApp(t, { jwtProvider, providerTimeoutMs: 10 }, app => { app.get('/', { preHandler: requirePolicy(never) }, ok) })
  t.match((await app.inject({ url: '/', headers: alice })).json(), { statusCode: 503, code: 'AUTH_ENTITLEMENTS_UNAVAILABLE' })
})

t.test('a policy gets the user, the request and the resource', async t => {
  const contexts: Array<PolicyContext<unknown, AuthUser>> = []
  const app = await openApp(t, { jwtProvider, policies: { note: (context: PolicyContext<unknown, AuthUser>) => contexts.push(context) > 0 } }, app => {
    app.get('/books/:id', { preHandler: requirePolicy('note') }, async function handle (request) {
      await request.authorize(requirePolicy('note'), { owner: 'alice' })
      const [first, second] = contexts
      return [first?.user === request.user, first?.request === request, first?.resource === undefined, second?.resource, currentUser(request).id]
    })
  })
  t.same((await app.inject({ url: '/books/7', headers: alice })).json(), [true, true, true, { owner: 'alice' }, 'alice'])
})

t.test('only a policy that says so is asked about strangers', async t => {
  const asked: Array<string | null> = []
  const note = ({ user }: PolicyContext<unknown, AuthUser | null>) => {
    asked.push(user?.id ?? null)
    return user === null
  }
  const policies = {
    plain: note as unknown as Policy,
    defined: definePolicy(note as unknown as Policy<unknown, AuthUser>),
    closed: definePolicy(note as unknown as Policy<unknown, AuthUser>, { allowAnonymous: false }),
    open: definePolicy(note, { allowAnonymous: true })
  }
  for (const mode of ['optional', 'tolerant', 'public'] as const) {
    const app = await openApp(t, { jwtProvider, mode, policies }, app => {
      for (const name of Object.keys(policies)) app.get(`/${name}`, { preHandler: requirePolicy(name) }, ok)
    })
    asked.length = 0
    for (const name of ['plain', 'defined', 'closed']) t.match((await app.inject(`/${name}`)).json(), { statusCode: 401, code: 'AUTH_CREDENTIALS_MISSING' }, `${mode} ${name}`)
    t.same(asked, [])
    t.match(await app.inject('/open'), { statusCode: 200 }, mode)
    t.match((await app.inject({ url: '/open', headers: alice })).json(), { statusCode: 403, code: 'AUTH_POLICY_DENIED' }, mode)
    t.same(asked, [null, 'alice'], mode)
  }
})

t.test('a policy that judges strangers leaves the mode to those who chose it', async t => {
  const open = definePolicy(() => true, { allowAnonymous: true })
  for (const [mode, guarded] of [['required', 'required'], ['optional', 'optional'], ['tolerant', 'tolerant'], ['public', 'optional']] as const) {
    const app = await openApp(t, { jwtProvider, mode, strict: true }, app => { app.get('/', { preHandler: requirePolicy(open) }, ok) })
    t.match(app.accessMatrix(), [{ mode: guarded, declaredBy: 'guard', guard: { kind: 'policy' } }], mode)
    t.match(await app.inject('/'), { statusCode: mode === 'required' ? 401 : 200 }, mode)
  }
})

t.test('a policy that nobody knows stops the boot, naming route and policy', async t => {
  for (const guard of [requirePolicy('unknown'), requirePolicy(' ownsBook'), requirePolicy('toString'), not(requirePolicy('unknown')), anyOf(requireUser(), requirePolicy('unknown'))]) {
    for (const place of ['preHandler', 'addHook', 'guard']) {
      const boot = openApp(t, { jwtProvider, policies: { ownsBook } }, app => {
        place === 'addHook' && app.addHook('preHandler', guard)
        place === 'guard' && app.guard(guard)
        app.get('/books', place === 'preHandler' ? { preHandler: guard } : {}, ok)
      })
      await t.rejects(boot, { code: 'AUTH_POLICY_UNKNOWN', statusCode: 500, message: /GET \/books.*policy/ }, place)
    }
  }
  await t.rejects(openApp(t, { jwtProvider }, app => { app.get('/books', { preHandler: requirePolicy('ownsBook') }, ok) }), { code: 'AUTH_POLICY_UNKNOWN' })
})

t.test('a policy that nobody knows is an error of the app in a handler, and never passes', async t => {
  const app = await openApp(t, { jwtProvider }, app => {
    app.get('/can', async request => await request.can(requirePolicy('unknown')))
    app.get('/not', async request => await request.can(not(requirePolicy('unknown'))))
  })
  for (const url of ['/can', '/not']) t.match((await app.inject({ url, headers: alice })).json(), { statusCode: 500, code: 'AUTH_POLICY_UNKNOWN' }, url)
})

t.test('a guard without a policy cannot be made', async t => {
  for (const policy of [undefined, null, '', ' ', 7, {}, [], ['ownsBook'], true]) t.throws(() => requirePolicy(policy as never), { code: 'AUTH_GUARD_EMPTY', message: /requirePolicy/ }, String(policy))
})

t.test('a guard is no policy, called or not, bound or not', async t => {
  const app = await openApp(t, { jwtProvider })
  const guards: readonly unknown[] = [requireUser(), requirePolicy('ownsBook'), anyOf(requireUser()), not(requireUser()), requireUser().bind(null), app.requireUser(), requireUser, app.requireRoles, anyOf, allOf, not]
  for (const guard of guards) {
    t.throws(() => requirePolicy(guard as never), { code: 'AUTH_GUARD_EMPTY', message: /^requirePolicy: a guard is no policy/ })
    t.throws(() => app.requirePolicy(guard as never), { code: 'AUTH_GUARD_EMPTY', message: /^requirePolicy: a guard is no policy/ })
    t.throws(() => definePolicy(guard as never), { code: 'AUTH_OPTION_INVALID', message: /^definePolicy: / })
    await t.rejects(openApp(t, { jwtProvider, policies: { ownsBook, mine: guard } }), { code: 'AUTH_OPTION_INVALID', message: /^policies\.mine / })
  }
  for (const other of [undefined, null, 'ownsBook', {}]) t.throws(() => definePolicy(other as never), { code: 'AUTH_OPTION_INVALID' }, String(other))
})

t.test('each registration has policies of its own', async t => {
  const app = await openApp(t, { jwtProvider, policies: { open: () => false } as Record<string, Policy> }, app => {
    app.get('/outer', { preHandler: requirePolicy('open') }, ok)
    app.register(async function inner (inner) {
      await inner.register(authPlugin, { jwtProvider, policies: { open: () => true } as Record<string, Policy> })
      inner.get('/inner', { preHandler: requirePolicy('open') }, ok)
    })
  })
  t.match(await app.inject({ url: '/outer', headers: alice }), { statusCode: 403 })
  t.match(await app.inject({ url: '/inner', headers: alice }), { statusCode: 200 })
})

t.test('a policy is asked once for each guard, in its place, after the body was read', async t => {
  const bodies: unknown[] = []
  const app = await openApp(t, { jwtProvider }, app => {
    const inBody = ({ request }: PolicyContext<unknown, AuthUser>) => bodies.push(request.body) > 0 && (request.body as Book).owner === 'alice'
    app.put('/books', { preHandler: requirePolicy(inBody) }, ok)
  })
  for (const [owner, statusCode] of [['alice', 200], ['bob', 403]] as const) {
    t.match(await app.inject({ method: 'PUT', url: '/books', headers: alice, payload: { owner } }), { statusCode }, owner)
  }
  t.same(bodies, [{ owner: 'alice' }, { owner: 'bob' }])
})
