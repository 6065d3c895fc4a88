import t from 'tap'

import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { AUTH_TOKEN_INVALID, bearer as bearerOf, fromCookie, fromHeader, requireGroups } from '../../lib/index.js'

import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import type { AuthenticatedIdentity, Authenticator, AuthPluginOptions, RouteAuth, SecurityScheme, TokenSource } from '../../lib/index.js'

const staff = handIssuer('https://staff.example')
const partners = handIssuer('https://partners.example')
const staffToken = staff.token()
const partnerToken = partners.token({ sub: 'bob' })
const cacheable = { cacheable: true }

async function open (t: Test, options: AuthPluginOptions, auth?: RouteAuth): Promise<FastifyInstance> {
  return await openApp(t, options, app => {
    app.get('/', async ({ user }) => `${user?.id} by ${user?.authenticator} of ${user?.issuer}`)
    auth === undefined || app.get('/limited', { config: { auth } }, async ({ user }) => user?.id)
  })
}

function identity (members: object = {}): AuthenticatedIdentity {
  return { subject: 'carol', kind: 'human', name: null, email: null, emailVerified: null, clientId: null, scopes: [], claims: {}, expiresAt: null, groups: ['staff'], roles: null, permissions: null, ...members }
}

/** An authenticator as an app may write one: for badge numbers in a header. */
function badge (members: Partial<Authenticator> = {}): Authenticator {
  return {
    name: 'badgeAuth',
    securityScheme: { type: 'apiKey', in: 'header', name: 'x-badge' },
    read: ({ headers }) => headers['x-badge'] ?? null,
    verify (number) {
      if (number !== '4711') {
        throw new AUTH_TOKEN_INVALID({ reason: 'signature' })
      }
      return identity()
    },
    challenge: failure => `Badge realm="api"${failure === null ? '' : ', error="unknown"'}`,
    ...members
  }
}

t.test('bearer(…) twice on one source: the token\'s issuer says whose it is', async t => {
  const app = await open(t, { authenticators: [bearerOf(staff.provider(cacheable), { name: 'staffAuth' }), bearerOf(partners.provider(cacheable), { name: 'partnerAuth' })] }, { mode: 'required', authenticators: 'staffAuth' })
  for (const time of ['first', 'again']) {
    t.equal((await app.inject({ url: '/', headers: bearer(staffToken) })).body, 'alice by staffAuth of https://staff.example', time)
    t.equal((await app.inject({ url: '/', headers: bearer(partnerToken) })).body, 'bob by partnerAuth of https://partners.example', time)
    t.match(await app.inject({ url: '/limited', headers: bearer(staffToken) }), { statusCode: 200 }, time)
    t.match((await app.inject({ url: '/limited', headers: bearer(partnerToken) })).json(), { code: 'AUTH_TOKEN_INVALID', statusCode: 401 }, `remembered elsewhere, ${time}`)
  }
  t.match((await app.inject({ url: '/', headers: bearer(handIssuer('https://other.example').token()) })).json(), { code: 'AUTH_TOKEN_INVALID' })
})

t.test('bearer(…) beside jwtProvider, each with its own sources', async t => {
  const app = await open(t, { jwtProvider: staff.provider(), authenticators: [bearerOf([partners.provider()], { name: 'partnerAuth', sources: [fromHeader('x-partner', null), fromCookie('partner')] })] }, { mode: 'required', authenticators: ['partnerAuth'] })
  t.equal((await app.inject({ url: '/', headers: { 'x-partner': partnerToken } })).body, 'bob by partnerAuth of https://partners.example')
  t.equal((await app.inject({ url: '/', headers: { cookie: `partner=${partnerToken}` } })).body, 'bob by partnerAuth of https://partners.example')
  t.match(await app.inject({ url: '/', headers: bearer(partnerToken) }), { statusCode: 401 }, 'a provider that does not stand there')
  t.match(await app.inject({ url: '/', headers: { 'x-partner': staffToken } }), { statusCode: 401 })
  t.match(await app.inject({ url: '/', headers: { 'x-partner': partnerToken, ...bearer(staffToken) } }), { statusCode: 400 })
  t.match((await app.inject({ url: '/limited', headers: bearer(staffToken) })).json(), { code: 'AUTH_CREDENTIALS_MISSING' }, 'what a route does not accept is not read')
  t.match(await app.inject({ url: '/limited', headers: { 'x-partner': partnerToken, ...bearer('text') } }), { statusCode: 200 })
})

