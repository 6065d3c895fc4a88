import t from 'tap'

import { createContext } from '../fixtures/provider-context.js'
import { createExclusions } from '../../lib/exclusions.js'
import { requireUser } from '../../lib/guards/require-user.js'
import { createPolicies } from '../../lib/policies.js'
import { ruleEarlyRoute, ruleRoute } from '../../lib/rule-route.js'
import { Route } from '../../lib/routes.js'

import type { FastifyInstance, RouteOptions } from 'fastify'
import type { AnyDoor } from '../../lib/doors.js'
import type { Reader } from '../../lib/reader.js'
import type { Rulebook } from '../../lib/rule-route.js'
import type { Exclusion, Mode } from '../../types/options.js'

function rulebook (mode: Mode, ...exclude: readonly Exclusion[]): Rulebook {
  const policies = createPolicies({}, { timeoutMs: 60_000, logOf: () => createContext().log })
  return { registration: {}, mode, strict: false, exclusions: createExclusions(exclude), doors: [], policies }
}

/** A route of an instance that keeps its hooks where nobody finds them. */
function route (config: object = {}, hooks: object = {}): Route {
  const declared = new Route({ hasRequestDecorator: () => false } as unknown as FastifyInstance, { method: 'GET', url: '/books', path: '/books', config })
  declared.variants.push({ options: hooks as RouteOptions, config, seen: [], duties: [] })
  return declared
}

function ruled (declared: Route, book: Rulebook, rule = ruleRoute): Route {
  rule(declared, book)
  return declared
}

t.test('guards that cannot be seen are not lifted, unless somebody says that the route is public', async t => {
  t.match(ruled(route(), rulebook('public')), { mode: 'public', declaredBy: 'default', liftsGuards: false })
  t.match(ruled(route({ auth: 'public' }), rulebook('required')), { mode: 'public', declaredBy: 'config', liftsGuards: true })
  t.match(ruled(route(), rulebook('required', '/books')), { mode: 'public', declaredBy: 'exclude', liftsGuards: true })
})

t.test('those of a route declared before the plugin had loaded are lifted by nobody', async t => {
  t.match(ruled(route({ auth: 'public' }), rulebook('required'), ruleEarlyRoute), { mode: 'public', liftsGuards: false })
  t.match(ruled(route(), rulebook('required', '/books'), ruleEarlyRoute), { mode: 'public', liftsGuards: false })
})

t.test('a guard, a config and the plugin say the mode, in this order of strictness', async t => {
  t.match(ruled(route({}, { preHandler: requireUser() }), rulebook('public')), { mode: 'required', declaredBy: 'guard', guards: [{ kind: 'user' }] })
  t.match(ruled(route({ auth: 'required' }, { preHandler: requireUser() }), rulebook('public')), { mode: 'required', declaredBy: 'config' })
  t.match(ruled(route({ auth: 'optional' }), rulebook('required')), { mode: 'optional', declaredBy: 'config' })
  for (const mode of ['tolerant', 'optional', 'required'] as const) t.match(ruled(route(), rulebook(mode)), { mode, declaredBy: 'default', guards: [] })
})

t.test('a route is read by the authenticators that it names, and by all when it names none', async t => {
  const [one, two] = ['one', 'two'].map(name => ({ kind: 'own', name, sources: [], challenge: () => null, place: null, describe: () => ({ type: 'http' } as const), countsFailures: false, tokenSources: [], errorBody: null, relaysAnswers: false, settleRoute: () => ({}), reader: { authenticators: [name] } as unknown as Reader }) as const)
  const doors: readonly AnyDoor[] = [one, two].flatMap(door => door ?? [])
  const book: Rulebook = { ...rulebook('required'), doors }
  for (const rule of [ruleRoute, ruleEarlyRoute]) {
    t.strictSame(ruled(route(), book, rule).readers, [one?.reader, two?.reader])
    t.strictSame(ruled(route({ auth: { mode: 'optional', authenticators: 'two' } }), book, rule).readers, [two?.reader])
    t.strictSame(ruled(route({ auth: { mode: 'optional', authenticators: ['two', 'one'] } }), book, rule).readers, [one?.reader, two?.reader])
    t.throws(() => ruled(route({ auth: { mode: 'optional', authenticators: ['one', 'three'] } }), book, rule), { code: 'AUTH_ROUTE_CONTRADICTORY', message: /"three".*one, two/ })
  }
})
