import t from 'tap'

import { resolveOptions } from '../../lib/options.js'
import { bearer } from '../../lib/schemes/bearer.js'
import { fromCookie } from '../../lib/schemes/from-cookie.js'
import { fromHeader } from '../../lib/schemes/from-header.js'

const jwtProvider = { name: 'jwt', issuers: ['https://issuer.example'], verify: () => { throw new Error('never asked') } }
const other = { ...jwtProvider, name: 'other', issuers: ['https://other.example', 'https://alias.example'] }
const ownLogin = { name: 'ownLogin', securityScheme: { type: 'apiKey' }, read: () => null, verify: () => { throw new Error('never asked') }, challenge: () => null }
const tokenSources = [fromHeader()]
const resolve = (options: Readonly<Record<string, unknown>>, env: NodeJS.ProcessEnv = {}) => resolveOptions({ jwtProvider, tokenSources, ...options }, env)

/** The settings without the function among them, of which no two are alike. */
function withoutInherit (options: Readonly<Record<string, unknown>>): object {
  const { inherit: _, ...settings } = resolve(options)
  return settings
}

t.test('every option has a default, and jwtProvider has none', async t => {
  const { tokenSources, inherit, ...others } = resolveOptions({ jwtProvider }, {})
  t.strictSame(inherit(null), { mode: 'required', strict: false, trustedOrigins: new Set(), revocation: null, isDisabled: false })
  t.strictSame(tokenSources.map(source => source.name), ['header authorization bearer'])
  t.strictSame(others, {
    jwtProviders: [jwtProvider],
    authenticators: [],
    shared: {},
    policies: {},
    errorBody: null,
    failureLimit: { max: 10, windowSeconds: 300, store: null },
    openapi: { decorators: ['swagger'], requirements: 'scopes' },
    mode: 'required',
    strict: false,
    trustedOrigins: new Set(),
    revocation: null,
    isDisabled: false,
    exclude: [],
    tokenCache: { max: 10_000, maxBytes: 33_554_432 },
    providerTimeoutMs: 5_000,
    realm: 'api',
    logLevel: null
  })
  t.throws(() => resolveOptions({}, {}), { code: 'AUTH_OPTION_INVALID', message: /^jwtProvider / })
})

t.test('what is given counts', async t => {
  const groupsProvider = { fetchGroups: () => [] }
  const given = {
    jwtProvider: [jwtProvider, other],
    tokenSources: [fromHeader('x-token', null), fromCookie('session')],
    authenticators: [bearer({ ...other, name: 'third', issuers: ['https://third.example'] }, { name: 'thirdAuth' }), ownLogin],
    groupsProvider,
    mode: 'public',
    exclude: ['/a', { method: 'GET', url: '/b' }],
    strict: true,
    policies: { isOwner: () => true },
    revocation: { isRevoked: () => false },
    errorBody: 'problem',
    tokenCache: { max: 1 },
    providerTimeoutMs: 600_000,
    realm: 'a b',
    logLevel: 'silent'
  }
  const { jwtProvider: jwtProviders, groupsProvider: _, tokenCache, ...same } = given
  const { inherit: _inherit, ...settings } = resolve({ ...given, csrf: { trustedOrigins: ['https://app.example'] } })
  t.strictSame(settings, { ...same, trustedOrigins: new Set(['https://app.example']), isDisabled: false, jwtProviders, failureLimit: { max: 10, windowSeconds: 300, store: null }, openapi: { decorators: ['swagger'], requirements: 'scopes' }, shared: { groupsProvider }, tokenCache: { max: 1, maxBytes: 33_554_432 } })
  t.equal(settings.revocation, given.revocation)
  t.match(resolve({ tokenCache: null, errorBody: null, csrf: null, openapi: null }), { tokenCache: null, errorBody: null, trustedOrigins: null, openapi: null })
  t.strictSame(resolve({ openapi: { decorators: ['docsA', 'docsB'] } }).openapi, { decorators: ['docsA', 'docsB'], requirements: 'scopes' })
  t.strictSame(resolve({ openapi: { decorators: [], requirements: 'all' } }).openapi, { decorators: [], requirements: 'all' })
  t.strictSame(resolve({ openapi: { requirements: 'none' } }).openapi, { decorators: ['swagger'], requirements: 'none' })
  t.match(resolve({ disabled: true }, { NODE_ENV: 'test' }), { isDisabled: true })
})