t.test('one source object may be shared, whatever it is', async t => {
  for (const source of [fromCookie('s', { signed: { secret: 'x' } }), { name: 'of mine', read: ({ headers }: { headers: object }) => (headers as { 'x-mine'?: string })['x-mine'] ?? null } satisfies TokenSource]) {
    const app = await open(t, { authenticators: [bearerOf(staff.provider(), { name: 'a', sources: source }), bearerOf(partners.provider(), { name: 'b', sources: source })] })
    t.equal((await app.inject('/')).statusCode, 401)
  }
})

t.test('an authenticator of the app\'s own signs in, and its users have an issuer', async t => {
  const app = await openApp(t, { jwtProvider: staff.provider(), authenticators: [badge({ supplies: ['groups'] })] }, app => {
    app.get('/', { preHandler: requireGroups('staff') }, async ({ user }) => ({ user, by: user?.authenticator }))
  })
  const response = await app.inject({ url: '/', headers: { 'x-badge': '4711' } })
  t.match(response.json(), { user: { id: 'carol', issuer: 'urn:fastify-gatekeeper:badgeAuth' }, by: 'badgeAuth' })
  const refusal = await app.inject({ url: '/', headers: { 'x-badge': '0815' } })
  t.match(refusal.json(), { code: 'AUTH_TOKEN_INVALID', statusCode: 401 })
  t.strictSame(refusal.headers['www-authenticate'], ['Bearer realm="api"', 'Badge realm="api", error="unknown"'])
  t.strictSame((await app.inject('/')).headers['www-authenticate'], ['Bearer realm="api"', 'Badge realm="api"'])
  t.match(await app.inject({ url: '/', headers: { 'x-badge': '4711', ...bearer(staffToken) } }), { statusCode: 400 })
  t.match(await app.inject({ url: '/', headers: { 'x-badge': staffToken, ...bearer(staffToken) } }), { statusCode: 403 }, 'one text in two places is one credential: the first that reads it judges it')
})

t.test('an issuer that it names itself is kept, and an answer may be promised', async t => {
  const app = await open(t, { authenticators: [badge({ verify: async () => identity({ issuer: 'https://badges.example' }) })] })
  t.equal((await app.inject({ url: '/', headers: { 'x-badge': 'x' } })).body, 'carol by badgeAuth of https://badges.example')
})

t.test('whatever else it does is an outage', async t => {
  const fail = () => { throw new Error('the password is 4711') }
  const wrong: Readonly<Record<string, Partial<Authenticator>>> = {
    'verify throws': { verify: fail },
    'verify rejects': { verify: async () => fail() },
    'no answer': { verify: () => undefined as never },
    null: { verify: () => null as never },
    'no subject': { verify: () => identity({ subject: '' }) },
    'a wrong issuer': { verify: () => identity({ issuer: 7 }) },
    true: { verify: () => true as never },
    'a boot error': { verify: () => { throw Object.assign(new AUTH_TOKEN_INVALID(), { statusCode: 500 }) } },
    'read throws': { read: fail },
    'read answers undefined': { read: () => undefined as never },
    'read answers later': { read: async () => '4711' }
  }
  for (const [name, members] of Object.entries(wrong)) {
    for (const mode of ['required', 'tolerant'] as const) {
      const app = await open(t, { authenticators: [badge(members)], mode })
      const response = await app.inject({ url: '/', headers: { 'x-badge': '4711' } })
      t.match(response.json(), { statusCode: 503, code: 'AUTH_PROVIDER_UNAVAILABLE' }, `${name}, ${mode}`)
      t.notMatch(response.body, '4711')
    }
  }
})

t.test('what it asks for is sent as long as it can stand in a header, and never costs the answer', async t => {
  const plain = 'Bearer realm="api"'
  const rows: ReadonlyArray<readonly [unknown, unknown]> = [
    ['Basic realm="x"', 'Basic realm="x"'], ['Negotiate', 'Negotiate'], [null, plain], ['', plain], [' ', plain], [' Basic', plain], ['Basic realm="ä"', plain], ['Basic\r\nset-cookie: a=b', plain], ['Basic\u2028', plain], ['Basic realm="x"\n', plain], ['"Basic"', plain],
    [undefined, plain], [7, plain], [{ toString: () => 'Basic' }, plain], [['Basic'], plain], [Promise.resolve('Basic'), plain], [new Error('down'), plain]
  ]
  for (const [text, sent] of rows) {
    const app = await open(t, { authenticators: [badge({ challenge: () => { if (text instanceof Error) throw text; return text as string } })] })
    const response = await app.inject('/')
    t.match(response.json(), { statusCode: 401, code: 'AUTH_CREDENTIALS_MISSING' })
    t.equal(response.headers['www-authenticate'], sent, String(text))
    t.notOk('set-cookie' in response.headers)
  }
})

