import fp from 'fastify-plugin'
import t from 'tap'

import authPlugin, { requireRoles } from '../../lib/index.js'
import { injected, raw } from './routing-asks.js'
import { MANNERS, openScene, registerFirst, tryAll, walkAll } from './routing-scene.js'

import type { FastifyInstance, RouteOptions } from 'fastify'
import type { Row, Stage } from './routing-scene.js'

type Declare = (app: FastifyInstance) => void
type Place = (app: FastifyInstance, stage: Stage, declare: Declare) => unknown

/** Where a route can be declared, and when. `declare` does it. */
const places: Readonly<Record<string, Place>> = {
  async 'after the plugin' (app, stage, declare) {
    await registerFirst(app, stage)
    declare(app)
  },
  async 'before the plugin' (app, stage, declare) {
    declare(app)
    await registerFirst(app, stage)
  },
  'before the plugin, in the same tick' (app, { options }, declare) {
    declare(app)
    app.register(authPlugin, options)
  },
  'after the plugin, in the same tick' (app, { options }, declare) {
    app.register(authPlugin, options)
    declare(app)
  },
  'in after' (app, { options }, declare) {
    app.register(authPlugin, options).after(() => { declare(app) })
  },
  async 'in a child' (app, stage, declare) {
    await registerFirst(app, stage)
    app.register(async child => { declare(child) })
  },
  'in a child, in the same tick' (app, { options }, declare) {
    app.register(authPlugin, options)
    app.register(async child => { declare(child) })
  },
  'in a child that comes before the plugin' (app, { options }, declare) {
    app.register(async child => { declare(child) })
    app.register(authPlugin, options)
  },
  async 'in a grandchild' (app, stage, declare) {
    await registerFirst(app, stage)
    app.register(async child => { child.register(async grandchild => { declare(grandchild) }) })
  },
  'in a grandchild that comes before the plugin' (app, { options }, declare) {
    app.register(async child => { child.register(async grandchild => { declare(grandchild) }) })
    app.register(authPlugin, options)
  },
  async 'in a plugin without a context of its own' (app, stage, declare) {
    await registerFirst(app, stage)
    app.register(fp(async inner => { declare(inner) }))
  },
  async 'in a sibling of another guarded child' (app, stage, declare) {
    await registerFirst(app, stage)
    app.register(async child => { child.guard(requireRoles('editor')).get('/other', stage.guarded('/other')) })
    app.register(async child => { declare(child) })
  },
  async 'in a child with a registration of its own' (app, stage, declare) {
    await registerFirst(app, stage)
    app.register(async function inner (inner) {
      await inner.register(authPlugin, stage.options)
      declare(inner)
    })
  },
  async 'in a child with a registration of its own, before it' (app, stage, declare) {
    await registerFirst(app, stage)
    app.register(async function inner (inner) {
      declare(inner)
      await inner.register(authPlugin, stage.options)
    })
  },
  'in a child with the only registration' (app, { options }, declare) {
    app.register(async function inner (inner) {
      await inner.register(authPlugin, options)
      inner.register(async child => { declare(child) })
    })
  },
  async 'by a hook on another route' (app, stage, declare) {
    await registerFirst(app, stage)
    const declareOnce = toOnce(declare)
    app.addHook('onRoute', function declareBeside (this: FastifyInstance) { declareOnce(this) })
    app.get('/other', { config: { auth: 'public' } }, stage.open('/other'))
  },
  async 'by a hook on another child' (app, stage, declare) {
    await registerFirst(app, stage)
    app.addHook('onRegister', toOnce(declare))
    app.register(async () => {})
  },
  async 'beside a public twin for another version' (app, stage, declare) {
    await registerFirst(app, stage)
    app.get('/it', { constraints: { version: '1.0.0' }, config: { auth: 'public' } }, stage.open('/it'))
    declare(app)
  },
  async 'among excluded ones' (app, { options, ...stage }, declare) {
    await app.register(authPlugin, { ...options, exclude: ['/i', '/it/below/*', '/i*'] })
    for (const url of ['/i', '/it/below/x', '/i*']) {
      app.get(url, stage.open(url))
    }
    declare(app)
  }
}

/** Those where a guard on the whole app would guard more than is tried here, or less. */
const APART: readonly string[] = [
  'in a child with a registration of its own', 'in a child with a registration of its own, before it', 'in a child with the only registration', 'by a hook on another route',
  'beside a public twin for another version', 'among excluded ones'
]

