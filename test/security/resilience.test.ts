import { runInNewContext } from 'node:vm'

import t from 'tap'

import { AUTH_TOKEN_INVALID, requirePolicy, requireRoles } from '../../lib/index.js'
import { jwt } from '../../lib/providers/jwt/index.js'
import { AUDIENCE, createKey, createToken, ISSUER } from './forge.js'
import { createTarget, withToken } from './harness.js'
import { inspect } from './inspect.js'
import { ODD_ERRORS } from './odd-errors.js'
import { ODD_PLACES } from './odd-places.js'
import { turns, watchStrays } from './strays.js'
import { createWitness } from './witness.js'

import type { InjectOptions } from 'fastify'
import type { Test } from 'tap'
import type { Authenticator, JwtProvider, ProviderContext, RevocationList, RolesProvider } from '../../lib/index.js'
import type { TargetOptions } from './harness.js'
import type { Expectation } from './inspect.js'
import type { OddPlace } from './odd-places.js'
import type { Witness } from './witness.js'

const SECRET = 'internal text of the corpus'

/** What an answer is excused of: that a handler ran which asked for something, and a challenge that nobody could make. */
function problemsOf (observed: Parameters<typeof inspect>[0], { name, answer, isInHandler }: OddPlace): readonly string[] {
  const excused = [...(isInHandler ? ['the handler ran'] : []), ...(name.startsWith('Authenticator.challenge, for a failure') ? ['wrong challenge: Bearer realm="api"'] : [])]
  return inspect(observed, { ...answer, secrets: [SECRET] }).filter(problem => !excused.includes(problem))
}

for (const place of ODD_PLACES) {
  t.test(`whatever ${place.name} throws, nobody is let in, and nothing escapes`, async t => {
    const strays = watchStrays(t)
    const witness = createWitness()
    let make: () => unknown = () => new Error(SECRET)
    const target = await createTarget(t, place.toOptions(() => { throw make() }, witness))
    for (const [name, odd] of Object.entries(ODD_ERRORS)) {
      await t.test(name, async t => {
        make = () => odd(SECRET)
        t.strictSame(problemsOf(await target.send({ request: place.request }), place), [])
      })
    }
    t.strictSame(witness.breaches, [])
    await strays.assertNone()
  })
}

type Settle = (value: unknown) => void

/** Who is asked for an answer, what a good one is, and how he says no. */
interface Asked {
  toOptions (answer: () => never): Partial<TargetOptions>
  readonly request: InjectOptions
  good (): unknown
  sayNo (resolve: Settle, reject: Settle): void
  readonly no: Pick<Expectation, 'status' | 'code' | 'reason'>
  readonly unknown: string
}

const key = createKey('ES256')
const provider = jwt({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [key.jwk] }, claims: { roles: null } })
const token = createToken(key, { claims: { roles: ['editor'] } })
const identity = await provider.verify(token, {} as ProviderContext)
/** Where another is asked: it is at once that the token is found good, and no time runs out. */
const instant: JwtProvider = { ...provider, verify: () => identity }
const own: Authenticator<string> = {
  name: 'own',
  securityScheme: { type: 'http', scheme: 'bearer' },
  read: ({ headers }) => headers.authorization ?? null,
  verify: () => identity,
  challenge: failure => `Bearer realm="own"${failure === null ? '' : ', error="invalid_token"'}`,
  supplies: ['roles']
}
const invalid = { status: 401, code: 'AUTH_TOKEN_INVALID', reason: 'signature' } as const
const refuse = (_resolve: Settle, reject: Settle): void => reject(new AUTH_TOKEN_INVALID({ reason: 'signature' }))
const held = { ...identity, roles: ['editor'] }