t.test('two that are alike stop the boot', async t => {
  const one = staff.provider()
  const another = partners.provider()
  const at = (securityScheme: SecurityScheme, name = 'badgeAuth') => badge({ name, securityScheme })
  const mine = (): TokenSource => ({ name: 'of mine', read: () => null })
  const wrong: Readonly<Record<string, AuthPluginOptions>> = {
    'one name': { authenticators: [bearerOf(one), bearerOf(another)] },
    'the name of the short form': { jwtProvider: one, authenticators: [bearerOf(another)] },
    'one name, of the app\'s own': { authenticators: [badge(), badge()] },
    'one provider on one source': { authenticators: [bearerOf(one, { name: 'a' }), bearerOf(one, { name: 'b' })] },
    'two providers of one issuer': { authenticators: [bearerOf(one, { name: 'a' }), bearerOf(staff.provider(), { name: 'b' })] },
    'one source twice': { jwtProvider: one, tokenSources: [fromHeader(), fromHeader('Authorization')] },
    'a header, and a scheme in it': { jwtProvider: one, tokenSources: [fromHeader(), fromHeader('authorization', null)] },
    'a scheme in a header, and the header': { jwtProvider: one, tokenSources: [fromHeader('x', null), fromHeader('x', 'y')] },
    'two sources of one name': { authenticators: [bearerOf(one, { name: 'a', sources: mine() }), bearerOf(another, { name: 'b', sources: mine() })] },
    'a signed cookie and a plain one': { authenticators: [bearerOf(one, { name: 'a', sources: fromCookie('s', { signed: { secret: 'x' } }) }), bearerOf(another, { name: 'b', sources: fromCookie('s') })] },
    'a cookie signed with two secrets': { authenticators: [bearerOf(one, { name: 'a', sources: fromCookie('s', { signed: { secret: 'x' } }) }), bearerOf(another, { name: 'b', sources: fromCookie('s', { signed: { secret: 'y' } }) })] },
    'a cookie that is read otherwise': { jwtProvider: one, tokenSources: [fromCookie('s')], authenticators: [at({ type: 'apiKey', in: 'cookie', name: 's' })] },
    'a header that is read otherwise': { jwtProvider: one, tokenSources: [fromHeader('x-badge', null)], authenticators: [at({ type: 'apiKey', in: 'header', name: 'X-Badge' })] },
    'the usual header as a whole': { jwtProvider: one, authenticators: [at({ type: 'apiKey', in: 'header', name: 'Authorization' })] },
    'bearer tokens of the app\'s own': { jwtProvider: one, authenticators: [at({ type: 'http', scheme: 'Bearer' })] },
    'two of the app\'s own': { authenticators: [at({ type: 'http', scheme: 'basic' }, 'a'), at({ type: 'http', scheme: 'Basic' }, 'b')] }
  }
  for (const [name, options] of Object.entries(wrong)) {
    await t.rejects(open(t, options), { code: 'AUTH_OPTION_INVALID' }, name)
  }
})

t.test('those that are not alike do not', async t => {
  const one = staff.provider()
  await t.resolves(open(t, { jwtProvider: one, authenticators: [badge({ securityScheme: { type: 'http', scheme: 'basic' } }), badge({ name: 'b', securityScheme: { type: 'oauth2' } }), badge({ name: 'c', securityScheme: { type: 'apiKey', in: 'query', name: 'authorization' } })] }))
  await t.resolves(open(t, { jwtProvider: one, tokenSources: [fromHeader(), fromHeader('authorization', 'Token'), fromHeader('x-authorization', null), fromCookie('a'), fromCookie('A')] }))
  await t.resolves(open(t, { authenticators: [bearerOf(one, { name: 'a' }), bearerOf(one, { name: 'b', sources: fromCookie('b') })] }))
})

t.test('what a user\'s credential was is kept from providers of names where it is no token', async t => {
  const seen: unknown[] = []
  const app = await openApp(t, { jwtProvider: staff.provider(), authenticators: [badge()], groupsProvider: { fetchGroups: (_identity, { token }) => { seen.push(token); return ['staff'] } } }, app => {
    app.get('/', { preHandler: requireGroups('staff') }, async () => 'in')
  })
  t.equal((await app.inject({ url: '/', headers: { 'x-badge': '4711' } })).statusCode, 200)
  t.equal((await app.inject({ url: '/', headers: bearer(staffToken) })).statusCode, 200)
  t.strictSame(seen, [null, staffToken])
})
