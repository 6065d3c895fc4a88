import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import * as gatekeeper from '../lib/index.js'
import { pluginOptionsSchema } from '../lib/options-schema.js'
import { basicOptionsSchema } from '../lib/providers/basic/options.js'
import { commonJwtDefaults, commonJwtProperties, jwtOptionsSchema } from '../lib/providers/jwt/options.js'
import { cognitoActionsOptionsSchema } from '../lib/providers/cognito/admin/actions-options.js'
import { cognitoOptionsSchema } from '../lib/providers/cognito/options.js'
import { cognitoUrlsOptionsSchema } from '../lib/providers/cognito/urls-options.js'
import { cognitoRoutesOptionsSchema } from '../lib/providers/cognito/admin/routes-options.js'
import { identityPoolOptionsSchema } from '../lib/providers/cognito/identity-pool-options.js'
import { cognitoProfileOptionsSchema } from '../lib/providers/cognito/profile-options.js'
import { entraGraphGroupsOptionsSchema } from '../lib/providers/entra/graph-options.js'
import { entraOptionsSchema } from '../lib/providers/entra/options.js'
import { passthroughOptionsSchema } from '../lib/passthrough/options.js'
import { introspectionOptionsSchema } from '../lib/providers/introspection/options.js'
import { auth0OptionsSchema } from '../lib/providers/oidc/auth0-options.js'
import { googleOptionsSchema } from '../lib/providers/oidc/google-options.js'
import { keycloakOptionsSchema } from '../lib/providers/oidc/keycloak-options.js'
import { oidcOptionsSchema } from '../lib/providers/oidc/options.js'
import { readSources } from './architecture/source.js'
import { findSection, listAnchors, listHeadings, listLinks, readTable } from './docs/markdown.js'

const kRoot = fileURLToPath(new URL('..', import.meta.url))
const kPages = [
  'README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs/api-keys.md', 'docs/auth0.md', 'docs/authentik.md', 'docs/basic.md',
  'docs/caching.md', 'docs/cognito.md', 'docs/cognito-services.md', 'docs/cookies-and-browsers.md', 'docs/entra.md', 'docs/errors.md', 'docs/from-fastify-jwt.md',
  'docs/from-python.md', 'docs/gateway.md', 'docs/google.md', 'docs/guards.md', 'docs/introspection.md', 'docs/jwt-and-oidc.md', 'docs/keycloak.md',
  'docs/okta.md', 'docs/openapi.md', 'docs/options.md', 'docs/passthrough.md', 'docs/routes-and-modes.md', 'docs/sql.md', 'docs/testing.md'
]

const exported: Readonly<Record<string, unknown>> = gatekeeper
const codes = Object.keys(exported).filter(name => name.startsWith('AUTH_'))

t.test('every code is documented, and nothing but codes, with its status and its message', async t => {
  const page = read('docs/errors.md')
  const documented = listHeadings(page, 3).filter(heading => heading.startsWith('AUTH_'))
  t.strictSame([...documented].sort(), [...codes].sort())
  t.strictSame([...listMembers('lib/errors.ts', /\| '(AUTH_\w+)'/g)].sort(), [...codes].sort(), 'and in the union of codes')
  const boot = listHeadings(findSection(page, 'Boot'), 3)
  for (const code of documented) {
    const AuthError = exported[code] as new (problem?: string) => { readonly statusCode: number, readonly message: string }
    const { statusCode, message } = boot.includes(code) ? new AuthError('problem') : new AuthError()
    const [first = ''] = findSection(page, code).trim().split('\n')
    t.equal(/^\d{3} "[^"]*"/.exec(first)?.[0], boot.includes(code) ? undefined : `${statusCode} "${message}"`, code)
  }
})

t.test('every code has a cause and a cure', async t => {
  for (const code of codes) t.match(findSection(read('docs/errors.md'), code), /\n- Cause: .+\n- Cure: .+/, code)
})

t.test('every reason is documented, and nothing but reasons', async t => {
  const documented = readTable(findSection(read('docs/errors.md'), 'Reasons')).map(([reason]) => reason)
  const reasons = listMembers('types/verdict.ts', /[|] '([a-z_]+)'/g)
  t.strictSame([...documented].sort(), [...reasons].sort())
})

t.test('every option is documented, and nothing but options', async t => {
  const page = read('docs/jwt-and-oidc.md')
  const common = namesIn(page, 'Common options')
  t.strictSame(namesIn(read('README.md'), 'Options'), Object.keys(pluginOptionsSchema.properties))
  t.strictSame([...common].sort(), Object.keys(commonJwtProperties).sort())
  t.strictSame([...namesIn(page, 'jwt'), ...common].sort(), Object.keys(jwtOptionsSchema.properties).sort())
  t.strictSame([...namesIn(page, 'oidc'), ...common].sort(), Object.keys(oidcOptionsSchema.properties).sort())
  t.strictSame(namesIn(read('docs/basic.md'), 'Options'), Object.keys(basicOptionsSchema.properties))
  t.strictSame(namesIn(read('docs/introspection.md'), 'Options'), Object.keys(introspectionOptionsSchema.properties))
  t.strictSame(namesIn(read('docs/passthrough.md'), 'Options'), Object.keys(passthroughOptionsSchema.properties))
  t.strictSame(namesIn(page, 'Claims'), listMembers('lib/providers/jwt/claims-mapping.ts', /^ {2}readonly (\w+)\?:/gm))
  t.strictSame(namesIn(read('docs/testing.md'), 'A user without a token').sort(), listMembers('lib/testing/fake-user.ts', /^ {2}readonly (\w+)\?:/gm).sort())
})