const ASKED: Readonly<Record<string, Asked>> = {
  'JwtProvider.verify': { toOptions: verify => ({ jwtProvider: { ...provider, supplies: ['roles'], verify } as JwtProvider }), request: withToken(token, { url: '/roles' }), good: () => held, sayNo: refuse, no: invalid, unknown: 'AUTH_PROVIDER_UNAVAILABLE' },
  'Authenticator.verify': { toOptions: verify => ({ authenticators: [{ ...own, verify }] }), request: withToken(token, { url: '/roles' }), good: () => held, sayNo: refuse, no: invalid, unknown: 'AUTH_PROVIDER_UNAVAILABLE' },
  fetchRoles: {
    toOptions: fetchRoles => ({ jwtProvider: instant, rolesProvider: { fetchRoles } satisfies RolesProvider }),
    request: withToken(token, { url: '/roles' }),
    good: () => ['editor'],
    sayNo: resolve => resolve([]),
    no: { status: 403, code: 'AUTH_ROLE_MISSING', reason: 'role' },
    unknown: 'AUTH_ENTITLEMENTS_UNAVAILABLE'
  },
  isRevoked: {
    toOptions: isRevoked => ({ jwtProvider: instant, rolesProvider: { fetchRoles: () => ['editor'] }, revocation: { isRevoked } satisfies RevocationList }),
    request: withToken(token, { url: '/roles' }),
    good: () => false,
    sayNo: resolve => resolve(true),
    no: { status: 401, code: 'AUTH_TOKEN_REVOKED', reason: 'revoked' },
    unknown: 'AUTH_PROVIDER_UNAVAILABLE'
  },
  policy: {
    toOptions: decide => ({ jwtProvider: instant, rolesProvider: { fetchRoles: () => [] }, policies: { own: decide } }),
    request: withToken(token, { url: '/policy' }),
    good: () => true,
    sayNo: resolve => resolve(false),
    no: { status: 403, code: 'AUTH_POLICY_DENIED', reason: 'policy' },
    unknown: 'AUTH_ENTITLEMENTS_UNAVAILABLE'
  }
}

interface Scene {
  readonly asked: Asked
  /** Opened when the request has been answered. */
  readonly gate: Promise<void>
}

/** Odd ways to answer, and what becomes of the request. */
const ANSWERS: Readonly<Record<string, readonly [answer: (scene: Scene) => unknown, outcome: 'in' | 'no' | 'provider_failed' | 'provider_timeout' | 'provider_answer']>> = {
  never: [() => new Promise(() => {}), 'provider_timeout'],
  'with what never settles': [() => ({ then () {} }), 'provider_timeout'],
  'yes, after the reply': [({ gate, asked }) => gate.then(() => asked.good()), 'provider_timeout'],
  'no, after the reply': [({ gate, asked }) => gate.then(() => new Promise((resolve, reject) => { asked.sayNo(resolve, reject) })), 'provider_timeout'],
  'with an error, after the reply': [({ gate }) => gate.then(() => { throw new Error(SECRET) }), 'provider_timeout'],
  'no, and then yes': [({ asked }) => ({ then (resolve: Settle, reject: Settle) { asked.sayNo(resolve, reject); resolve(asked.good()) } }), 'no'],
  'no, and yes after the reply': [({ asked, gate }) => ({ then (resolve: Settle, reject: Settle) { asked.sayNo(resolve, reject); gate.then(() => resolve(asked.good())) } }), 'no'],
  'no, and then with an error': [({ asked }) => ({ then (resolve: Settle, reject: Settle) { asked.sayNo(resolve, reject); throw new Error(SECRET) } }), 'no'],
  'yes, and then no': [({ asked }) => ({ then (resolve: Settle, reject: Settle) { resolve(asked.good()); asked.sayNo(resolve, reject) } }), 'in'],
  'yes, twice': [({ asked }) => ({ then (resolve: Settle) { resolve(asked.good()); resolve(asked.good()) } }), 'in'],
  'with an error, and then yes': [({ asked }) => ({ then (resolve: Settle, reject: Settle) { reject(new Error(SECRET)); resolve(asked.good()) } }), 'provider_failed'],
  'with an error thrown, and yes after the reply': [({ asked, gate }) => ({ then (resolve: Settle) { gate.then(() => resolve(asked.good())); throw new Error(SECRET) } }), 'provider_failed'],
  'with a promise in what is like one': [({ asked }) => ({ then (resolve: Settle) { resolve(Promise.resolve(asked.good())) } }), 'in'],
  'with a promise of another realm': [({ asked }) => (runInNewContext('Promise') as PromiseConstructor).resolve(asked.good()), 'in'],
  'with what promises itself for ever': [() => ({ then (resolve: Settle) { setImmediate(() => resolve(ANSWERS['with what never settles']?.[0]({} as Scene))) } }), 'provider_timeout']
}

