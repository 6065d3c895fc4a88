import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { findUndocumented } from './architecture/documentation.js'
import { findImportFaults, findUnused, listPackages } from './architecture/layers.js'
import { findAugmentationFaults, findImportTimeFaults, findLengthFaults, findRuntimeFaults, findSilencedFaults } from './architecture/rules.js'
import { findUnnamable } from './architecture/signatures.js'
import { readSources, toSource } from './architecture/source.js'
import type { Source } from './architecture/source.js'

type Rule = (source: Source) => readonly string[]

const kRoot = fileURLToPath(new URL('..', import.meta.url))
const kEntries = ['lib/index.ts', 'lib/providers/jwt/index.ts', 'lib/providers/oidc/index.ts', 'lib/providers/cognito/index.ts', 'lib/providers/cognito/admin/index.ts', 'lib/providers/entra/index.ts', 'lib/providers/introspection/index.ts', 'lib/providers/basic/index.ts', 'lib/providers/api-key/index.ts', 'lib/sources/cache/index.ts', 'lib/providers/gateway/index.ts', 'lib/passthrough/index.ts', 'lib/sources/sql/index.ts', 'lib/testing/index.ts']
const kPrograms = ['lib/cli/main.ts', 'lib/cli/app-process.ts', 'lib/providers/basic/bcrypt-thread.ts']

const sources = readSources(kRoot, ['lib', 'types'])

function faultsOf (rule: Rule, of: readonly Source[] = sources): readonly string[] {
  return of.flatMap(source => rule(source))
}

t.test('the tree', async t => {
  t.ok(sources.length > 20, 'is found')
  t.strictSame(faultsOf(findImportFaults), [], 'imports go down, and packages stay in their folders')
  t.strictSame(findUnused(sources, [...kEntries, ...kPrograms]), [], 'no file is left over')
  t.strictSame(faultsOf(findLengthFaults), [], 'no file has more than 250 lines')
  t.strictSame(faultsOf(findImportTimeFaults), [], 'nothing works when imported')
  t.strictSame(faultsOf(findAugmentationFaults), [], 'one file augments Fastify')
  t.strictSame(faultsOf(findSilencedFaults), [], 'no tool is silenced')
  t.strictSame(faultsOf(findRuntimeFaults, sources.filter(({ path }) => path.startsWith('types/'))), [], 'types are nothing but types')
})

t.test('importing the package loads its few small dependencies and no optional one', async t => {
  const packages = listPackages(sources, 'lib/index.ts').filter(name => !name.startsWith('node:'))
  t.strictSame(packages, ['@fastify/cookie', '@fastify/error', 'fastify-plugin', 'lru-cache'])
})

t.test('importing what works with Amazon Cognito loads nothing of the AWS SDK', async t => {
  for (const entry of ['lib/providers/cognito/index.ts', 'lib/providers/cognito/admin/index.ts']) {
    t.strictSame(listPackages(sources, entry).filter(name => name.startsWith('@aws-sdk/')), [], entry)
  }
})

t.test('what an entry exports is documented', async t => {
  for (const entry of kEntries) t.strictSame(findUndocumented(sources, entry), [], entry)
})

t.test('every type that something exported names is exported', async t => {
  t.strictSame(findUnnamable(sources, kEntries), [])
})

t.test('examples use the package as its users do', async t => {
  const examples = existsSync(`${kRoot}examples`) ? readSources(kRoot, ['examples']) : []
  const faults = examples.flatMap(({ path, imports }) => imports.filter(({ specifier }) => specifier.startsWith('../')).map(() => path))
  t.strictSame(faults, [])
})

t.test('the lock file names no registry', async t => {
  t.notMatch(readFileSync(`${kRoot}package-lock.json`, 'utf8'), '"resolved": "http')
})