t.test('who signs in otherwise needs no jwtProvider', async t => {
  t.match(resolveOptions({ authenticators: [ownLogin] }, {}), { jwtProviders: [], authenticators: [ownLogin] })
  t.throws(() => resolveOptions({ authenticators: [] }, {}), { code: 'AUTH_OPTION_INVALID', message: /^jwtProvider / })
})

t.test('an option that is there and undefined is not there', async t => {
  t.strictSame(withoutInherit({ mode: undefined, exclude: undefined, tokenCache: undefined, groupsProvider: undefined, logLevel: undefined, authenticators: undefined, csrf: undefined, revocation: undefined, errorBody: undefined, openapi: undefined, disabled: undefined, unknown: undefined }), withoutInherit({}))
  t.strictSame(withoutInherit({ tokenCache: { max: undefined } }), withoutInherit({}))
  t.strictSame(withoutInherit({ openapi: { decorators: undefined, requirements: undefined } }), withoutInherit({}))
})

t.test('options are copied and frozen, and what was given is not touched', async t => {
  const exclude = ['/a', { method: 'GET', url: '/b' }]
  const given = { jwtProvider: [jwtProvider], exclude, tokenCache: { max: 5 }, tokenSources: [fromHeader()], authenticators: [ownLogin], policies: { isOwner: () => true }, openapi: { decorators: ['docsA'] } }
  const settings = resolve(given)
  for (const part of [settings, settings.jwtProviders, settings.shared, settings.exclude, settings.exclude[1], settings.tokenCache, settings.tokenSources, settings.authenticators, settings.policies, settings.openapi, settings.openapi?.decorators]) t.ok(Object.isFrozen(part))
  for (const part of [given, given.jwtProvider, exclude, exclude[1], given.tokenCache, given.tokenSources, given.authenticators, given.policies, given.openapi, given.openapi.decorators, ownLogin, jwtProvider]) t.notOk(Object.isFrozen(part))
  exclude.push('/*')
  t.strictSame(settings.exclude, ['/a', { method: 'GET', url: '/b' }])
})

