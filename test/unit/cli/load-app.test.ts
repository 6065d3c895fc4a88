import { join, relative } from 'node:path'
import t from 'tap'

import { commandApp } from '../../fixtures/command-app.js'
import { loadApp } from '../../../lib/cli/load-app.js'

const kApp = commandApp("app.get('/books', { preHandler: requireRoles('editor') }, async () => [])")

t.test('an app is ready and has its matrix, whichever way its module exports build()', async t => {
  const modules = {
    'named.mjs': kApp,
    'default.mjs': "import { build } from './named.mjs'\nexport default () => build()",
    'commonjs.cjs': "module.exports = { ['bu' + 'ild']: async () => (await import('./named.mjs')).build() }",
    'function.cjs': "module.exports = async () => (await import('./named.mjs')).build()",
    'compiled.cjs': "exports.__esModule = true\nexports['def' + 'ault'] = async () => (await import('./named.mjs')).build()",
    'typed.ts': "import { build as buildApp } from './named.mjs'\nexport const build = async (): Promise<unknown> => await buildApp()",
    'ready.mjs': "import * as named from './named.mjs'\nexport async function build () { const app = await named.build(); await app.ready(); return app }",
    'listening.mjs': "import * as named from './named.mjs'\nexport async function build () { const app = await named.build(); await app.listen({ port: 0 }); return app }",
    'both.mjs': "export * from './named.mjs'\nexport default function none () {}"
  }
  const folder = t.testdir(modules)
  for (const name of Object.keys(modules)) {
    const app = await loadApp(relative(process.cwd(), join(folder, name)))
    t.strictSame(app.accessMatrix().map(({ url }) => url), ['/health', '/books'], name)
    await app.close()
  }
})

t.test('an app is built without arguments', async t => {
  const folder = t.testdir({ 'app.mjs': `${kApp}\nexport default (...given) => given.length === 0 ? build() : null`.replace('export async', 'async') })
  const app = await loadApp(join(folder, 'app.mjs'))
  t.equal(app.accessMatrix().length, 2)
  await app.close()
})

t.test('what has no app, or none that starts, is explained', async t => {
  const building = (result: string): string => `export const build = () => (${result})`
  const cases: ReadonlyArray<readonly [name: string, source: string, explained: RegExp]> = [
    ['silent.mjs', 'export const app = 1', /silent\.mjs exports no build\(\): export a function/],
    ['number.mjs', 'export default 1', /number\.mjs exports no build\(\)/],
    ['list.mjs', 'export default [() => {}]', /list\.mjs exports no build\(\)/],
    ['nothing.mjs', building('undefined'), /^build\(\) of .*nothing\.mjs returned no Fastify app: it must return/],
    ['alike.mjs', building('{ ready: async () => {}, close () {} }'), /returned no Fastify app/],
    ['without.mjs', "import Fastify from 'fastify'\nexport default () => Fastify()", /without\.mjs has no access matrix: register fastify-gatekeeper/],
    ['within.mjs', commandApp('').replace('await app.register(authPlugin', 'await app.register(async inner => inner.register(authPlugin').replace('} })', '} }))'), /within\.mjs has no access matrix: .*not in a context within it/],
    ['stopped.mjs', commandApp("app.get('/x', { config: { auth: 'public' }, preHandler: requireRoles('a') }, async () => 1)"), /stopped\.mjs did not start: AUTH_ROUTE_CONTRADICTORY: GET \/x/],
    ['refused.mjs', commandApp('').replace('/health', '*'), /refused\.mjs did not start: AUTH_OPTION_INVALID: /],
    ['plugin.mjs', "export default async function routes (app) { app.get('/', () => 1) }", /plugin\.mjs did not start: TypeError: .*\n {2}at .*plugin\.mjs:1:\d+\)\nbuild\(\) is called without arguments/],
    ['string.mjs', "export const build = async () => { throw 'just text' }", /string\.mjs did not start: 'just text'$/],
    ['numbered.mjs', "export const build = async () => { throw Object.assign(new Error('odd'), { code: 7, stack: undefined }) }", /did not start: Error: odd$/],
    ['named.mjs', "export const build = async () => { throw Object.assign(new Error('E_ODD: odd'), { code: 'E_ODD' }) }", /did not start: E_ODD: odd$/],
    ['throws.mjs', "throw new TypeError('at import')", /throws\.mjs could not be loaded: TypeError: at import\n {2}at .*throws\.mjs:1:\d+$/],
    ['imports.mjs', "import './none.js'", /imports\.mjs could not be loaded: .*Cannot find module .*none\.js/],
    ['unstripped.mjs', "throw Object.assign(new TypeError('Unknown file extension \".ts\" for /app.ts'), { code: 'ERR_UNKNOWN_FILE_EXTENSION' })", /needs a Node that runs TypeScript, and v\d+\.\S+ does not: take Node 22\.18/],
    ['unknown.mjs', "throw Object.assign(new TypeError('Unknown file extension \".coffee\" for /app.coffee'), { code: 'ERR_UNKNOWN_FILE_EXTENSION' })", /could not be loaded: ERR_UNKNOWN_FILE_EXTENSION: /]
  ]
  const folder = t.testdir(Object.fromEntries(cases))
  for (const [name, , explained] of cases) {
    await t.rejects(loadApp(join(folder, name)), { message: explained }, name)
  }
  await t.rejects(loadApp('none.mjs'), { message: /^there is no file none\.mjs in .*: name the one that exports build\(\)/ })
  await t.rejects(loadApp(folder), { message: /there is no file/ }, 'a folder is no file')
})