t.test('the rule of imports refuses', async t => {
  const refused: readonly (readonly [path: string, text: string])[] = [
    ['types/user.ts', "import { isRecord } from '../lib/util/is-record.js'"],
    ['lib/util/when.ts', "import type { AuthError } from '../errors.js'"],
    ['lib/util/when.ts', "import { readFileSync } from 'node:fs'"],
    ['lib/errors.ts', "import { when } from './util/when.js'"],
    ['lib/schemes/bearer.ts', "import { createUser } from '../user/create-user.js'"],
    ['lib/guards/judge.ts', "import type { Verdict } from '../authenticate.js'"],
    ['lib/guards/judge.ts', "export { resolveMode } from '../routes.js'"],
    ['lib/guards/judge.ts', "const lazy = async () => await import('../plugin.js')"],
    ['lib/guards/judge.ts', "let late: import('../plugin.js').Plugin"],
    ['lib/guards/judge.ts', "import { jwtVerify } from 'jose/jwt/verify'"],
    ['lib/guards/judge.ts', "import Fastify from 'fastify'"],
    ['lib/routes.ts', "import { writeChallenge } from './challenge.js'"],
    ['lib/plugin.ts', "import { jwt } from './providers/jwt/index.js'"],
    ['lib/plugin.ts', "import { fakeUser } from './testing/index.js'"],
    ['lib/index.ts', "export { oidc } from './providers/oidc/index.js'"],
    ['lib/providers/jwt/verify.ts', "import { compactVerify } from 'jose/jws/compact/verify'"],
    ['lib/providers/introspection/client-authentication.ts', "import { SignJWT } from 'jose'"],
    ['lib/providers/jwt/verify.ts', "import { Type } from '@sinclair/typebox'"],
    ['lib/providers/jwt/verify.ts', "import { discover } from '../oidc/discover.js'"],
    ['lib/providers/jwt/verify.ts', "import { resolveOptions } from '../../options.js'"],
    ['lib/testing/inject-as.ts', "import { authPlugin } from '../plugin.js'"],
    ['lib/cli/run.ts', "import { authPlugin } from '../plugin.js'"],
    ['lib/cli/run.ts', "import { oidc } from '../providers/oidc/index.js'"],
    ['lib/access-matrix.ts', "import { passthrough } from './passthrough/plugin.js'"],
    ['lib/passthrough/plugin.ts', "import { authPlugin } from '../plugin.js'"],
    ['lib/passthrough/plugin.ts', "import { Type } from '@sinclair/typebox'"],
    ['lib/access-matrix.ts', "import { toMarkdown } from './cli/to-markdown.js'"],
    ['lib/authenticate.ts', "import { LRUCache } from 'lru-cache'"],
    ['lib/authenticate.ts', "import('left-' + 'pad')"],
    ['lib/stray.ts', '']
  ]
  for (const [path, text] of refused) t.equal(findImportFaults(toSource(path, text)).length, 1, `${path}: ${text}`)
})

t.test('the rule of imports allows', async t => {
  const allowed: readonly (readonly [path: string, text: string])[] = [
    ['lib/util/is-record.ts', "import type { Seconds } from '../../types/units.js'"],
    ['lib/guards/judge.ts', "import { AUTH_KIND_REFUSED } from '../errors.js'"],
    ['lib/guards/judge.ts', "import type { FastifyRequest } from 'fastify'"],
    ['lib/failure-counter.ts', "import { LRUCache } from 'lru-cache'"],
    ['lib/providers/introspection/client-authentication.ts', "import { SignJWT } from 'jose/jwt/sign'"],
    ['lib/providers/jwt/verify.ts', "import { verify } from 'node:crypto'"],
    ['lib/providers/jwt/options.ts', "import { Type } from '@sinclair/typebox'"],
    ['lib/providers/oidc/index.ts', "import { jwt } from '../jwt/index.js'"],
    ['lib/testing/inject-as.ts', "import { createUser } from '../user/create-user.js'"],
    ['lib/cli/formats.ts', "import { printMatrix } from '../access-matrix.js'"],
    ['lib/plugin.ts', "import { resolveOptions } from './options.js'"]
  ]
  for (const [path, text] of allowed) t.strictSame(findImportFaults(toSource(path, text)), [], `${path}: ${text}`)
})

t.test('the other rules refuse', async t => {
  const refused: readonly (readonly [rule: Rule, text: string])[] = [
    [findLengthFaults, '\n'.repeat(251)],
    [findImportTimeFaults, 'const answer = await ask()'],
    [findImportTimeFaults, 'for await (const each of all) keep(each)'],
    [findImportTimeFaults, "const lazy = import('jose/jwks/remote')"],
    [findImportTimeFaults, 'if (late) globalThis.setTimeout(run, 1)'],
    [findRuntimeFaults, 'export const limit = 1'],
    [findRuntimeFaults, "import { type Seconds } from './units.js'"],
    [findRuntimeFaults, "export * from './units.js'"],
    [findAugmentationFaults, "declare module 'fastify' { interface FastifyRequest {} }"],
    [findAugmentationFaults, 'declare global { var answer: number }'],
    [findSilencedFaults, '// @ts-expect-error'],
    [findSilencedFaults, '/* c8 ignore next */']
  ]
  for (const [rule, text] of refused) t.equal(rule(toSource('types/sample.ts', text)).length, 1, text.slice(0, 60))
})

