import t from 'tap'

import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { fromCookie, fromHeader } from '../../lib/index.js'

import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import type { Authenticator, AuthPluginOptions, Mode, SecurityScheme } from '../../lib/index.js'

const issuer = handIssuer()
const jwtProvider = issuer.provider()
const token = issuer.token()
const cookie = { cookie: `token=${token}` }
const methods = ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
const safe: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'TRACE']
const sites = [undefined, 'same-origin', 'none', 'same-site', 'cross-site', '', 'SAME-ORIGIN', 'other']
const ownSites: readonly unknown[] = ['same-origin', 'none']
const origins = [undefined, 'http://api.example', 'https://app.example', 'https://api.example', 'http://api.example:8080', 'http://evil.example', 'https://app.example.evil.example', 'null', '', 'http://api.example/', 'HTTP://API.EXAMPLE']
const goodOrigins: readonly unknown[] = ['http://api.example', 'https://app.example']

async function open (t: Test, options: Partial<AuthPluginOptions> = {}, mode?: Mode): Promise<FastifyInstance> {
  return await openApp(t, { jwtProvider, tokenSources: [fromHeader(), fromCookie('token')], ...options }, app => {
    app.route({ method: [...methods], url: '/', ...(mode === undefined ? {} : { config: { auth: mode } }), handler: async ({ user }) => user?.id ?? 'nobody' })
  })
}

function headersOf (site: string | undefined, origin: string | undefined): Record<string, string> {
  return { host: 'api.example', ...(site === undefined ? {} : { 'sec-fetch-site': site }), ...(origin === undefined ? {} : { origin }) }
}

function basic (securityScheme: SecurityScheme = { type: 'http', scheme: 'Basic' }): Authenticator<string> {
  return {
    name: 'ownAuth',
    securityScheme,
    read: ({ headers }) => headers['x-own'] === undefined ? null : String(headers['x-own']),
    verify: () => ({ subject: 'carol', kind: 'human', name: null, email: null, emailVerified: null, clientId: null, scopes: [], claims: {}, expiresAt: null, groups: null, roles: null, permissions: null }),
    challenge: () => 'Basic realm="api"'
  }
}

t.test('a cookie counts where the request changes nothing, or a page of ours or of a trusted origin made it: every method, site and origin', async t => {
  const app = await open(t, { csrf: { trustedOrigins: ['https://app.example'] } })
  for (const method of methods) {
    for (const site of sites) {
      for (const origin of origins) {
        const response = await app.inject({ method, url: '/', headers: { ...cookie, ...headersOf(site, origin) } })
        const isFine = safe.includes(method) || ownSites.includes(site) || goodOrigins.includes(origin)
        t.equal(response.statusCode, isFine ? 200 : 403, `${method} ${site} ${origin}`)
        isFine || t.equal(response.json().code, 'AUTH_ORIGIN_REFUSED')
      }
    }
  }
})

t.test('a header that came twice proves nothing', async t => {
  const app = await open(t)
  for (const name of ['sec-fetch-site', 'origin']) {
    const value = name === 'origin' ? 'http://api.example' : 'same-origin'
    const response = await app.inject({ method: 'POST', url: '/', headers: { ...cookie, host: 'api.example', [name]: [value, value] as unknown as string } })
    t.match(response.json(), { statusCode: 403, code: 'AUTH_ORIGIN_REFUSED' }, name)
  }
})

t.test('an upgrade needs the proof whatever its method', async t => {
  const app = await open(t)
  for (const upgrade of ['websocket', 'WebSocket']) {
    t.match(await app.inject({ url: '/', headers: { ...cookie, upgrade } }), { statusCode: 403 })
    t.match(await app.inject({ url: '/', headers: { ...cookie, upgrade, ...headersOf(undefined, 'http://evil.example') } }), { statusCode: 403 })
    t.match(await app.inject({ url: '/', headers: { ...cookie, upgrade, ...headersOf(undefined, 'http://api.example') } }), { statusCode: 200 })
  }
  t.match(await app.inject({ url: '/', headers: { ...bearer(token), upgrade: 'websocket' } }), { statusCode: 200 })
})

t.test('a token that no browser adds by itself needs no proof, nor does one that stands in a header beside the cookie', async t => {
  const app = await open(t)
  const cross = headersOf('cross-site', 'http://evil.example')
  t.match(await app.inject({ method: 'POST', url: '/', headers: { ...bearer(token), ...cross } }), { statusCode: 200 })
  t.match(await app.inject({ method: 'POST', url: '/', headers: { ...bearer(token), ...cookie, ...cross } }), { statusCode: 200 })
  const cookieFirst = await open(t, { tokenSources: [fromCookie('token'), fromHeader()] })
  t.match(await cookieFirst.inject({ method: 'POST', url: '/', headers: { ...bearer(token), ...cookie, ...cross } }), { statusCode: 200 })
})

