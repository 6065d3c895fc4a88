import t from 'tap'

import { requireRoles } from '../../lib/index.js'
import { overHttp2, raw } from './routing-asks.js'
import { openScene, problemsOf, registerFirst, walkAll } from './routing-scene.js'
import { encodings, parameters, reachOf, shapes, targets } from './routing-spellings.js'

import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import type { Test } from 'tap'
import type { Lenience, Reach, Spelling } from './routing-spellings.js'
import type { Row, Scene, Stage } from './routing-scene.js'

const PLACES = [
  '/', '/admin', '/admin/deep', '/users/:id', '/files/*', '/orders/:number(^\\d+$)', '/near/:lat-:lng', '/at/:hour(^\\d{2})h:minute(^\\d{2})m',
  '/optional/:part?', '/café', '/colon::x'
] as const

const lenient: Readonly<Record<Lenience, object>> = {
  trailing: { ignoreTrailingSlash: true },
  duplicate: { ignoreDuplicateSlashes: true },
  case: { caseSensitive: false },
  semicolon: { useSemicolonDelimiter: true }
}

const ALL = Object.keys(lenient) as Lenience[]
const spellings = [...encodings, ...shapes, ...targets, ...parameters]

/** The ways to put a guard before all places. */
const styles: Readonly<Record<string, (app: FastifyInstance, stage: Stage) => unknown>> = {
  async own (app, stage) {
    await registerFirst(app, stage)
    declare(app, stage, { preHandler: requireRoles('editor') })
  },
  async context (app, stage) {
    await registerFirst(app, stage)
    declare(app.guard(requireRoles('editor')), stage)
  },
  async hooked (app, stage) {
    await registerFirst(app, stage)
    app.register(async inner => { declare(inner.addHook('preValidation', requireRoles('editor')), stage) })
  },
  async early (app, stage) {
    declare(app, stage, { preParsing: requireRoles('editor') })
    await registerFirst(app, stage)
  }
}

function declare (app: FastifyInstance, stage: Stage, options: object = {}): void {
  for (const place of PLACES) {
    app.get(place, options, stage.guarded(place))
  }
  for (const place of ['/public', '/public/*']) {
    app.get(place, stage.open(place))
  }
}

async function openPlaces (t: Test, lenience: readonly Lenience[], style = 'own', server: FastifyServerOptions = {}): Promise<Scene> {
  const routerOptions = Object.assign({}, ...lenience.map(each => lenient[each]))
  return await openScene(t, { server: { ...server, routerOptions }, plugin: { exclude: ['/public', '/public/*'] }, build: styles[style] as (typeof styles)[string] })
}

function toRow (name: string, ask: Row['ask'], reach: Reach): Row {
  return typeof reach === 'number' ? { name, ask, reaches: null, status: reach } : { name, ask, reaches: reach }
}

function toRows (table: readonly Spelling[], lenience: readonly string[] = []): readonly Row[] {
  return table.map(spelling => toRow(spelling[0], raw('GET', spelling[1]), reachOf(spelling, lenience)))
}

for (const [name, lenience] of [['a router as it comes', []], ['a router that overlooks everything', ALL]] as const) {
  for (const style of Object.keys(styles)) {
    t.test(`every spelling of a URL, ${name}, guards: ${style}`, async t => {
      const scene = await openPlaces(t, lenience, style)
      await walkAll(t, scene, toRows(spellings, lenience))
    })
  }
}

for (const each of ALL) {
  t.test(`every spelling of a URL, a router with ${Object.keys(lenient[each]).join()}`, async t => {
    await walkAll(t, await openPlaces(t, [each]), toRows(spellings, [each]))
  })
}

t.test('every spelling of a URL over HTTP/2, where nobody tidies it up on the way', async t => {
  const table = spellings.filter(([, target]) => /^\/[\x21-\x7e]*$/.test(target) && target.length < 10_000)
  t.ok(table.length > 100)
  for (const lenience of [[], ALL]) {
    const scene = await openPlaces(t, lenience, 'own', { http2: true } as unknown as FastifyServerOptions)
    await walkAll(t, scene, table.map(spelling => toRow(spelling[0], overHttp2('GET', spelling[1]), reachOf(spelling, lenience))))
  }
})