t.test('an unknown or ill-typed option is refused, naming its path', async t => {
  const wrong: ReadonlyArray<readonly [options: Readonly<Record<string, unknown>>, path: string]> = [
    [{ jwtProviders: [] }, 'jwtProviders'], [{ Mode: 'public' }, 'Mode'], [{ prefix: '/v1' }, 'prefix'],
    [{ jwtProvider: null }, 'jwtProvider'], [{ jwtProvider: [] }, 'jwtProvider'], [{ jwtProvider: [null] }, 'jwtProvider'], [{ jwtProvider: () => {} }, 'jwtProvider'],
    [{ jwtProvider: { ...jwtProvider, issuers: [] } }, 'jwtProvider'], [{ jwtProvider: { ...jwtProvider, name: '' } }, 'jwtProvider'], [{ jwtProvider: { ...jwtProvider, verify: true } }, 'jwtProvider'],
    [{ jwtProvider: { ...jwtProvider, issuers: 'https://issuer.example' } }, 'jwtProvider'],
    [{ groupsProvider: {} }, 'groupsProvider'], [{ groupsProvider: null }, 'groupsProvider'], [{ rolesProvider: { fetchGroups () {} } }, 'rolesProvider'], [{ permissionsProvider: () => [] }, 'permissionsProvider'],
    [{ profileProvider: { fetchProfile: 'me' } }, 'profileProvider'],
    [{ mode: 'Required' }, 'mode'], [{ mode: null }, 'mode'], [{ mode: true }, 'mode'],
    [{ exclude: '/a' }, 'exclude'], [{ exclude: ['a'] }, 'exclude.0'], [{ exclude: ['/a', '/*'] }, 'exclude.1'], [{ exclude: [{ method: 'GET', url: '/*' }] }, 'exclude.0'], [{ exclude: [/a/] }, 'exclude.0'],
    [{ tokenCache: false }, 'tokenCache'], [{ tokenCache: { max: 0 } }, 'tokenCache'], [{ tokenCache: { max: 1.5 } }, 'tokenCache'], [{ tokenCache: { maxBytes: 1_023 } }, 'tokenCache'], [{ tokenCache: { ttl: 1 } }, 'tokenCache'],
    [{ providerTimeoutMs: 0 }, 'providerTimeoutMs'], [{ providerTimeoutMs: 600_001 }, 'providerTimeoutMs'], [{ providerTimeoutMs: '5000' }, 'providerTimeoutMs'], [{ providerTimeoutMs: null }, 'providerTimeoutMs'],
    [{ realm: '' }, 'realm'], [{ realm: 'a"b' }, 'realm'], [{ realm: 'a\\b' }, 'realm'], [{ realm: 'ä' }, 'realm'], [{ realm: 'a\r\nb' }, 'realm'], [{ realm: 7 }, 'realm'],
    [{ logLevel: 'WARNING' }, 'logLevel'], [{ logLevel: 30 }, 'logLevel'],
    [{ tokenSources: [] }, 'tokenSources'], [{ tokenSources: fromHeader() }, 'tokenSources'], [{ tokenSources: null }, 'tokenSources'], [{ tokenSources: [fromHeader] }, 'tokenSources.0'], [{ tokenSources: [{ name: '', read () {} }] }, 'tokenSources.0.name'],
    [{ authenticators: ownLogin }, 'authenticators'], [{ authenticators: null }, 'authenticators'], [{ authenticators: [bearer] }, 'authenticators.0'], [{ authenticators: [{ ...ownLogin, verify: true }] }, 'authenticators.0'],
    [{ strict: 'true' }, 'strict'], [{ disabled: 1 }, 'disabled'], [{ allowDisabledInProduction: null }, 'allowDisabledInProduction'], [{ override: 'yes' }, 'override'],
    [{ policies: [] }, 'policies'], [{ policies: { isOwner: true } }, 'policies.isOwner'], [{ revocation: {} }, 'revocation.isRevoked'], [{ revocation: () => false }, 'revocation'], [{ errorBody: true }, 'errorBody'], [{ errorBody: 'text' }, 'errorBody'],
    [{ openapi: false }, 'openapi'], [{ openapi: true }, 'openapi'], [{ openapi: 'scopes' }, 'openapi'], [{ openapi: [] }, 'openapi'], [{ openapi: { decorator: 'docs' } }, 'openapi'], [{ openapi: { decorators: 'docs' } }, 'openapi'],
    [{ openapi: { decorators: [''] } }, 'openapi'], [{ openapi: { decorators: null } }, 'openapi'], [{ openapi: { requirements: 'roles' } }, 'openapi'], [{ openapi: { requirements: null } }, 'openapi'],
    [{ tokenSources: [{ name: 'own', read () {}, securityScheme: null }] }, 'tokenSources.0.securityScheme'], [{ tokenSources: [{ name: 'own', read () {}, securityScheme: { type: '' } }] }, 'tokenSources.0.securityScheme.type'],
    [{ csrf: false }, 'csrf'], [{ csrf: { origins: [] } }, 'csrf'], [{ csrf: { trustedOrigins: ['https://app.example/'] } }, 'csrf.trustedOrigins.0']
  ]
  for (const [options, path] of wrong) {
    t.throws(() => resolve(options), { code: 'AUTH_OPTION_INVALID', message: new RegExp(`^${path} `) }, JSON.stringify(options))
  }
  for (const options of [null, 'text', [], () => {}]) t.throws(() => resolveOptions(options, {}), { code: 'AUTH_OPTION_INVALID' })
})

