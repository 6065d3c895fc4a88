import Fastify from 'fastify'
import t from 'tap'

import { hooksOfInstance, hooksOfRoute, toHookList } from '../../lib/route-hooks.js'

import type { FastifyInstance, RouteOptions } from 'fastify'

const [a, b, c] = [() => {}, () => {}, () => {}]
const GUARDING = ['onRequest', 'preParsing', 'preValidation', 'preHandler'] as const
const LATER = ['preSerialization', 'onSend', 'onResponse', 'onTimeout', 'onError', 'onRequestAbort'] as const

t.test('hooks are a list, however they were written', async t => {
  t.strictSame(toHookList(a), [a])
  t.strictSame(toHookList([a, b]), [a, b])
  t.strictSame(toHookList([]), [])
  t.strictSame(toHookList(undefined), [])
  t.strictSame(toHookList(null), [])
})

t.test('the hooks of a route are told apart by when they run', async t => {
  for (const name of GUARDING) t.strictSame(hooksOfRoute({ [name]: [a, b] } as unknown as RouteOptions), { guarding: [a, b], later: [] }, name)
  for (const name of LATER) t.strictSame(hooksOfRoute({ [name]: a } as unknown as RouteOptions), { guarding: [], later: [a] }, name)
  t.strictSame(hooksOfRoute({ preHandler: c, onRequest: [a, b] } as unknown as RouteOptions), { guarding: [a, b, c], later: [] })
})

t.test('the hooks of an instance are those that Fastify keeps for it, inherited ones included', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  for (const name of [...GUARDING, ...LATER]) app.addHook(name as 'preHandler', a)
  const inside: FastifyInstance[] = []
  await app.register(async inner => { inside.push(inner.addHook('preHandler', b)) })
  for (const inner of inside) t.strictSame(hooksOfInstance(inner), { guarding: [a, a, a, a, b], later: LATER.map(() => a) })
  t.strictSame(hooksOfInstance(app), { guarding: [a, a, a, a], later: LATER.map(() => a) })
})

t.test('where Fastify keeps them elsewhere, they are unknown', async t => {
  for (const instance of [{}, { [Symbol('fastify.hooks')]: null }, { [Symbol('fastify.hooks')]: 'text' }, { [Symbol('other')]: {} }]) {
    t.equal(hooksOfInstance(instance as unknown as FastifyInstance), null)
  }
})
