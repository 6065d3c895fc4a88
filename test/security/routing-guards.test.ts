import t from 'tap'

import {
  allOf, anyOf, not, requireClaims, requireGroups, requireKind, requirePermissions, requirePolicy, requireRoles, requireScopes, requireUser
} from '../../lib/index.js'
import { raw } from './routing-asks.js'
import { MANNERS, openScene, registerFirst, tryAll } from './routing-scene.js'

import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import type { AuthPluginOptions, Guard, Policy } from '../../lib/index.js'
import type { SceneOptions, Stage, Trial } from './routing-scene.js'

const PHASES = ['onRequest', 'preParsing', 'preValidation', 'preHandler'] as const
const GUARDED = [401, 401, 403, 200] as const
const DENIED = [401, 401, 403, 403] as const
const UNKNOWN = [401, 401, 503, 503] as const

type Hook = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => unknown

/** One route a technique: the guard under trial stands before it. */
function toBuild (hooks: Readonly<Record<string, unknown>>, phase: typeof PHASES[number]): SceneOptions['build'] {
  return async function build (app, stage) {
    await registerFirst(app, stage)
    Object.values(hooks).forEach((hook, index) => app.route({ method: 'GET', url: `/${index}`, [phase]: hook, handler: stage.guarded(`/${index}`) } as RouteOptions))
  }
}

function toTrials (names: readonly string[], statuses: Trial['statuses']): readonly Trial[] {
  return names.map((name, index) => ({ name, ask: raw('GET', `/${index}`), statuses }))
}

const isEditor = async ({ user }: Parameters<Policy>[0]): Promise<boolean> => (await user?.roles() ?? []).includes('editor')

/** What a careless policy may say for yes. Only `true` is. */
const answers: Readonly<Record<string, unknown>> = {
  undefined,
  null: null,
  false: false,
  'the number 1': 1,
  'the text "true"': 'true',
  'an empty object': {},
  'a list': [true],
  'a boxed true': Object(true),
  'a function': () => true,
  'a symbol': Symbol('true'),
  NaN,
  'a date': new Date(),
  'a promise of 1': Promise.resolve(1),
  'a promise of nothing': Promise.resolve(),
  'a promise of a boxed true': Promise.resolve(Object(true)),
  'a promise of false': Promise.resolve(false)
}

t.test('a policy that does not say true says no', async t => {
  const hooks = Object.fromEntries(Object.entries(answers).map(([name, answer]) => [name, requirePolicy(() => answer as boolean)]))
  for (const phase of PHASES) {
    await tryAll(t, await openScene(t, { build: toBuild(hooks, phase) }), toTrials(Object.keys(hooks), DENIED))
  }
})

/** Policies that never come to an answer. */
const failing: Readonly<Record<string, Policy>> = {
  throws: () => { throw new Error('down') },
  'throws nothing': () => failWith(undefined),
  'throws a text': () => failWith('text'),
  rejects: async () => { throw new Error('down') },
  'rejects with nothing': async () => failWith(undefined),
  'rejects with true': async () => failWith(true),
  hangs: async () => await new Promise<boolean>(() => {}),
  'is a thenable that throws': () => ({ then () { throw new Error('down') } }) as unknown as Promise<boolean>,
  'is a thenable that hangs': () => ({ then () {} }) as unknown as Promise<boolean>,
  'throws an error that looks like a refusal': () => { throw Object.assign(new Error('no'), { statusCode: 200, code: 'AUTH_ROLE_MISSING' }) }
}

function failWith (value: unknown): never {
  throw value
}