t.test('behind a route for everything there is no spelling that it does not guard', async t => {
  for (const lenience of [[], ALL]) {
    const routerOptions = Object.assign({}, ...lenience.map(each => lenient[each]))
    const scene = await openScene(t, {
      server: { routerOptions },
      async build (app, stage) {
        await registerFirst(app, stage)
        app.get('*', { preHandler: requireRoles('editor') }, stage.guarded('*'))
      }
    })
    await walkAll(t, scene, spellings.map(function toCaught (spelling) {
      const reach = reachOf(spelling, lenience)
      return toRow(spelling[0], raw('GET', spelling[1]), reach === 400 || reach === 431 ? reach : '*')
    }))
  }
})

t.test('headers that name another URL (CVE-2023-27487, CVE-2026-40575)', async t => {
  const names = [
    'X-Original-URL', 'X-Rewrite-URL', 'X-Forwarded-Uri', 'X-Original-Uri', 'X-Envoy-Original-Path', 'X-Forwarded-Prefix', 'X-Forwarded-Path', 'X-Accel-Redirect',
    'X-Original-Method', 'X-Override-URL', 'Location', 'Referer', 'Destination', 'X-Forwarded-Host', 'X-Host', 'Forwarded', 'User-Agent', 'Origin'
  ]
  for (const server of [{}, { trustProxy: true }]) {
    const scene = await openPlaces(t, [], 'own', server)
    await walkAll(t, scene, names.flatMap(name => [
      { name: `${name}: an open place`, ask: raw('GET', '/admin', { fields: [`${name}: /public`] }), reaches: '/admin' },
      { name: `${name}: an open place, as a URL`, ask: raw('GET', '/admin', { fields: [`${name}: http://api.example/public`] }), reaches: '/admin' },
      { name: `${name}: a guarded place`, ask: raw('GET', '/public', { fields: [`${name}: /admin`] }), reaches: 'open /public' }
    ]))
  }
})

t.test('hosts: they are for constraints, and for nothing else', async t => {
  const scene = await openScene(t, {
    async build (app, stage) {
      await registerFirst(app, stage)
      const preHandler = requireRoles('editor')
      app.get('/', { constraints: { host: 'open.example' }, config: { auth: 'public' } }, stage.open('/ of open.example'))
      app.get('/', { constraints: { host: 'api.example' }, preHandler }, stage.guarded('/ of api.example'))
      app.get('/', { constraints: { host: /^.*\.wild\.example$/ }, preHandler }, stage.guarded('/ of wild.example'))
      app.get('/versions', { constraints: { version: '1.2.3' }, config: { auth: 'public' } }, stage.open('1.2.3'))
      app.get('/versions', { constraints: { version: '2.0.0' }, preHandler }, stage.guarded('2.0.0'))
      app.get('/any', { preHandler }, stage.guarded('/any'))
    }
  })
  const hosts: ReadonlyArray<readonly [string, string | null, Reach, (readonly string[])?]> = [
    ['the open host', 'open.example', 'open / of open.example'], ['the guarded host', 'api.example', '/ of api.example'], ['in capitals', 'API.EXAMPLE', 404],
    ['a port', 'api.example:80', 404], ['a dot behind', 'api.example.', 404], ['a user', 'open.example@api.example', 404], ['a path', 'api.example/open.example', 404],
    ['a list', 'open.example, api.example', 404], ['empty', '', 404], ['none', null, 400], ['by a pattern', 'a.wild.example', '/ of wild.example'],
    ['a pattern and an open host', 'open.example.wild.example', '/ of wild.example'],
    ['two hosts, the open one first', 'open.example', 'open / of open.example', ['Host: api.example']],
    ['two hosts, the guarded one first', 'api.example', '/ of api.example', ['Host: open.example']],
    ['forwarded for the open one', 'api.example', '/ of api.example', ['X-Forwarded-Host: open.example', 'Forwarded: host=open.example']]
  ]
  const versions: ReadonlyArray<readonly [string, readonly string[], Reach]> = [
    ['the open one', ['1.2.3'], 'open 1.2.3'], ['the guarded one', ['2.0.0'], '2.0.0'], ['a range', ['2.x'], '2.0.0'], ['a range of the open one', ['1.x'], 'open 1.2.3'],
    ['any', ['*'], '2.0.0'], ['none', [], 404], ['a third', ['3.0.0'], 404], ['a range of both', ['>=1'], 404], ['with a v', ['v2.0.0'], 404], ['twice', ['1.2.3', '2.0.0'], 404]
  ]
  await walkAll(t, scene, [
    ...hosts.map(([name, host, reach, fields = []]) => toRow(`host: ${name}`, raw('GET', '/', { host, fields }), reach)),
    ...versions.map(([name, wanted, reach]) => toRow(`version: ${name}`, raw('GET', '/versions', { fields: wanted.map(each => `Accept-Version: ${each}`) }), reach)),
    ...hosts.filter(([, host]) => host !== null).map(([name, host, , fields = []]) => toRow(`no constraint: ${name}`, raw('GET', '/any', { host, fields }), '/any')),
    toRow('absolute form, the other host in it', raw('GET', 'http://open.example/', { host: 'api.example' }), '/ of api.example')
  ])
})

