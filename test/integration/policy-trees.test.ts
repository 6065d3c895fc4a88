import fc from 'fast-check'
import t from 'tap'

import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { codeOf, isClosed } from '../fixtures/policy-model.js'
import { toGuard, trees, worlds } from '../fixtures/policy-trees.js'
import { isAuthError } from '../../lib/index.js'

import type { FastifyRequest } from 'fastify'
import type { Guard } from '../../lib/index.js'
import type { Supply, Tree, World } from '../fixtures/policy-trees.js'

const issuer = handIssuer()
const tokens = new Map<string, { authorization: string }>()

let world: World

/** Providers that answer, at once or later, or fail, as the world of the case at hand says. */
const names = (supplyOf: (world: World) => Supply) => function fetchNames (): readonly string[] | Promise<readonly string[]> {
  const { names, isLate, fails } = supplyOf(world)
  if (!fails) return isLate ? Promise.resolve(names) : names
  if (isLate) return Promise.reject(new Error('down'))
  throw new Error('down')
}

const options = {
  jwtProvider: issuer.provider(),
  mode: 'optional',
  rolesProvider: { fetchRoles: names(world => world.roles) },
  groupsProvider: { fetchGroups: names(world => world.groups) }
} as const

/** One token for each kind of user: verifying it once is enough. */
function headersOf ({ who }: World): { authorization?: string } {
  if (who === null) return {}
  const key = JSON.stringify(who)
  const known = tokens.get(key) ?? bearer(issuer.token({ kind: who.kind, tenant: who.tenant, scope: who.scopes.join(' ') }))
  tokens.set(key, known)
  return known
}

function catchCode (error: unknown): string {
  if (isAuthError(error)) return error.code
  throw error
}

t.test('policy trees agree with a three-valued model', async t => {
  const runs = 10_000
  let guard: Guard
  const app = await openApp(t, options, app => {
    app.get('/', async function handle (request) {
      const code = await request.authorize(guard).then(() => null, catchCode)
      const can = await request.can(guard).catch(catchCode)
      const awaited = await guard(request, {}).then(() => null, catchCode)
      return { code, can, awaited }
    })
  })
  const seen = new Map<string, number>()
  await fc.assert(fc.asyncProperty(trees, worlds, async function agree (tree, drawn) {
    world = drawn
    guard = toGuard(tree)
    const code = codeOf(tree, world)
    seen.set(String(code), (seen.get(String(code)) ?? 0) + 1)
    const answer = (await app.inject({ url: '/', headers: headersOf(world) })).json()
    const can = code === 'AUTH_ENTITLEMENTS_UNAVAILABLE' ? code : code === null
    return answer.code === code && answer.awaited === code && answer.can === can
  }), { numRuns: runs })
  const codes = ['null', 'AUTH_ENTITLEMENTS_UNAVAILABLE', 'AUTH_CREDENTIALS_MISSING', 'AUTH_GUARD_REFUSED', 'AUTH_POLICY_DENIED', 'AUTH_CLAIM_MISSING',
    'AUTH_KIND_REFUSED', 'AUTH_ROLE_MISSING', 'AUTH_GROUP_MISSING', 'AUTH_SCOPE_MISSING']
  t.strictSame([...seen.keys()].sort(), codes.sort(), 'every outcome was met')
  t.equal([...seen.values()].reduce((sum, count) => sum + count), runs)
})

t.test('policy trees on routes agree with the model, in every hook and above the routes', async t => {
  const places = ['onRequest', 'preParsing', 'preValidation', 'preHandler', 'guard', 'addHook'] as const
  const drawn = fc.sample(trees, 300)
  const ran = new Set<Tree>()
  const app = await openApp(t, options, app => {
    drawn.forEach((tree, index) => {
      const place = places[index % places.length] as typeof places[number]
      const guard = toGuard(tree)
      const handle = async (_request: FastifyRequest) => { ran.add(tree) }
      if (place === 'guard' || place === 'addHook') {
        app.register(async function inner (inner) {
          place === 'guard' ? inner.guard(guard) : inner.addHook('preHandler', guard)
          inner.get(`/${index}`, handle)
        })
      } else {
        app.get(`/${index}`, { [place]: guard } as object, handle)
      }
    })
  })
  for (const [index, tree] of drawn.entries()) {
    for (world of fc.sample(worlds, 10)) {
      ran.clear()
      const response = await app.inject({ url: `/${index}`, headers: headersOf(world) })
      const code = world.who === null && isClosed(tree) ? 'AUTH_CREDENTIALS_MISSING' : codeOf(tree, world)
      const found = response.statusCode === 200 ? null : response.json().code
      if (found !== code || ran.has(tree) !== (code === null)) t.same({ found, ran: ran.has(tree) }, { found: code, ran: code === null }, JSON.stringify({ tree, world }))
    }
  }
  t.ok(t.passing(), '3,000 requests were answered as the model says')
})