t.test('the other rules allow', async t => {
  const allowed: readonly (readonly [rule: Rule, text: string])[] = [
    [findLengthFaults, '\n'.repeat(250)],
    [findImportTimeFaults, 'export const ask = async () => { await import("a"); setTimeout(ask, 1) }'],
    [findImportTimeFaults, 'class Keys { async load () { for await (const key of this) await fetch(key) } }'],
    [findRuntimeFaults, "import type { Seconds } from './units.js'\nexport interface Span { readonly length: Seconds }"],
    [findSilencedFaults, 'export const note = "c8 ignore"']
  ]
  for (const [rule, text] of allowed) t.strictSame(rule(toSource('types/sample.ts', text)), [], text.slice(0, 60))
})

t.test('only what loading an entry loads is counted', async t => {
  const tree = [
    toSource('lib/index.ts', "import './a.js'\nimport type { B } from './b.js'\nexport { c } from './c.js'"),
    toSource('lib/a.ts', "import './index.js'\nimport 'lru-cache'\nimport type { X } from 'fastify'"),
    toSource('lib/b.ts', "import 'jose'"),
    toSource('lib/c.ts', "const later = () => import('@sinclair/typebox')")
  ]
  t.strictSame(listPackages(tree, 'lib/index.ts'), ['lru-cache'])
})

t.test('a file that nothing leads to is found', async t => {
  const tree = [
    toSource('lib/index.ts', "import type { A } from './a.js'\nconst later = () => import('./b.js')"),
    toSource('lib/a.ts', "import './index.js'"),
    toSource('lib/b.ts', ''),
    toSource('lib/left.ts', "import './a.js'")
  ]
  t.strictSame(findUnused(tree, ['lib/index.ts']), ['lib/left.ts'])
})

t.test('a missing doc block is found through re-exports and imports', async t => {
  const tree = [
    toSource('lib/index.ts', "export * from './a.js'\nexport { b as c } from './b.js'\nimport { d } from './d.js'\nexport { d }\nexport type { T } from './d.js'"),
    toSource('lib/a.ts', 'export function a () {}\n/** Fine. */\nexport const fine = 1'),
    toSource('lib/b.ts', "export { inner as b } from './d.js'"),
    toSource('lib/d.ts', 'export const inner = 1\nexport class d {}\n/** Fine. */\nexport type T = 1')
  ]
  t.strictSame(findUndocumented(tree, 'lib/index.ts'), ['a of lib/a.ts has no doc block', 'b of lib/b.ts has no doc block', 'd of lib/index.ts has no doc block'])
  t.equal(findUndocumented(tree, 'lib/none.ts').length, 1)
})

t.test('a type that only a signature names is found, wherever it comes from', async t => {
  const tree = [
    toSource('lib/index.ts', "export { a } from './a.js'\nexport { b, type Base } from './b.js'"),
    toSource('lib/a.ts', "import type { Far as Distant } from './far.js'\nimport type { Theirs } from 'fastify'\nexport interface Near {}\ninterface Hidden {}\nexport function a (near: Near, hidden: Hidden, theirs: Theirs): readonly Distant[] { const inner: Inner = 1 }\nexport type Inner = 1"),
    toSource('lib/b.ts', 'export interface Base {}\nexport interface Above extends Base {}\nexport class b implements Base { above?: Above }'),
    toSource('lib/far.ts', 'export interface Far {}')
  ]
  t.strictSame(findUnnamable(tree, ['lib/index.ts']), ['a of lib/a.ts names Near, which no entry exports', 'a of lib/a.ts names Far, which no entry exports', 'b of lib/b.ts names Above, which no entry exports'])
  t.strictSame(findUnnamable(tree, ['lib/index.ts', 'lib/a.ts', 'lib/b.ts', 'lib/far.ts']), [])
})