t.test('a rewritten URL is guarded by what it became, not by what it was', async t => {
  const rewrites: ReadonlyArray<readonly [string, NonNullable<FastifyServerOptions['rewriteUrl']>, ReadonlyArray<readonly [string, Reach, (readonly string[])?]>]> = [
    ['an alias', ({ url = '' }) => url.replace(/^\/alias/, '/admin'), [['/alias', '/admin'], ['/alias/deep', '/admin/deep'], ['/aliasx', 404], ['/%61lias', 404], ['/public', 'open /public']]],
    ['an open name for a guarded place', ({ url = '' }) => url === '/public' ? '/admin' : url, [['/public', '/admin'], ['/public?', 'open /public'], ['/public/x', 'open /public/*']]],
    ['decoded once more', ({ url = '' }) => decodeURIComponent(url), [['/%2561dmin', '/admin'], ['/admin%2fdeep', '/admin/deep'], ['/public%2f..%2fadmin', 'open /public/*'], ['/admin%3f/public', '/admin']]],
    ['dots resolved', ({ url = '' }) => new URL(url, 'http://api.example').pathname, [['/public/../admin', '/admin'], ['/public/%2e%2e/admin', '/admin'], ['/admin/../public', 'open /public'], ['\\admin', 400]]],
    ['by a header of the client', ({ url = '', headers }) => String(headers['x-rewrite-url'] ?? url), [
      ['/public', '/admin', ['X-Rewrite-URL: /admin']], ['/admin', 'open /public', ['X-Rewrite-URL: /public']], ['/admin', 404, ['X-Rewrite-URL: /nowhere']]
    ]]
  ]
  for (const [name, rewriteUrl, table] of rewrites) {
    const scene = await openPlaces(t, [], 'own', { rewriteUrl })
    await walkAll(t, scene, table.map(([target, reach, fields = []]) => toRow(`${name}: ${target} ${fields.join()}`, raw('GET', target, { fields }), reach)))
  }
})

t.test('an app without guards is noticed', async t => {
  const scene = await openScene(t, {
    plugin: { mode: 'public' },
    async build (app, stage) {
      await registerFirst(app, stage)
      app.get('/admin', stage.guarded('/admin'))
    }
  })
  const problems = await problemsOf(scene, { name: 'as it is', ask: raw('GET', '/admin'), reaches: '/admin' })
  for (const caller of ['nobody', 'forger', 'reader', 'editor']) {
    t.ok(problems.includes(`${caller}: the handler of /admin ran, and nobody had let the caller in`))
  }
  t.ok(problems.includes('nobody: status 200 instead of 401'))
})
