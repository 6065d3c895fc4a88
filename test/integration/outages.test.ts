import { once } from 'node:events'

import t from 'tap'

import { collectLog } from '../fixtures/collect-log.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { AUTH_CREDENTIALS_MISSING, AUTH_OPTION_INVALID, AUTH_PERMISSION_MISSING, currentUser, requireGroups, requirePermissions, requireRoles } from '../../lib/index.js'

import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import type { AuthPluginOptions, Identity, JwtProvider, ProviderContext } from '../../lib/index.js'

type Misbehaviour = (identity: unknown, context: ProviderContext) => unknown

const issuer = handIssuer()
const alice = bearer(issuer.token({ groups: ['editor'], roles: ['editor'], permissions: ['editor'] }))
const notAnError: unknown = 'hidden text'
const circular: Record<string, unknown> = {}
circular['self'] = circular

/** What a provider of anything may do instead of answering, and the reason that is logged. */
const FAILURES: Readonly<Record<string, readonly [Misbehaviour, reason: string, error: unknown]>> = {
  throws: [() => { throw new Error('hidden text') }, 'provider_failed', { name: 'Error', code: null }],
  'throws with a code': [() => { throw Object.assign(new TypeError('hidden text'), { code: 'ECONNREFUSED', claims: 'hidden text' }) }, 'provider_failed', { name: 'TypeError', code: 'ECONNREFUSED' }],
  'throws with a code that is none': [() => { throw Object.assign(new Error('hidden text'), { code: { text: 'hidden text' } }) }, 'provider_failed', { name: 'Error', code: null }],
  'throws what is no error': [() => { throw notAnError }, 'provider_failed', null],
  'throws an error of ours that is for the boot': [() => { throw new AUTH_OPTION_INVALID('hidden text') }, 'provider_failed', { name: 'FastifyError', code: 'AUTH_OPTION_INVALID' }],
  rejects: [async () => { throw new Error('hidden text') }, 'provider_failed', { name: 'Error', code: null }],
  'rejects with what is no error': [async () => { throw notAnError }, 'provider_failed', null],
  'answers undefined': [() => undefined, 'provider_answer', null],
  'answers null': [() => null, 'provider_answer', null],
  'answers true': [() => true, 'provider_answer', null],
  'answers a text': [() => 'editor', 'provider_answer', null],
  'answers a number': [() => 7, 'provider_answer', null],
  'answers a function': [() => () => ['editor'], 'provider_answer', null],
  'promises undefined': [async () => undefined, 'provider_answer', null],
  'promises null': [async () => null, 'provider_answer', null],
  'promises a text': [async () => 'editor', 'provider_answer', null],
  'never answers': [() => new Promise(() => {}), 'provider_timeout', null],
  'gives up when nobody waits any longer': [async (_identity, { signal }) => { await once(signal, 'abort') }, 'provider_timeout', null],
  'answers when nobody waits any longer': [async (_identity, { signal }) => await once(signal, 'abort').then(() => ['editor']), 'provider_timeout', null]
}

/** What is no list of names, but might pass for one. */
const NO_NAMES: typeof FAILURES = {
  'answers an object': [() => ({ 0: 'editor', length: 1 }), 'provider_answer', null],
  'answers a set': [() => new Set(['editor']), 'provider_answer', null],
  'answers numbers': [() => [1, 2], 'provider_answer', null],
  'answers a list with a null in it': [() => ['editor', null], 'provider_answer', null],
  'answers a list of lists': [() => [['editor']], 'provider_answer', null],
  'promises numbers': [async () => [1], 'provider_answer', null]
}

/** What is no profile, but might pass for one. */
const NO_PROFILE: typeof FAILURES = {
  'answers a list': [() => [], 'provider_answer', null],
  'promises a list': [async () => [{}], 'provider_answer', null],
  'answers what never ends': [() => circular, 'provider_answer', null],
  'promises what never ends': [async () => circular, 'provider_answer', null]
}

