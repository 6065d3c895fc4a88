import { createRequire } from 'node:module'

import autoload from '@fastify/autoload'
import cors from '@fastify/cors'
import websocket from '@fastify/websocket'
import Fastify from 'fastify'
import t from 'tap'

import { openHttp2, openInjection, openUpgrades } from '../fixtures/ask-over.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import authPlugin, { requireRoles } from '../../lib/index.js'

import type { FastifyInstance, FastifyPluginCallback, FastifyRequest } from 'fastify'
import type { Test } from 'tap'
import type { Ask } from '../fixtures/ask-over.js'

// Its types declare a `request.user` of their own, beside ours.
const fastifyJwt = createRequire(import.meta.url)('@fastify/jwt') as FastifyPluginCallback<{ secret: string, decoratorName: string }>

const issuer = handIssuer()
const elsewhere = handIssuer('https://elsewhere.example')
const alice = bearer(issuer.token({ roles: ['editor'] }))
const bob = bearer(issuer.token({ sub: 'bob' }))
const stranger = bearer(elsewhere.token({ roles: ['editor'] }))
const callers = { nobody: {}, alice, bob, stranger, broken: bearer('text') }

type Caller = keyof typeof callers

/** What became of the routes that one way to register led to. */
interface Scene {
  readonly app: FastifyInstance
  /** Whom the handlers saw. */
  readonly seen: Array<string | null>
  readonly options: { readonly jwtProvider: ReturnType<typeof issuer.provider>, readonly exclude: string[] }
  /** Declares the three routes. */
  declare (instance: FastifyInstance): void
  handle (request: FastifyRequest): Promise<string>
}

/** One way to register the plugin and to declare routes. */
interface Way {
  readonly name: string
  readonly prefix?: string
  /** Whether the plugin knows of the routes when the app is ready; it cannot know of those that were declared before it had loaded. */
  readonly isEarly?: boolean
  /** The methods of each of a route's rows. */
  readonly methods?: ReadonlyArray<readonly string[]>
  readonly create?: () => FastifyInstance
  readonly register: (scene: Scene, t: Test) => unknown
  readonly open?: (app: FastifyInstance, t: Test) => Promise<Ask>
  /** The status of an answer without an error. */
  readonly success?: number
}

const ways: readonly Way[] = [
  { name: 'awaited', register: registerFirst },
  { name: 'in the same tick', isEarly: true, register: ({ app, options, declare }) => { app.register(authPlugin, options); declare(app) } },
  { name: 'in after()', register: ({ app, options, declare }) => { app.register(authPlugin, options); app.after(() => { declare(app) }) } },
  { name: 'in a child of the same tick', register: ({ app, options, declare }) => { app.register(authPlugin, options); app.register(async child => { declare(child) }) } },
  { name: 'after a child that was loaded', isEarly: true, register: ({ app, options, declare }) => { app.register(async child => { declare(child) }); app.register(authPlugin, options) } },
  { name: 'by @fastify/autoload', register: registerByAutoload },
  {
    name: 'nested',
    prefix: '/deep/er',
    register: ({ app, options, declare }) => app.register(async context => {
      await context.register(authPlugin, options)
      context.register(async inner => { declare(inner) }, { prefix: '/er' })
    }, { prefix: '/deep' })
  },
  {
    name: 'beside a sibling',
    prefix: '/one',
    async register ({ app, options, declare }) {
      await app.register(async one => { await one.register(authPlugin, options); declare(one) }, { prefix: '/one' })
      await app.register(async two => { await two.register(authPlugin, { jwtProvider: elsewhere.provider() }); two.get('/', async () => 'two') }, { prefix: '/two' })
    }
  },
  {
    name: 'twice, one inside the other',
    prefix: '/inner',
    async register ({ app, options, declare }) {
      await app.register(authPlugin, { jwtProvider: elsewhere.provider() })
      await app.register(async inner => { await inner.register(authPlugin, options); declare(inner) }, { prefix: '/inner' })
    }
  },
  { name: 'before @fastify/jwt with decoratorName', async register (scene) { await registerFirst(scene); await registerJwt(scene.app) } },
  { name: 'after @fastify/jwt with decoratorName', async register (scene) { await registerJwt(scene.app); await registerFirst(scene) } },
  { name: 'before @fastify/cors', async register (scene) { await scene.app.register(authPlugin, scene.options); await scene.app.register(cors); scene.declare(scene.app) } },
  { name: 'after @fastify/cors', async register (scene) { await scene.app.register(cors); await registerFirst(scene) } },
  { name: 'over HTTP/2', create: () => Fastify({ http2: true }) as unknown as FastifyInstance, register: registerFirst, open: openHttp2 },
  { name: 'for WebSocket upgrades', methods: [['GET'], ['HEAD']], register: registerWebSocket, open: openUpgrades, success: 101 }
]