t.test('a policy that throws, rejects or hangs cannot tell, and nobody gets in', async t => {
  const plugin = { providerTimeoutMs: 20 }
  const hooks = Object.fromEntries(Object.entries(failing).flatMap(([name, policy]) => [
    [name, requirePolicy(policy)],
    [`${name}, negated`, not(requirePolicy(policy))],
    [`${name}, beside a yes`, allOf(requireRoles('editor'), requirePolicy(policy))]
  ]))
  const scene = await openScene(t, { plugin, build: toBuild(hooks, 'preHandler') })
  const trials = toTrials(Object.keys(hooks), UNKNOWN)
  await tryAll(t, scene, trials.map(trial => trial.name.includes('beside a yes') ? { ...trial, statuses: [401, 401, 403, 503] } : trial))
})

/** Answers that providers must not give, to what they are asked by a guard. */
const providers: Readonly<Record<string, Partial<AuthPluginOptions>>> = {
  'roles: throws': { rolesProvider: { fetchRoles () { throw new Error('down') } } },
  'roles: rejects': { rolesProvider: { async fetchRoles () { throw new Error('down') } } },
  'roles: hangs': { rolesProvider: { fetchRoles: async () => await new Promise<readonly string[]>(() => {}) } },
  ...Object.fromEntries([undefined, null, 'editor', { editor: true }, new Set(['editor']), [['editor']], ['editor', 7], true].map(answer => [
    `roles: ${String(JSON.stringify(answer))} ${typeof answer} ${Object.prototype.toString.call(answer)}`, { rolesProvider: { fetchRoles: () => answer as unknown as readonly string[] } }
  ]))
}

t.test('a provider that cannot tell lets nobody in', async t => {
  for (const [name, plugin] of Object.entries(providers)) {
    const scene = await openScene(t, { plugin: { providerTimeoutMs: 20, ...plugin }, build: toBuild({ name: requireRoles('editor') }, 'preHandler') })
    await tryAll(t, scene, toTrials([name], UNKNOWN))
  }
  const verify = { throws: () => { throw new Error('down') }, hangs: async () => await new Promise<never>(() => {}), 'says nothing': () => undefined as never }
  for (const [name, ask] of Object.entries(verify)) {
    const plugin = { providerTimeoutMs: 20, jwtProvider: { name: 'hand', issuers: ['https://issuer.example'], verify: ask } }
    const scene = await openScene(t, { plugin, build: toBuild({ name: requireRoles('editor') }, 'preHandler') })
    await tryAll(t, scene, toTrials([`tokens: ${name}`], [401, 503, 503, 503]))
  }
})

/** The ways in which an app can hand a guard on. */
const wrapped: Readonly<Record<string, (guard: Guard) => unknown>> = {
  plain: guard => guard,
  'in a list': guard => [guard],
  twice: guard => [guard, guard],
  'behind another': guard => [requireUser(), guard],
  bound: guard => guard.bind(null),
  'bound twice': guard => guard.bind({}).bind(null),
  'by call': guard => function (this: unknown, ...args: Parameters<Hook>) { Reflect.apply(guard, this, args) },
  'in an arrow': guard => (request: FastifyRequest, reply: FastifyReply, done: () => void) => { guard(request, reply, done) },
  awaited: guard => async (request: FastifyRequest, reply: FastifyReply) => { await guard(request, reply) },
  'returned, async': guard => async (request: FastifyRequest, reply: FastifyReply) => await guard(request, reply),
  'returned, as a promise': guard => (request: FastifyRequest, reply: FastifyReply) => guard(request, reply),
  'in a list of promises': guard => async (request: FastifyRequest, reply: FastifyReply) => { await Promise.all([guard(request, reply), guard(request, reply)]) },
  'after a while': guard => (request: FastifyRequest, reply: FastifyReply, done: () => void) => { setImmediate(() => guard(request, reply, done)) },
  'through request.authorize': guard => async (request: FastifyRequest) => { await request.authorize(guard) },
  'through request.can': guard => async (request: FastifyRequest, reply: FastifyReply) => { await request.can(guard) || await reply.code(403).send('no') },
  'in allOf': guard => allOf(guard, requireUser()),
  'in anyOf': guard => anyOf(requireGroups('nobody'), guard),
  'negated twice': guard => not(not(guard)),
  'in a policy': () => requirePolicy(isEditor),
  'in a policy that asks again': guard => requirePolicy(async ({ request }) => await request.can(guard))
}

