import t from 'tap'

import { requireRoles } from '../../lib/index.js'
import { raw } from './routing-asks.js'
import { CALLERS, MANNERS, openScene, registerFirst, tryAll, walkAll } from './routing-scene.js'

import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import type { Test } from 'tap'
import type { Manner, Row, Scene, Stage, Trial } from './routing-scene.js'

const PHASES = ['onRequest', 'preParsing', 'preValidation', 'preHandler'] as const

const rows: readonly Row[] = [
  { name: 'GET', ask: raw('GET', '/own'), reaches: '/own' },
  { name: 'HEAD', ask: raw('HEAD', '/own'), reaches: '/own' },
  { name: 'POST', ask: raw('POST', '/own'), reaches: 'POST /own' },
  { name: 'guarded from above', ask: raw('GET', '/inner'), reaches: '/inner' }
]

function declare (app: FastifyInstance, stage: Stage): void {
  app.get('/own', { preHandler: requireRoles('editor') }, stage.guarded('/own'))
  app.post('/own', { onRequest: requireRoles('editor') }, stage.guarded('POST /own'))
  app.register(async inner => { inner.guard(requireRoles('editor')).get('/inner', stage.guarded('/inner')) })
}

/** Hooks that answer themselves: the handler must not run beside the answer, whoever asks. */
const early: Readonly<Record<string, (request: FastifyRequest, reply: FastifyReply, done?: unknown) => unknown>> = {
  'async, returned': async (_request, reply) => await reply.code(202).send('early'),
  'async, sent': async function sendAndReturn (_request, reply) {
    reply.code(202).send('early')
    return reply
  },
  hijacked: async function hijack (_request, reply) {
    reply.hijack()
    reply.raw.writeHead(202, { connection: 'close' }).end('early')
  },
  redirected: async (_request, reply) => await reply.redirect('/own', 202),
  'thrown, with a status of its own': async () => { throw Object.assign(new Error('early'), { statusCode: 202 }) }
}

for (const where of ['before', 'after'] as const) {
  t.test(`hooks of others that answer early, added ${where} the plugin`, async t => {
    for (const phase of PHASES) {
      for (const [name, hook] of Object.entries(early)) {
        const scene = await openScene(t, {
          async build (app, stage) {
            const addHook = () => app.addHook(phase as 'preHandler', async (request, reply) => await hook(request, reply))
            where === 'before' && addHook()
            await registerFirst(app, stage)
            where === 'after' && addHook()
            declare(app, stage)
          }
        })
        await assertEarly(t, scene, phase === 'onRequest', `${name}: ${phase}`)
      }
    }
  })
}

/** What is thrown with a status below 400 is a 500: Fastify's own rule. */
async function assertEarly (t: Test, scene: Scene, isBeforeAll: boolean, name: string): Promise<void> {
  const status = name.startsWith('thrown') ? 500 : 202
  const statuses: Trial['statuses'] = isBeforeAll ? [status, status, status, status] : [401, 401, status, status]
  await tryAll(t, scene, [{ name: `${name}: GET`, ask: raw('GET', '/own'), statuses }, { name: `${name}: HEAD`, ask: raw('HEAD', '/own'), statuses }])
}

/** What an error handler may make of a refusal. None of it runs the handler. */
const errorHandlers: Readonly<Record<string, (error: unknown, request: FastifyRequest, reply: FastifyReply) => unknown>> = {
  'answers 200': (_error, _request, reply) => { reply.code(200).send('fine') },
  'returns a value': async () => 'fine',
  'returns nothing': async () => {},
  throws: () => { throw new Error('not fine') },
  'calls the not-found handler': (_error, _request, reply) => { reply.callNotFound() },
  redirects: (_error, _request, reply) => { reply.redirect('/own') }
}

t.test('error handlers that make light of a refusal run no handler', async t => {
  for (const manner of MANNERS) {
    for (const [name, handler] of Object.entries(errorHandlers)) {
      const scene = await openScene(t, {
        manner,
        async build (app, stage) {
          await registerFirst(app, stage)
          app.setErrorHandler(handler)
          declare(app, stage)
        }
      })
      for (const { name: asked, ask, reaches } of rows) {
        for (const caller of CALLERS) {
          const { places, trespasses } = await scene.visit(ask, caller)
          t.strictSame([places, trespasses], [caller === 'editor' ? [reaches] : [], []], `${name}: ${asked}: ${caller}`)
        }
      }
    }
  }
})