t.test('permissions are compared in one of two ways, wherever an option says so', async t => {
  class Permissions { fetchPermissions () { return [] } }
  const fetchPermissions = () => []
  const holders: ReadonlyArray<readonly [path: string, toOptions: (permissionsProvider: object) => Readonly<Record<string, unknown>>]> = [
    ['', permissionsProvider => ({ permissionsProvider })],
    ['jwtProvider\\.', permissionsProvider => ({ jwtProvider: { ...jwtProvider, permissionsProvider } })],
    ['jwtProvider\\.1\\.', permissionsProvider => ({ jwtProvider: [jwtProvider, { ...other, permissionsProvider }] })],
    ['authenticators\\.0\\.jwtProviders\\.1\\.', permissionsProvider => ({ jwtProvider: undefined, authenticators: [bearer([jwtProvider, { ...other, permissionsProvider } as never])] })],
    ['authenticators\\.1\\.', permissionsProvider => ({ authenticators: [{ ...ownLogin, name: 'first' }, { ...ownLogin, permissionsProvider }] })]
  ]
  for (const [path, toOptions] of holders) {
    for (const permissionMatch of ['Wildcard', 'wildcards', '*', '', true, null, ['wildcard'], 1]) {
      t.throws(() => resolve(toOptions({ fetchPermissions, permissionMatch })), { code: 'AUTH_OPTION_INVALID', message: new RegExp(`^${path}permissionsProvider\\.permissionMatch must be `) }, `${path} ${JSON.stringify(permissionMatch)}`)
    }
    t.throws(() => resolve(toOptions(new class extends Permissions { get permissionMatch () { return 'glob' } }())), { code: 'AUTH_OPTION_INVALID' }, 'inherited')
    for (const permissionMatch of ['exact', 'wildcard', undefined]) t.ok(resolve(toOptions({ fetchPermissions, permissionMatch })), `${path} ${permissionMatch}`)
    t.ok(resolve(toOptions(new Permissions())))
  }
})

t.test('a factory that was not called is told to be', async t => {
  t.throws(() => resolve({ jwtProvider: function jwt () {} }), { message: /call it/ })
  t.throws(() => resolve({ groupsProvider: function sqlGroups () {} }), { message: /call it/ })
})

t.test('two providers of one issuer are refused', async t => {
  t.throws(() => resolve({ jwtProvider: [jwtProvider, { ...other, issuers: ['https://alias.example', 'https://issuer.example'] }] }), { code: 'AUTH_OPTION_INVALID', message: /^jwtProvider: jwt and other .*https:\/\/issuer\.example/ })
  t.strictSame(resolve({ jwtProvider: [jwtProvider, other] }).jwtProviders, [jwtProvider, other])
})

t.test('a mode is inherited, and never loosened', async t => {
  const modes = ['public', 'tolerant', 'optional', 'required'] as const
  for (const [outerIndex, mode] of modes.entries()) {
    const outer = resolve({ mode })
    t.equal(resolveOptions({ jwtProvider }, {}, outer).mode, mode)
    for (const [index, inner] of modes.entries()) {
      const tighten = () => resolveOptions({ jwtProvider, mode: inner }, {}, outer).mode
      if (index < outerIndex) t.throws(tighten, { code: 'AUTH_OPTION_INVALID', message: /^mode / })
      else t.equal(tighten(), inner)
    }
  }
})

t.test('the level comes from the option, else from the environment', async t => {
  t.equal(resolve({}, { AUTH_MIDDLEWARE_LOG_LEVEL: 'WARNING' }).logLevel, 'warn')
  t.equal(resolve({ logLevel: 'debug' }, { AUTH_MIDDLEWARE_LOG_LEVEL: 'WARNING' }).logLevel, 'debug')
  t.equal(resolve({}, { AUTH_MIDDLEWARE_LOG_LEVEL: '' }).logLevel, null)
  t.throws(() => resolve({}, { AUTH_MIDDLEWARE_LOG_LEVEL: 'loud' }), { code: 'AUTH_OPTION_INVALID', message: /^AUTH_MIDDLEWARE_LOG_LEVEL / })
})