t.test('every option of a preset that oidc does not have is documented on its page', async t => {
  const own = ({ properties }: { readonly properties: object }) => Object.keys(properties).filter(name => !Object.hasOwn(oidcOptionsSchema.properties, name))
  t.strictSame(namesIn(read('docs/auth0.md'), 'Options'), own(auth0OptionsSchema))
  t.strictSame(namesIn(read('docs/keycloak.md'), 'Options'), own(keycloakOptionsSchema))
  t.strictSame(namesIn(read('docs/google.md'), 'Options'), ['issuer', ...own(googleOptionsSchema)])
})

t.test('every option of entra that others do not have is documented, and those of the lookups', async t => {
  t.strictSame(namesIn(read('docs/entra.md'), 'Options'), Object.keys(entraOptionsSchema.properties).filter(name => !Object.hasOwn(commonJwtProperties, name)))
  t.strictSame(namesIn(read('docs/entra.md'), 'Groups overage'), Object.keys(entraGraphGroupsOptionsSchema.properties))
  t.strictSame(namesIn(read('docs/cognito.md'), 'Profiles'), Object.keys(cognitoProfileOptionsSchema.properties))
  t.strictSame(namesIn(read('docs/cognito.md'), 'AWS credentials'), Object.keys(identityPoolOptionsSchema.properties))
})

t.test('every option of cognito that others do not have is documented, and those of its login addresses', async t => {
  t.strictSame(namesIn(read('docs/cognito.md'), 'Options'), Object.keys(cognitoOptionsSchema.properties).filter(name => !Object.hasOwn(commonJwtProperties, name)))
  t.strictSame(namesIn(read('docs/cognito.md'), 'Login addresses'), Object.keys(cognitoUrlsOptionsSchema.properties))
  t.strictSame(namesIn(read('docs/cognito-services.md'), 'Options of cognitoActions'), Object.keys(cognitoActionsOptionsSchema.properties))
  t.strictSame(namesIn(read('docs/cognito-services.md'), 'Options of cognitoRoutes'), Object.keys(cognitoRoutesOptionsSchema.properties))
})

t.test('every default of a common option is documented', async t => {
  const documented = new Map(readTable(findSection(read('docs/jwt-and-oidc.md'), 'Common options')).map(([name = '', value]) => [name, value]))
  for (const [name, value] of Object.entries(commonJwtDefaults)) t.equal(documented.get(name), toCell(value), name)
})

t.test('every guard is documented', async t => {
  const guards = Object.keys(exported).filter(name => name.startsWith('require')).sort()
  for (const [page, heading] of [['README.md', 'Guards'], ['docs/guards.md', 'Guards']] as const) {
    const [table = ''] = findSection(read(page), heading).split('\n## ')
    t.strictSame(readTable(table).map(([call = '']) => call.replace(/\(.*/, '')).sort(), guards, page)
  }
})

t.test('every link leads somewhere', async t => {
  for (const page of kPages) {
    for (const link of listLinks(read(page)).filter(link => !/^https?:/.test(link))) {
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? page : join(dirname(page), path)
      t.ok(existsSync(join(kRoot, target)), `${page}: ${link}`)
      if (anchor !== undefined) t.ok(listAnchors(read(target)).includes(anchor), `${page}: ${link}`)
    }
  }
})

t.test('every file of the library stands in the tree of ARCHITECTURE.md, which names none that is not there', async t => {
  const named = [...read('ARCHITECTURE.md').matchAll(/`((?:lib|types|test)\/[\w./-]*)`/g)].map(([, path = '']) => path)
  t.strictSame(named.filter(path => !existsSync(join(kRoot, path))), [])
  const files = readSources(kRoot, ['lib', 'types']).map(({ path }) => path)
  t.strictSame(files.filter(file => !named.some(path => file === path || (path.endsWith('/') && file.startsWith(path)))), [])
})

function read (path: string): string {
  return readFileSync(join(kRoot, path), 'utf8')
}

function namesIn (page: string, heading: string): string[] {
  return readTable(findSection(page, heading)).map(([name = '']) => name)
}

function listMembers (path: string, pattern: RegExp): string[] {
  return [...read(path).matchAll(pattern)].map(([, name = '']) => name)
}

function toCell (value: unknown): string {
  return typeof value === 'number' ? value.toLocaleString('en-US') : typeof value === 'string' ? `'${value}'` : String(value)
}