type Mutate = (route: RouteOptions) => void

/** What a plugin that comes later may do to a route without opening it. */
const harmless: Readonly<Record<string, Mutate>> = {
  'wraps the handler': function wrap (route) {
    const { handler } = route
    route.handler = async function handleWrapped (request, reply) { return await handler.call(this, request, reply) }
  },
  'says public in its config': route => { route.config = { ...route.config, auth: 'public' } },
  'replaces its config': route => { route.config = { auth: 'public' } },
  'throws its config away': route => { delete route.config },
  'puts a hook first': route => { route.onRequest = [async () => {}, ...[route.onRequest ?? []].flat()] },
  'puts a hook last': route => { route.onRequest = [...[route.onRequest ?? []].flat(), async () => {}] },
  'gives it an error handler': route => { route.errorHandler = (error, _request, reply) => { reply.send(error) } },
  'adds a hook that answers nothing': route => { route.preHandler = [...[route.preHandler ?? []].flat(), async () => {}] },
  'freezes it': route => { Object.freeze(route.onRequest) }
}

/** What takes a guard away. */
const harmful: Readonly<Record<string, Mutate>> = {
  'empties onRequest': route => { route.onRequest = [] },
  'deletes onRequest': route => { delete route.onRequest },
  'replaces onRequest': route => { route.onRequest = async () => {} },
  'sets onRequest to undefined': route => { Object.assign(route, { onRequest: undefined }) },
  'empties the list itself': route => { (route.onRequest as unknown[]).length = 0 },
  'takes the last hook out': route => { (route.onRequest as unknown[]).pop() },
  'replaces the guard': route => { Object.assign(route, { onRequest: [...[route.onRequest ?? []].flat()].slice(1) }) },
  'wraps our hooks': route => { Object.assign(route, { onRequest: [route.onRequest ?? []].flat().map(hook => Function.prototype.bind.call(hook, null)) }) },
  'empties preHandler': route => { 'preHandler' in route ? route.preHandler = [] : route.onRequest = [] },
  'only those of HEAD': route => { if (route.method === 'HEAD') route.onRequest = [] }
}

async function openMutated (t: Test, mutate: Mutate, when: 'declared' | 'ready', manner: Manner = 'at once'): Promise<Scene> {
  return await openScene(t, {
    manner,
    async build (app, stage) {
      await registerFirst(app, stage)
      const routes: RouteOptions[] = []
      app.addHook('onRoute', route => { when === 'declared' ? mutate(route) : routes.push(route) })
      app.addHook('onReady', async () => { routes.forEach(mutate) })
      declare(app, stage)
    }
  })
}

t.test('onRoute hooks of others: what leaves our hooks in place opens nothing', async t => {
  for (const manner of MANNERS) {
    for (const [name, mutate] of Object.entries(harmless)) {
      await t.test(`${name}, judged ${manner}`, async t => walkAll(t, await openMutated(t, mutate, 'declared', manner), rows))
    }
  }
})

t.test('onRoute hooks of others: what throws a guard out stops the boot', async t => {
  for (const [name, mutate] of Object.entries(harmful)) {
    await t.rejects(openMutated(t, mutate, 'declared'), { code: 'AUTH_ROUTE_CONTRADICTORY' }, name)
  }
})

t.test('what is done to a route when the app is ready comes too late to open it', async t => {
  for (const [name, mutate] of Object.entries({ ...harmless, ...harmful })) {
    // Wrapping a handler that late does nothing at all.
    await t.test(name, async t => walkAll(t, await openMutated(t, mutate, 'ready'), rows))
  }
})

t.test('a guard calls done once, and waits for nobody to call it again', async t => {
  for (const manner of MANNERS) {
    const calls: unknown[] = []
    const guard = requireRoles('editor')
    const scene = await openScene(t, {
      manner,
      async build (app, stage) {
        await registerFirst(app, stage)
        app.get('/own', {
          preHandler (request, reply, done) {
            guard(request, reply, function count (error) {
              calls.push(error)
              done(error)
            })
          }
        }, stage.guarded('/own'))
      }
    })
    for (const [caller, count] of [['nobody', 0], ['forger', 0], ['reader', 1], ['editor', 1]] as const) {
      const { trespasses } = await scene.visit(raw('GET', '/own'), caller)
      t.strictSame([calls.splice(0).length, trespasses], [count, []], `${caller}, ${manner}`)
    }
  }
})