/** In `preParsing` the payload stands where these have `done`; in `onRequest` an app's own answer comes before ours. */
const unfit: Readonly<Partial<Record<string, readonly string[]>>> = { preParsing: ['in an arrow', 'after a while'], onRequest: ['through request.can'] }

for (const manner of MANNERS) {
  t.test(`a guard guards however it is handed on, in each hook; judged ${manner}`, async t => {
    for (const phase of PHASES) {
      const names = Object.keys(wrapped).filter(name => !(unfit[phase] ?? []).includes(name))
      const hooks = Object.fromEntries(names.map(name => [name, wrapped[name]?.(requireRoles('editor'))]))
      await tryAll(t, await openScene(t, { manner, build: toBuild(hooks, phase) }), toTrials(names, GUARDED))
    }
  })
}

t.test('a guard whose refusal is swallowed lets users by, and still no stranger', async t => {
  const guard = requireRoles('editor')
  const hooks = {
    caught: async (request: FastifyRequest, reply: FastifyReply) => { await guard(request, reply)?.catch(() => {}) },
    'done without the error': (request: FastifyRequest, reply: FastifyReply, done: () => void) => { guard(request, reply, () => { done() }) },
    'asked, and ignored': async (request: FastifyRequest) => { await request.can(guard) }
  }
  const scene = await openScene(t, { build: toBuild(hooks, 'preHandler') })
  for (const { name, ask } of toTrials(Object.keys(hooks), GUARDED)) {
    for (const caller of ['nobody', 'forger'] as const) {
      const { status, places } = await scene.visit(ask, caller)
      t.strictSame([status, places], [401, []], `${name}: ${caller}`)
    }
  }
})

/** What guards nothing, or does not say what. It must not get as far as a request. */
const empty: Readonly<Record<string, (stage: Stage) => unknown>> = {
  'no roles': () => requireRoles([]),
  'an empty role': () => requireRoles(''),
  'a blank role': () => requireRoles(' '),
  'a blank behind': () => requireRoles(['editor ']),
  'a role that is none': () => requireRoles([undefined as unknown as string]),
  'no groups': () => requireGroups([]),
  'no permissions': () => requirePermissions([]),
  'no scopes': () => requireScopes([]),
  'no claims': () => requireClaims({}),
  'a claim without values': () => requireClaims({ tenant: [] }),
  'no kind': () => requireKind(undefined as unknown as 'human'),
  'no policy': () => requirePolicy(undefined as unknown as string),
  'an empty policy': () => requirePolicy(''),
  'anyOf nothing': () => (anyOf as () => Guard)(),
  'allOf nothing': () => (allOf as () => Guard)(),
  'not nothing': () => not(undefined as unknown as Guard),
  'anyOf a factory': () => anyOf(requireUser as unknown as Guard),
  'a factory uncalled': () => requireRoles,
  'another factory uncalled': () => [requireUser()].concat(requireUser as unknown as Guard)
}

t.test('a guard that is empty stops the boot', async t => {
  for (const [name, toHook] of Object.entries(empty)) {
    for (const phase of PHASES) {
      const build: SceneOptions['build'] = async (app, stage) => { await toBuild({ name: toHook(stage) }, phase)(app, stage) }
      await t.rejects(openScene(t, { build }), { code: 'AUTH_GUARD_EMPTY' }, `${name}: ${phase}`)
    }
  }
  for (const phase of ['preSerialization', 'onSend', 'onResponse', 'onTimeout', 'onError', 'onRequestAbort'] as const) {
    await t.rejects(openScene(t, { build: toBuild({ late: requireUser() }, phase as 'preHandler') }), { code: 'AUTH_GUARD_MISPLACED' }, `too late: ${phase}`)
  }
})