/** Who gets in where. */
const cells: ReadonlyArray<readonly [path: string, caller: Caller, status: number]> = [
  ['/guarded', 'nobody', 401], ['/guarded', 'broken', 401], ['/guarded', 'stranger', 401], ['/guarded', 'bob', 403], ['/guarded', 'alice', 200],
  ['/plain', 'nobody', 401], ['/plain', 'broken', 401], ['/plain', 'stranger', 401], ['/plain', 'bob', 200], ['/plain', 'alice', 200],
  ['/open', 'nobody', 200], ['/open', 'broken', 200], ['/open', 'stranger', 200], ['/open', 'bob', 200], ['/open', 'alice', 200]
]

const rows = [
  { url: '/guarded', mode: 'required', declaredBy: 'guard', guard: { kind: 'roles', wanted: ['editor'], match: 'any' }, authenticators: ['bearerAuth'] },
  { url: '/plain', mode: 'required', declaredBy: 'default', guard: null, authenticators: ['bearerAuth'] },
  { url: '/open', mode: 'public', declaredBy: 'exclude', guard: null, authenticators: [] }
]

for (const way of ways) {
  t.test(`registered ${way.name}, the plugin guards`, t => proveWay(t, way))
}

async function proveWay (t: Test, way: Way): Promise<void> {
  const { prefix = '', success = 200, open = openInjection } = way
  const { app, seen, readMatrix } = await build(way, t)
  const ask = await open(app, t)
  for (const [path, caller, status] of cells) {
    seen.length = 0
    const isIn = status === 200
    const answer = await ask(`${prefix}${path}`, callers[caller])
    const cell = `${path} for ${caller}`
    t.equal(answer.status, isIn ? success : status, `${cell}: status`)
    t.strictSame(seen, isIn ? [path === '/open' ? null : caller] : [], `${cell}: request.user`)
    t.equal(answer.challenge, status === 401 ? toChallenge(caller) : undefined, `${cell}: challenge`)
  }
  t.strictSame(readMatrix(), toMatrix(way), 'the matrix')
}

function toMatrix ({ prefix = '', methods = [['GET', 'HEAD']], isEarly = false }: Way): readonly object[] {
  return isEarly ? [] : rows.flatMap(row => methods.map(each => ({ methods: each, ...row, url: `${prefix}${row.url}` })))
}

t.test('a URL without a route is 404 for everybody, and costs no token work', async t => {
  for (const way of ways.filter(({ open, prefix }) => open === undefined && prefix === undefined)) {
    const { app, jwtProvider } = await build(way, t)
    for (const headers of Object.values(callers)) {
      t.match(await app.inject({ url: '/nowhere', headers }), { statusCode: 404 }, way.name)
    }
    t.equal(jwtProvider.asked, 0, way.name)
  }
})

t.test('a not-found handler is guarded by the guards it has', async t => {
  const statuses = { nobody: 401, broken: 401, stranger: 401, bob: 403, alice: 404 }
  for (const place of ['before', 'after'] as const) {
    for (const prefix of ['', '/part']) {
      const seen: Array<string | null> = []
      const app = Fastify()
      t.teardown(() => app.close())
      const handleMissing = (instance: FastifyInstance) => instance.setNotFoundHandler({ preHandler: requireRoles('editor') }, async (request, reply) => {
        seen.push(request.user?.id ?? null)
        return reply.code(404).send('nothing here')
      })
      await app.register(async part => {
        place === 'before' && handleMissing(part)
        await part.register(authPlugin, { jwtProvider: issuer.provider() })
        place === 'after' && handleMissing(part)
      }, { prefix })
      for (const [caller, status] of Object.entries(statuses)) {
        t.match(await app.inject({ url: `${prefix}/nowhere`, headers: callers[caller as Caller] }), { statusCode: status }, `${place} ${prefix} ${caller}`)
      }
      t.strictSame(seen, ['alice'])
    }
  }
})