interface Expected {
  readonly code: string
  readonly asked: string
  readonly reason: string
  readonly error: unknown
}

/** Boots an app, asks it, and looks at the answer and at the log. */
async function refuses (t: Test, options: AuthPluginOptions, urls: readonly string[], { code, asked, reason, error }: Expected): Promise<void> {
  const log = collectLog()
  const app = await openApp(t, { providerTimeoutMs: 5, ...options }, declareRoutes, { logger: log.logger })
  for (const url of urls) {
    log.clear()
    const response = await app.inject({ url, headers: alice })
    t.match(response, { statusCode: 503, headers: { 'retry-after': '5' } }, url)
    t.match(response.json(), { code, statusCode: 503 }, url)
    t.notOk('www-authenticate' in response.headers, 'other credentials would not help')
    const lines = log.of('a provider gave no usable answer')
    t.same(lines.map(line => [line.level, line['asked'], line['reason'], line['error']]), [[50, asked, reason, error]], url)
    t.notMatch(log.text(), 'hidden text')
    t.notMatch(response.body, 'hidden text')
  }
}

function declareRoutes (app: FastifyInstance): void {
  app.get('/me', async request => currentUser(request))
  app.get('/groups', async request => await currentUser(request).groups())
  app.get('/roles', async request => await currentUser(request).roles())
  app.get('/permissions', async request => await currentUser(request).permissions())
  app.get('/profile', async request => await currentUser(request).profile())
  app.get('/groups/guarded', { preHandler: requireGroups('editor') }, async () => 'in')
  app.get('/roles/guarded', { onRequest: requireRoles('editor') }, async () => 'in')
  app.get('/permissions/guarded', { preParsing: requirePermissions('editor') }, async () => 'in')
}

const jwtProvider = issuer.provider()

for (const [name, [fetch, reason, error]] of Object.entries({ ...FAILURES, ...NO_NAMES })) {
  t.test(`a provider of names that ${name} lets nobody in, and refuses nobody`, async t => {
    for (const [kind, method] of [['groups', 'fetchGroups'], ['roles', 'fetchRoles'], ['permissions', 'fetchPermissions']] as const) {
      const asked = `${kind}Provider`
      await refuses(t, { jwtProvider, [asked]: { [method]: fetch } }, [`/${kind}`, `/${kind}/guarded`], { code: 'AUTH_ENTITLEMENTS_UNAVAILABLE', asked, reason, error })
    }
  })
}

for (const [name, [fetchProfile, reason, error]] of Object.entries({ ...FAILURES, ...NO_PROFILE })) {
  t.test(`a provider of profiles that ${name} is an outage`, async t => {
    await refuses(t, { jwtProvider, profileProvider: { fetchProfile: fetchProfile as () => object as () => never } }, ['/profile'], { code: 'AUTH_ENTITLEMENTS_UNAVAILABLE', asked: 'profileProvider', reason, error })
  })
}

for (const [name, [verify, reason, error]] of Object.entries({ ...FAILURES, ...NO_PROFILE })) {
  t.test(`a provider of identities that ${name} lets nobody in, and refuses nobody`, async t => {
    const provider = issuer.provider({ verify: verify as unknown as JwtProvider['verify'] })
    await refuses(t, { jwtProvider: provider }, ['/me', '/groups/guarded'], { code: 'AUTH_PROVIDER_UNAVAILABLE', asked: 'hand', reason, error })
  })
}