function declareRoutes (app: Parameters<NonNullable<TargetOptions['routes']>>[0], witness: Witness, hasPolicy: boolean): void {
  witness.declare(app, '/roles', requireRoles(['editor']), () => 'in')
  if (hasPolicy) {
    witness.declare(app, '/policy', requirePolicy('own'), () => 'in')
  }
}

async function assertAnswered (t: Test, asked: Asked, answer: (scene: Scene) => unknown, outcome: string): Promise<void> {
  const strays = watchStrays(t)
  const witness = createWitness()
  let openGate = (): void => {}
  const gate = new Promise<void>(resolve => { openGate = resolve })
  let reply: () => unknown = () => answer({ asked, gate })
  const options = asked.toOptions((() => reply()) as () => never)
  const target = await createTarget(t, { ...options, providerTimeoutMs: outcome === 'provider_timeout' ? 20 : 60_000, routes: app => declareRoutes(app, witness, 'policies' in options) })
  const observed = await target.send({ request: asked.request })
  const expected = outcome === 'no' ? asked.no : { status: 503, code: asked.unknown, reason: outcome as Expectation['reason'] } as const
  outcome === 'in' ? t.equal(observed.status, 200) : t.strictSame(inspect(observed, { ...expected, secrets: [SECRET] }), [])
  openGate()
  await turns(3)
  t.equal(witness.runs, outcome === 'in' ? 1 : 0, 'what comes later lets nobody in')
  // Nothing of the odd answer stays: the next one counts.
  reply = () => new Promise((resolve, reject) => { asked.sayNo(resolve, reject) })
  t.strictSame(inspect(await target.send({ request: asked.request }), { ...asked.no, secrets: [] }), [])
  reply = () => asked.good()
  t.equal((await target.send({ request: asked.request })).status, 200)
  t.strictSame(witness.breaches, [])
  await strays.assertNone()
}

for (const [place, asked] of Object.entries(ASKED)) {
  for (const [name, [answer, outcome]] of Object.entries(ANSWERS)) {
    // Remembered is what was verified, and here it was.
    const isRemembered = place === 'JwtProvider.verify' && outcome === 'in'
    const uncached = isRemembered ? { ...asked, toOptions: (reply: () => never) => ({ ...asked.toOptions(reply), tokenCache: null }) } : asked
    t.test(`${place} answers ${name}`, t => assertAnswered(t, uncached, answer, outcome))
  }
}

/** Answers that fail who looks at them. */
const UNREADABLE: Readonly<Record<string, () => unknown>> = {
  'whose then cannot be read': () => ({ get then () { throw new Error(SECRET) } }),
  'that is a Proxy and cannot be read': () => new Proxy([], { get () { throw new Error(SECRET) } }),
  'that is a revoked Proxy': () => ODD_ERRORS['a revoked Proxy']?.(SECRET)
}

for (const [place, asked] of Object.entries(ASKED)) {
  for (const [name, make] of Object.entries(UNREADABLE)) {
    t.test(`${place} gives an answer ${name}`, async t => {
      const witness = createWitness()
      const options = asked.toOptions(make as () => never)
      const target = await createTarget(t, { ...options, routes: app => declareRoutes(app, witness, 'policies' in options) })
      const { status, body } = await target.send({ request: asked.request })
      t.match({ status, body: JSON.parse(body) }, { status: 503, body: { code: asked.unknown } })
      t.notMatch(body, SECRET)
      t.equal(witness.runs, 0)
    })
  }
}