t.test('an unguarded not-found handler sees nobody', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(authPlugin, { jwtProvider: issuer.provider() })
  app.setNotFoundHandler(async ({ user }, reply) => reply.code(404).send({ user }))
  t.same((await app.inject({ url: '/nowhere', headers: alice })).json(), { user: null })
})

t.test('@fastify/cors writes its headers on a 401 and answers preflights, whichever came first', async t => {
  for (const way of ways.filter(({ name }) => name.includes('cors'))) {
    const { app } = await build(way, t)
    const headers = { origin: 'https://page.example' }
    t.match(await app.inject({ url: '/plain', headers }), { statusCode: 401, headers: { 'access-control-allow-origin': '*' } }, way.name)
    const preflight = await app.inject({ method: 'OPTIONS', url: '/plain', headers: { ...headers, 'access-control-request-method': 'GET' } })
    t.match(preflight, { statusCode: 204, headers: { 'access-control-allow-origin': '*' } }, way.name)
  }
})

async function build ({ prefix = '', create = () => Fastify(), register }: Way, t: Test) {
  const app = create()
  t.teardown(() => app.close())
  const seen: Array<string | null> = []
  const jwtProvider = issuer.provider()
  let where = app
  async function handle ({ user }: FastifyRequest): Promise<string> {
    seen.push(user?.id ?? null)
    return 'ok'
  }
  function declare (instance: FastifyInstance): void {
    where = instance
    instance.get('/guarded', { preHandler: requireRoles('editor') }, handle)
    instance.get('/plain', handle)
    instance.get('/open', handle)
  }
  const readMatrix = () => where.accessMatrix().filter(({ url }) => rows.some(row => url === `${prefix}${row.url}`))
  await register({ app, seen, declare, handle, options: { jwtProvider, exclude: [`${prefix}/open`] } }, t)
  await app.ready()
  return { app, seen, jwtProvider, readMatrix }
}

async function registerFirst ({ app, options, declare }: Scene): Promise<void> {
  await app.register(authPlugin, options)
  declare(app)
}

async function registerJwt (app: FastifyInstance): Promise<void> {
  await app.register(fastifyJwt, { secret: 'thirty-two bytes are not too few', decoratorName: 'jwtUser' })
}

async function registerByAutoload ({ app, options, handle }: Scene, t: Test): Promise<void> {
  const folder = t.testdir({
    'package.json': '{ "type": "module" }',
    plugins: { 'auth.js': "export default Object.assign(async (app, { plugin, settings }) => { await app.register(plugin, settings) }, { [Symbol.for('skip-override')]: true })" },
    routes: { 'all.js': "export default async (app, { handle }) => { app.get('/guarded', { preHandler: app.requireRoles('editor') }, handle); app.get('/plain', handle); app.get('/open', handle) }" }
  })
  app.register(autoload, { dir: `${folder}/plugins`, options: { plugin: authPlugin, settings: options } })
  app.register(autoload, { dir: `${folder}/routes`, options: { handle } })
}

async function registerWebSocket ({ app, options, handle }: Scene): Promise<void> {
  await app.register(websocket)
  await app.register(authPlugin, options)
  const answer = async (socket: { close (): void }, request: FastifyRequest): Promise<void> => {
    await handle(request)
    socket.close()
  }
  app.get('/guarded', { websocket: true, preHandler: requireRoles('editor') }, answer)
  app.get('/plain', { websocket: true }, answer)
  app.get('/open', { websocket: true }, answer)
}

function toChallenge (caller: Caller): string {
  return caller === 'nobody' ? 'Bearer realm="api"' : 'Bearer realm="api", error="invalid_token"'
}
