import { createHash, randomBytes } from 'node:crypto'
import t from 'tap'
import { build } from '../../../examples/docs-login.js'

import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'

const kOrigin = 'http://127.0.0.1:3000'
const kRedirectUri = `${kOrigin}/docs/static/oauth2-redirect.html`
const kVerifier = randomBytes(32).toString('base64url')

interface Flow { readonly authorizationUrl: string, readonly tokenUrl: string, readonly scopes: object }

async function open (t: Test): Promise<{ readonly app: FastifyInstance, readonly flow: Flow }> {
  const app = await build(kOrigin, {})
  t.teardown(() => app.close())
  return { app, flow: (await app.inject('/docs/json')).json().components.securitySchemes.bearerAuth.flows.authorizationCode }
}

/** What the page asks for when somebody signs in. */
function toParameters (changes: Readonly<Record<string, string>> = {}): Record<string, string> {
  const challenge = createHash('sha256').update(kVerifier).digest('base64url')
  return { response_type: 'code', client_id: 'docs', redirect_uri: kRedirectUri, scope: 'openid reports:read', state: 'one', code_challenge: challenge, code_challenge_method: 'S256', ...changes }
}

/** Goes where the provider sends the browser, fills in its forms as `name`, and stops where it is sent back to the page. */
async function signIn (authorizationUrl: string, name: string, parameters = toParameters()): Promise<URLSearchParams> {
  const jar = new Map<string, string>()
  let url = `${authorizationUrl}?${new URLSearchParams(parameters).toString()}`
  let body: URLSearchParams | null = null
  while (!url.startsWith(kRedirectUri)) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, { redirect: 'manual', headers: { cookie }, ...body !== null && { method: 'POST', body } })
    response.headers.getSetCookie().forEach(line => jar.set(...toPair(line)))
    const text = await response.text()
    const [, action] = /<form [^>]*action="([^"]+)"/.exec(text) ?? []
    const [, prompt = ''] = /name="prompt" value="(\w+)"/.exec(text) ?? []
    body = action === undefined ? null : new URLSearchParams({ prompt, login: name, password: 'any' })
    const next = action ?? response.headers.get('location')
    if (next === null) {
      throw new Error(`${response.status}: ${text}`)
    }
    url = new URL(next, url).href
  }
  return new URL(url).searchParams
}

function toPair (line: string): [string, string] {
  const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
  return [name, value]
}

function exchange (tokenUrl: string, code: string, { origin = kOrigin, verifier = kVerifier } = {}): Promise<Response> {
  const body = new URLSearchParams({ grant_type: 'authorization_code', client_id: 'docs', redirect_uri: kRedirectUri, code, code_verifier: verifier })
  return fetch(tokenUrl, { method: 'POST', headers: { origin }, body })
}

async function statusesFor (app: FastifyInstance, authorization: string): Promise<readonly number[]> {
  const answers = await Promise.all(['/me', '/reports', '/salaries'].map(url => app.inject({ url, headers: { authorization } })))
  return answers.map(({ statusCode }) => statusCode)
}

t.test('the document says how to sign in, and what each route asks', async t => {
  const { app, flow } = await open(t)
  t.strictSame(flow.scopes, { 'reports:read': '' })
  const { paths } = (await app.inject('/docs/json')).json()
  t.strictSame(paths['/me'].get.security, [{ bearerAuth: [] }])
  t.strictSame(paths['/reports'].get.security, [{ bearerAuth: ['reports:read'] }])
  t.equal(paths['/salaries'].get.description, 'Requires roles accountant.')
  t.match((await app.inject('/docs/static/swagger-initializer.js')).body, /"clientId":"docs".*"usePkceWithAuthorizationCodeGrant":true/)
  t.equal((await app.inject(new URL(kRedirectUri).pathname)).statusCode, 200)
  t.match((await app.inject('/docs')).headers['content-security-policy'], `connect-src 'self' ${new URL(flow.tokenUrl).origin}`)
})

t.test('who signs in gets a token that the API takes, and what is behind the scope; only alice what is behind the role', async t => {
  const { app, flow } = await open(t)
  for (const [name, statuses] of [['alice', [200, 200, 200]], ['bob', [200, 200, 403]]] as const) {
    const answer = await exchange(flow.tokenUrl, (await signIn(flow.authorizationUrl, name)).get('code') ?? '')
    t.equal(answer.headers.get('access-control-allow-origin'), kOrigin, 'the page may read the token')
    const { access_token: token } = await answer.json() as { readonly access_token: string }
    t.strictSame((await app.inject({ url: '/me', headers: { authorization: `Bearer ${token}` } })).json(), { id: name, name })
    t.strictSame(await statusesFor(app, `Bearer ${token}`), statuses, name)
  }
  t.strictSame(await statusesFor(app, ''), [401, 401, 401])
})

t.test('a code is worth nothing without its verifier, and to pages of others', async t => {
  const { flow } = await open(t)
  const codeOf = async () => (await signIn(flow.authorizationUrl, 'alice')).get('code') ?? ''
  t.match(await (await exchange(flow.tokenUrl, await codeOf(), { verifier: randomBytes(32).toString('base64url') })).json(), { error: 'invalid_grant' })
  const stolen = await exchange(flow.tokenUrl, await codeOf(), { origin: 'https://evil.example' })
  t.equal(stolen.headers.get('access-control-allow-origin'), null)
  const { code_challenge: _, code_challenge_method: __, ...parameters } = toParameters()
  t.match(Object.fromEntries(await signIn(flow.authorizationUrl, 'alice', parameters)), { error: 'invalid_request' }, 'no code without PKCE')
  await t.rejects(signIn(flow.authorizationUrl, 'alice', toParameters({ redirect_uri: 'https://evil.example/' })), /redirect_uri/)
})

t.test('does not start in production, and ends its provider when it is closed', async t => {
  await t.rejects(build(kOrigin, { NODE_ENV: 'production' }), /NODE_ENV is production/)
  const { app, flow } = await open(t)
  t.match(await (await exchange(flow.tokenUrl, 'none')).json(), { error: 'invalid_grant' })
  await app.close()
  await t.rejects(exchange(flow.tokenUrl, 'none'), /fetch failed/)
})