/** How the guard is put before it. */
const guards: Readonly<Record<string, (stage: Stage) => Declare>> = {
  onRequest: stage => app => { declareAll(app, stage, { onRequest: requireRoles('editor') }) },
  preHandler: stage => app => { declareAll(app, stage, { preHandler: [requireRoles('editor')] }) },
  addHook: stage => function declareHooked (app) {
    app.register(async inner => { declareAll(inner.addHook('preParsing', requireRoles('editor')), stage) })
  }
}

function declareAll (app: FastifyInstance, stage: Stage, options: Partial<RouteOptions> = {}): void {
  app.get('/it', options, stage.guarded('/it'))
  app.route({ method: ['POST', 'DELETE'], url: '/it', ...options, handler: stage.guarded('POST /it') })
  app.register(async inner => { inner.get('/', options, stage.guarded('/prefixed')) }, { prefix: '/prefixed' })
}

function toOnce (declare: Declare): Declare {
  let isDeclared = false
  return function declareOnce (app) {
    if (!isDeclared) {
      isDeclared = true
      declare(app)
    }
  }
}

const rows: readonly Row[] = [
  { name: 'GET', ask: raw('GET', '/it'), reaches: '/it' },
  { name: 'GET, encoded', ask: raw('GET', '/%69t?/other'), reaches: '/it' },
  { name: 'GET, absolute form', ask: raw('GET', 'http://evil.example/it'), reaches: '/it' },
  { name: 'GET, with an upgrade that nobody offers', ask: raw('GET', '/it', { connection: 'Upgrade, close', fields: ['Upgrade: websocket', 'Sec-WebSocket-Version: 13'] }), reaches: '/it' },
  { name: 'GET, with an upgrade to HTTP/2', ask: raw('GET', '/it', { connection: 'Upgrade, HTTP2-Settings, close', fields: ['Upgrade: h2c', 'HTTP2-Settings: AAMAAABk'] }), reaches: '/it' },
  { name: 'HEAD', ask: raw('HEAD', '/it'), reaches: '/it' },
  { name: 'POST', ask: raw('POST', '/it'), reaches: 'POST /it' },
  { name: 'DELETE', ask: raw('DELETE', '/it'), reaches: 'POST /it' },
  { name: 'injected', ask: injected({ url: '/it' }), reaches: '/it' },
  { name: 'a prefix', ask: raw('GET', '/prefixed'), reaches: '/prefixed' },
  { name: 'a prefix and a slash', ask: raw('GET', '/prefixed/'), reaches: '/prefixed' },
  { name: 'HEAD of a prefix and a slash', ask: raw('HEAD', '/prefixed/'), reaches: '/prefixed' }
]

for (const [name, place] of Object.entries(places)) {
  t.test(`a route declared ${name}`, async t => {
    for (const [style, toDeclare] of Object.entries(guards)) {
      for (const manner of MANNERS) {
        const scene = await openScene(t, { manner, build: (app, stage) => place(app, stage, toDeclare(stage)) })
        await t.test(`${style}, ${manner}`, t => walkAll(t, scene, rows))
      }
    }
  })
}

for (const [name, place] of Object.entries(places).filter(([name]) => !APART.includes(name))) {
  t.test(`a route declared ${name}, with a guard on the whole app`, async t => {
    for (const manner of MANNERS) {
      const scene = await openScene(t, {
        manner,
        async build (app, stage) {
          await place(app, stage, app => { declareAll(app, stage) })
          app.after(() => { app.guard(requireRoles('editor')) })
        }
      })
      await walkAll(t, scene, rows)
    }
  })
}

t.test('a route that says nothing is for users, wherever it is declared', async t => {
  for (const [name, place] of Object.entries(places)) {
    for (const manner of MANNERS) {
      const scene = await openScene(t, {
        manner,
        build: (app, stage) => place(app, stage, function declareSilent (app) {
          app.get('/it', stage.open('/it'))
          app.route({ method: ['POST', 'DELETE'], url: '/it', handler: stage.open('POST /it') })
          app.register(async inner => { inner.get('/', stage.open('/prefixed')) }, { prefix: '/prefixed' })
        })
      })
      await tryAll(t, scene, rows.map(row => ({ name: `${name}, ${manner}: ${row.name}`, ask: row.ask, statuses: [401, 401, 200, 200] })))
    }
  }
})

t.test('a guard outside all registrations lets nobody in, and says whose mistake it is', async t => {
  const scene = await openScene(t, {
    build (app, stage) {
      app.register(async inner => { await registerFirst(inner, stage) })
      app.register(async sibling => { declareAll(sibling, stage, { preHandler: requireRoles('editor') }) })
    }
  })
  await tryAll(t, scene, rows.map(({ name, ask }) => ({ name, ask, statuses: [500, 500, 500, 500] })))
})