t.test('null switches it off', async t => {
  const app = await open(t, { csrf: null })
  t.match(await app.inject({ method: 'POST', url: '/', headers: { ...cookie, ...headersOf('cross-site', 'http://evil.example') } }), { statusCode: 200 })
})

t.test('what each mode makes of a cookie from elsewhere', async t => {
  const rows: Readonly<Record<Mode, readonly [number, string]>> = { public: [200, 'nobody'], tolerant: [200, 'nobody'], optional: [403, 'AUTH_ORIGIN_REFUSED'], required: [403, 'AUTH_ORIGIN_REFUSED'] }
  for (const [mode, [status, seen]] of Object.entries(rows)) {
    const app = await open(t, {}, mode as Mode)
    const response = await app.inject({ method: 'POST', url: '/', headers: cookie })
    t.equal(response.statusCode, status, mode)
    t.equal(status === 200 ? response.body : response.json().code, seen, mode)
    t.equal(response.headers['www-authenticate'], undefined)
  }
})

t.test('an authenticator of the app\'s own: cookies always, Basic and its kin where a browser sent them', async t => {
  const browsers: ReadonlyArray<Record<string, string>> = [{ origin: 'http://evil.example' }, { cookie: 'a=b' }, { 'sec-fetch-mode': 'cors' }, { 'sec-fetch-site': 'cross-site' }]
  const rows: ReadonlyArray<readonly [scheme: SecurityScheme, plain: number, browser: number]> = [
    [{ type: 'http', scheme: 'Basic' }, 200, 403],
    [{ type: 'http', scheme: 'digest' }, 200, 403],
    [{ type: 'mutualTLS' }, 200, 403],
    [{ type: 'apiKey', in: 'cookie', name: 'own' }, 403, 403],
    [{ type: 'apiKey', in: 'header', name: 'x-own' }, 200, 200],
    [{ type: 'http', scheme: 'Bearer' }, 200, 200],
    [{ type: 'oauth2' }, 200, 200]
  ]
  for (const [scheme, plain, browser] of rows) {
    const app = await openApp(t, { authenticators: [basic(scheme)] }, app => { app.post('/', async ({ user }) => user?.id) })
    const name = JSON.stringify(scheme)
    t.equal((await app.inject({ method: 'POST', url: '/', headers: { 'x-own': 'x' } })).statusCode, plain, name)
    for (const headers of browsers) {
      t.equal((await app.inject({ method: 'POST', url: '/', headers: { 'x-own': 'x', ...headers } })).statusCode, browser, `${name} ${JSON.stringify(headers)}`)
    }
    t.equal((await app.inject({ method: 'POST', url: '/', headers: { 'x-own': 'x', cookie: 'a=b', 'sec-fetch-site': 'same-origin' } })).statusCode, 200, name)
  }
})

t.test('a source of the app\'s own that may have read a cookie is taken to have', async t => {
  const app = await openApp(t, { jwtProvider, tokenSources: [{ name: 'of mine', read: ({ headers, url }) => /token=([^;&]+)/.exec(`${headers['x-mine'] ?? ''};${url};${headers.cookie ?? ''}`)?.[1] ?? null }] }, app => {
    app.post('/', async ({ user }) => user?.id)
  })
  t.match(await app.inject({ method: 'POST', url: '/', headers: cookie }), { statusCode: 403 })
  t.match(await app.inject({ method: 'POST', url: '/', headers: { ...cookie, 'x-mine': `token=${token}` } }), { statusCode: 200 })
  t.match(await app.inject({ method: 'POST', url: '/', headers: { 'x-mine': `token=${token}` } }), { statusCode: 200 })
  t.match(await app.inject({ method: 'POST', url: `/?token=${token}`, headers: { cookie: 'a=b' } }), { statusCode: 200 })
})

t.test('origins that browsers never write stop the boot', async t => {
  for (const origin of ['*', 'null', '', 'https://*.example', 'app.example', 'https://app.example/', 'https://app.example/x', 'https://App.example', 'https://app.example:443', 'https://u@app.example']) {
    await t.rejects(open(t, { csrf: { trustedOrigins: [origin] } }), { code: 'AUTH_OPTION_INVALID' }, origin)
  }
})
