import t from 'tap'

import { AUTH_ROLE_MISSING } from '../../../lib/errors.js'
import { defineGuard, describeGuard, kGuard, kRegistration, ownerOf } from '../../../lib/guards/define-guard.js'

import type { Outcome } from '../../../lib/guards/define-guard.js'
import type { GuardDescription, GuardedRequest } from '../../../types/guard.js'

const description: GuardDescription = Object.freeze({ kind: 'roles', wanted: ['editor'], match: 'any' })
const refusal = new AUTH_ROLE_MISSING({ reason: 'role' })

/** A request to a server whose registration judges like this, and what it was asked. */
function requestTo (outcome: Outcome | Promise<Outcome>): { readonly request: GuardedRequest, readonly asked: unknown[] } {
  const asked: unknown[] = []
  const server = { [kRegistration]: { judge (...question: readonly unknown[]) { asked.push(question.slice(0, 3)); return outcome } } }
  return { request: { server }, asked }
}

const OUTCOMES: ReadonlyArray<readonly [string, () => Outcome | Promise<Outcome>, Outcome]> = [
  ['lets in at once', () => null, null],
  ['refuses at once', () => refusal, refusal],
  ['lets in later', async () => null, null],
  ['refuses later', async () => refusal, refusal]
]

for (const [name, toOutcome, expected] of OUTCOMES) {
  t.test(`a guard whose registration ${name} tells it to done, and to nobody else`, async t => {
    for (const toArguments of [(done: unknown) => [done], (done: unknown) => [{ payload: true }, done]]) {
      const { request, asked } = requestTo(toOutcome())
      const guard = defineGuard(description) as (...args: readonly unknown[]) => unknown
      const outcome = await new Promise(resolve => { t.equal(guard(request, {}, ...toArguments((error?: unknown) => resolve(error ?? null))), undefined) })
      t.equal(outcome, expected)
      t.same(asked, [[description, request, true]])
    }
  })

  t.test(`a guard whose registration ${name} promises it where there is no done`, async t => {
    const { request, asked } = requestTo(toOutcome())
    const promised = defineGuard(description)(request, {})
    t.type(promised, Promise)
    t.equal(await promised.then(() => null, error => error), expected)
    t.same(asked, [[description, request, false]])
  })
}

t.test('a fault of ours goes to done, or rejects, and never passes', async t => {
  const fault = new TypeError('a fault')
  t.equal(await new Promise(resolve => { defineGuard(description)(requestTo(Promise.reject(fault)).request, {}, resolve) }), fault)
  await t.rejects(defineGuard(description)(requestTo(Promise.reject(fault)).request, {}), TypeError)
})

t.test('a guard on a server without a registration refuses', async t => {
  const request = { server: {} }
  t.match(await new Promise(resolve => { defineGuard(description)(request, {}, resolve) }), { code: 'AUTH_PLUGIN_MISSING', statusCode: 500 })
  await t.rejects(defineGuard(description)(request, {}), { code: 'AUTH_PLUGIN_MISSING', statusCode: 500 })
})

t.test('a guard says what it demands and who made it, bound or not', async t => {
  const owner = {}
  const guard = defineGuard(description, owner)
  for (const each of [guard, guard.bind(null), guard.bind({}).bind({})]) {
    t.equal(describeGuard(each), description)
    t.equal(ownerOf(each), owner)
  }
  for (const nobodys of [defineGuard(description), defineGuard(description).bind({}), () => {}]) t.equal(ownerOf(nobodys), null)
})

t.test('a bound guard guards as it would unbound', async t => {
  const { request } = requestTo(refusal)
  await t.rejects(defineGuard(description).bind({})(request, {}), { code: 'AUTH_ROLE_MISSING' })
  const partly = defineGuard(description).bind(null, request) as unknown as (reply: object) => Promise<void>
  await t.rejects(partly({}), { code: 'AUTH_ROLE_MISSING' })
})

t.test('a guard of another copy of the package is one, and nothing else is', async t => {
  const other = Object.assign(() => {}, { [Symbol.for('fastify-gatekeeper.guard')]: description })
  t.equal(describeGuard(other), description)
  t.equal(kGuard, Symbol.for('fastify-gatekeeper.guard'))
  for (const value of [undefined, null, () => {}, { [kGuard]: description }, 'requireUser']) t.equal(describeGuard(value), null)
})

t.test('what a guard demands cannot be taken from it', async t => {
  const guard = defineGuard(description) as unknown as Record<symbol, unknown>
  t.throws(() => { guard[kGuard] = { kind: 'user' } }, TypeError)
  t.throws(() => { guard[Symbol.for('fastify-gatekeeper.owner')] = {} }, TypeError)
  t.throws(() => { delete guard[Symbol.for('fastify-gatekeeper.owner')] }, TypeError)
  t.throws(() => { delete guard[kGuard] }, TypeError)
})