t.test('an identity that is none is an outage, and never a user', async t => {
  const good = await issuer.provider().verify(issuer.token(), {} as ProviderContext)
  const wrong: Readonly<Record<string, object>> = {
    'without a subject': { subject: undefined },
    'with an empty subject': { subject: '' },
    'with a subject of 256 characters': { subject: 'a'.repeat(256) },
    'with a number as subject': { subject: 1 },
    'of an issuer that is not its own': { issuer: 'https://other.example' },
    'of no issuer': { issuer: undefined },
    'of several issuers': { issuer: [issuer.url] },
    'of a kind that does not exist': { kind: 'admin' },
    'without a kind': { kind: undefined },
    'with a name that is none': { name: 1 },
    'with no word on its name': { name: undefined },
    'with an address that is none': { email: ['a'] },
    'with a client that is none': { clientId: {} },
    'with a doubtful address': { emailVerified: 'true' },
    'without scopes': { scopes: null },
    'with scopes in a text': { scopes: 'read write' },
    'without claims': { claims: null },
    'with a list of claims': { claims: [] },
    'with claims that never end': { claims: circular },
    'that never expires, by accident': { expiresAt: Infinity },
    'that expires at no time': { expiresAt: NaN },
    'that expires in words': { expiresAt: 'tomorrow' },
    'that says nothing of its end': { expiresAt: undefined },
    'with groups in a text': { groups: 'editor' },
    'with roles that are numbers': { roles: [1] },
    'with no word on permissions': { permissions: undefined }
  }
  for (const [name, members] of Object.entries(wrong)) {
    for (const verify of [() => ({ ...good, ...members }), async () => ({ ...good, ...members })]) {
      const app = await openApp(t, { jwtProvider: issuer.provider({ verify: verify as JwtProvider['verify'] }) }, declareRoutes)
      t.match((await app.inject({ url: '/me', headers: alice })).json(), { statusCode: 503, code: 'AUTH_PROVIDER_UNAVAILABLE' }, name)
    }
  }
})

t.test('the signal of a provider that nobody waits for any longer is aborted, whenever it looks', async t => {
  const contexts: ProviderContext[] = []
  const early: AbortSignal[] = []
  const fetchGroups = (_identity: Identity, context: ProviderContext) => {
    contexts.push(context)
    return new Promise<readonly string[]>(() => {})
  }
  const fetchRoles = (_identity: Identity, context: ProviderContext) => {
    early.push(context.signal)
    return new Promise<readonly string[]>(() => {})
  }
  const app = await openApp(t, { jwtProvider, providerTimeoutMs: 5, groupsProvider: { fetchGroups }, rolesProvider: { fetchRoles } }, declareRoutes)
  for (const url of ['/groups', '/roles']) t.match(await app.inject({ url, headers: alice }), { statusCode: 503 })
  for (const signal of [contexts[0]?.signal, early[0]]) t.match(signal, { aborted: true, reason: { code: 'AUTH_ENTITLEMENTS_UNAVAILABLE' } })
})

t.test('a provider of names may not refuse: what it throws is an outage, whatever it is called', async t => {
  for (const Refusal of [AUTH_PERMISSION_MISSING, AUTH_CREDENTIALS_MISSING]) {
    const app = await openApp(t, { jwtProvider, permissionsProvider: { fetchPermissions () { throw new Refusal() } } }, declareRoutes)
    for (const url of ['/permissions', '/permissions/guarded']) t.match((await app.inject({ url, headers: alice })).json(), { code: 'AUTH_ENTITLEMENTS_UNAVAILABLE' })
  }
})

t.test('names that the token has and does not carry are an outage, unless a provider has them', async t => {
  const headers = bearer(issuer.token({ groups: 'unknown' }))
  const app = await openApp(t, { jwtProvider }, declareRoutes)
  for (const url of ['/groups', '/groups/guarded']) t.match((await app.inject({ url, headers })).json(), { statusCode: 503, code: 'AUTH_ENTITLEMENTS_UNAVAILABLE' })
  const asking = await openApp(t, { jwtProvider, groupsProvider: { fetchGroups: () => ['editor'] } }, declareRoutes)
  for (const url of ['/groups', '/groups/guarded']) t.match(await asking.inject({ url, headers }), { statusCode: 200 })
})
