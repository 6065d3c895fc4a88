import { decodeJwt } from 'jose'
import t from 'tap'

import { generateKeys } from '../../fixtures/generate-keys.js'
import { stopClock } from '../../fixtures/clock.js'
import { collectLog } from '../../fixtures/collect-log.js'
import { bearer, handIssuer, now } from '../../fixtures/hand-issuer.js'
import { openPassthrough } from '../../fixtures/open-passthrough.js'
import { startEcho } from '../../fixtures/start-echo.js'
import { startTokenEndpoint } from '../../fixtures/start-token-endpoint.js'
import { authDispatcher, authFetch, authHeaders, withAuthMetadata } from '../../../lib/passthrough/index.js'

import type { FastifyServerOptions } from 'fastify'
import type { Test } from 'tap'
import type { TokenEndpoint } from '../../fixtures/start-token-endpoint.js'
import type { ExchangeOptions } from '../../../lib/passthrough/index.js'

const BOOKS = 'https://books.example.com'
const PRINTS = 'https://prints.example.com'
const SHARED = { clientId: 'shop', clientSecret: 'the secret of the shop', audience: 'books' }

/** An app whose route says what would be sent to one of two origins. */
async function open (t: Test, endpoint: TokenEndpoint, exchange: Partial<ExchangeOptions> = {}, server: FastifyServerOptions = {}) {
  const app = await openPassthrough(t, { required: false, allowedOrigins: [BOOKS, PRINTS], exchange: { tokenEndpoint: endpoint.url, ...SHARED, ...exchange } }, app => {
    app.get('/', async ({ query }) => await authHeaders((query as { readonly to?: string }).to ?? BOOKS))
  }, server)
  return async function ask (headers: Record<string, string>, to = BOOKS) {
    const response = await app.inject({ url: '/', query: { to }, headers })
    return response.json().authorization ?? [response.statusCode, response.json().code]
  }
}

t.test('a token made for the target is sent in place of the caller\'s, and nothing else of his', async t => {
  const [endpoint, echo] = [await startTokenEndpoint(t), await startEcho(t)]
  const dispatcher = authDispatcher()
  t.teardown(() => dispatcher.close())
  const app = await openPassthrough(t, { allowedOrigins: [echo.origin], exchange: { tokenEndpoint: endpoint.url, ...SHARED, resource: ['https://a.example:81', 'https://b.example:82'], scope: 'read write' } }, app => {
    app.get('/', async () => await (await authFetch(echo.origin)).json())
    app.get('/dispatched', async () => await (await fetch(echo.origin, { dispatcher } as never)).json())
  })
  for (const url of ['/', '/dispatched']) {
    const { authorization, cookie } = (await app.inject({ url, headers: { ...bearer('alice'), cookie: 'session=1' } })).json()
    t.strictSame([authorization, cookie], ['Bearer alice.books+81+82.1', undefined])
  }
  const [{ headers, form } = { headers: {}, form: new URLSearchParams() }] = endpoint.calls
  t.equal(headers.authorization, `Basic ${Buffer.from('shop:the+secret+of+the+shop').toString('base64')}`)
  t.strictSame([...form], [
    ['grant_type', 'urn:ietf:params:oauth:grant-type:token-exchange'],
    ['subject_token', 'alice'],
    ['subject_token_type', 'urn:ietf:params:oauth:token-type:access_token'],
    ['requested_token_type', 'urn:ietf:params:oauth:token-type:access_token'],
    ['audience', 'books'],
    ['resource', 'https://a.example:81'],
    ['resource', 'https://b.example:82'],
    ['scope', 'read write']
  ])
})

t.test('the client says who it is in the form, or with a signature', async t => {
  const endpoint = await startTokenEndpoint(t)
  await (await open(t, endpoint, { auth: 'post', subjectTokenType: 'urn:x:a', requestedTokenType: 'urn:x:b' }))(bearer('alice'))
  t.match(Object.fromEntries(endpoint.calls[0]?.form ?? []), { client_id: 'shop', client_secret: SHARED.clientSecret, subject_token_type: 'urn:x:a', requested_token_type: 'urn:x:b' })
  const privateKey = generateKeys('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
  for (const [issuer, aud] of [[undefined, endpoint.url], ['https://login.example.com', 'https://login.example.com']] as const) {
    const signed = { tokenEndpoint: endpoint.url, clientId: 'shop', audience: 'books', auth: 'private_key_jwt', privateKey, algorithm: 'ES256', ...issuer && { issuer } }
    const app = await openPassthrough(t, { allowedOrigins: [BOOKS], exchange: signed }, app => { app.get('/', async () => await authHeaders(BOOKS)) })
    await app.inject({ url: '/', headers: bearer('alice') })
    t.match(decodeJwt(endpoint.calls.at(-1)?.form.get('client_assertion') ?? ''), { iss: 'shop', aud })
  }
})

t.test('tokens are kept by the caller\'s token and by whom they are for, until shortly before they end', async t => {
  const clock = stopClock(t)
  const endpoint = await startTokenEndpoint(t)
  const ask = await open(t, endpoint, { targets: { [PRINTS]: { audience: 'prints' } }, marginSeconds: 30 })
  t.equal(await ask(bearer('alice')), 'Bearer alice.books.1')
  t.equal(await ask({ authorization: 'bearer  alice' }), 'Bearer alice.books.1')
  t.equal(await ask(bearer('alice'), PRINTS), 'Bearer alice.prints.2')
  t.equal(await ask(bearer('bob')), 'Bearer bob.books.3')
  t.equal(await ask(bearer('alice')), 'Bearer alice.books.1')
  clock.advance(269)
  t.equal(await ask(bearer('alice')), 'Bearer alice.books.1')
  clock.advance(1)
  t.equal(await ask(bearer('alice')), 'Bearer alice.books.4')
  t.equal(await ask(bearer('bob')), 'Bearer bob.books.5')
})

t.test('two origins with one target share its token', async t => {
  const endpoint = await startTokenEndpoint(t)
  const ask = await open(t, endpoint)
  t.equal(await ask(bearer('alice')), await ask(bearer('alice'), PRINTS))
})

t.test('a token is kept no longer than the caller\'s own lives, nor when it does not say how long it does', async t => {
  const clock = stopClock(t)
  const endpoint = await startTokenEndpoint(t)
  const ask = await open(t, endpoint)
  const token = bearer(handIssuer().token({ exp: now() + 60 }))
  await ask(token)
  clock.advance(59)
  await ask(token)
  t.equal(endpoint.calls.length, 1)
  clock.advance(1)
  await ask(token)
  await ask(token)
  t.equal(endpoint.calls.length, 3, 'whoever exchanges it says whether it is still good')
  for (const expiresIn of [undefined, 0, -1, '300', 20]) {
    endpoint.members = { expires_in: expiresIn }
    const before = endpoint.calls.length
    await ask(bearer('alice'))
    await ask(bearer('alice'))
    t.equal(endpoint.calls.length, before + 2, String(expiresIn))
  }
})

t.test('callers with one token share one exchange, and the number of tokens that are kept is bounded', async t => {
  const endpoint = await startTokenEndpoint(t)
  const ask = await open(t, endpoint, { max: 2 })
  t.strictSame(new Set(await Promise.all(Array.from({ length: 50 }, () => ask(bearer('alice'))))), new Set(['Bearer alice.books.1']))
  await ask(bearer('bob'))
  await ask(bearer('carol'))
  t.equal(endpoint.calls.length, 3)
  await ask(bearer('carol'))
  t.equal(endpoint.calls.length, 3)
  t.equal(await ask(bearer('alice')), 'Bearer alice.books.4')
})

t.test('no token in exchange is an outage, said without the token, and not remembered', async t => {
  const endpoint = await startTokenEndpoint(t)
  const log = collectLog()
  const ask = await open(t, endpoint, { timeoutMs: 100 }, { logger: log.logger })
  const answers: ReadonlyArray<TokenEndpoint['misbehave']> = [
    response => response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_request"}'),
    response => response.writeHead(401).end(),
    response => response.writeHead(500).end(),
    response => response.writeHead(302, { location: endpoint.url }).end(),
    response => response.writeHead(200, { 'content-type': 'text/html' }).end('{}'),
    response => response.setHeader('content-type', 'application/json').end('{"access_token":'),
    response => response.setHeader('content-type', 'application/json').end('x'.repeat(70_000)),
    response => response.destroy(),
    () => {}
  ]
  for (const misbehave of answers) {
    endpoint.misbehave = misbehave
    t.strictSame(await ask(bearer('alice')), [503, 'AUTH_PROVIDER_UNAVAILABLE'])
  }
  endpoint.misbehave = null
  for (const members of [{ access_token: undefined }, { access_token: 'a b' }, { access_token: 7 }, { token_type: 'N_A' }, { token_type: undefined }, { token_type: 'DPoP' }]) {
    endpoint.members = members
    t.strictSame(await ask(bearer('alice')), [503, 'AUTH_PROVIDER_UNAVAILABLE'])
  }
  t.equal(endpoint.calls.length, answers.length + 6)
  t.match(log.of('a token could not be exchanged').at(0), { expected: 'status 200', status: 400 })
  t.match(log.of('request could not be judged').at(0), { reason: 'exchange' })
  t.notMatch(log.text(), /alice|secret of/)
  endpoint.members = {}
  t.equal(await ask(bearer('alice')), `Bearer alice.books.${endpoint.calls.length}`)
})

t.test('credentials that are no bearer token cannot be exchanged, and are not sent instead', async t => {
  const endpoint = await startTokenEndpoint(t)
  const ask = await open(t, endpoint)
  for (const headers of [{ cookie: 'session=1' }, { authorization: 'Basic YTpi' }, { authorization: 'Bearer a b' }, { authorization: 'Bearer' }]) {
    t.strictSame(await ask(headers), [401, 'AUTH_CREDENTIALS_MISSING'])
  }
  t.equal(endpoint.calls.length, 0)
})

t.test('other credentials are exchanged, too, and calls elsewhere are refused before', async t => {
  const endpoint = await startTokenEndpoint(t)
  const app = await openPassthrough(t, { required: false, allowedOrigins: [BOOKS], exchange: { tokenEndpoint: endpoint.url, ...SHARED } }, app => {
    app.get('/', async () => await withAuthMetadata([['authorization', 'Bearer bob']], () => authHeaders(BOOKS)))
    app.get('/elsewhere', async () => await authHeaders(PRINTS))
  })
  t.equal((await app.inject({ url: '/', headers: bearer('alice') })).json().authorization, 'Bearer bob.books.1')
  t.equal((await app.inject({ url: '/elsewhere', headers: bearer('alice') })).json().code, 'AUTH_OPTION_INVALID')
  t.equal(endpoint.calls.length, 1)
})

t.test('an exchange that is under way ends with the app', async t => {
  const endpoint = await startTokenEndpoint(t)
  const called = new Promise<void>(resolve => { endpoint.misbehave = () => resolve() })
  const app = await openPassthrough(t, { allowedOrigins: [BOOKS], exchange: { tokenEndpoint: endpoint.url, ...SHARED } }, app => {
    app.get('/', async () => await authHeaders(BOOKS))
  })
  const answer = app.inject({ url: '/', headers: bearer('alice') })
  await called
  await app.close()
  t.equal((await answer).statusCode, 503)
})

t.test('options that do not go together stop the boot', async t => {
  const good = { tokenEndpoint: 'https://login.example.com/token', ...SHARED }
  const wrong: ReadonlyArray<readonly [exchange: object, message: RegExp]> = [
    [{ ...good, tokenEndpoint: 'http://login.example.com/token' }, /passthrough\.exchange\.tokenEndpoint must be an https address/],
    [{ ...good, clientSecret: undefined }, /passthrough\.exchange\.clientSecret must be there/],
    [{ ...good, auth: 'private_key_jwt' }, /passthrough\.exchange\.privateKey must be there/],
    [{ ...good, audience: undefined }, /passthrough\.exchange\.targets\.https:\/\/books\.example\.com must say an audience or a resource/],
    [{ ...good, targets: { [BOOKS]: { scope: 'read' } } }, /must say an audience or a resource/],
    [{ ...good, targets: { [PRINTS]: { audience: 'prints' } } }, /passthrough\.exchange\.targets\.https:\/\/prints\.example\.com is none of allowedOrigins/],
    [{ ...good, targets: { [BOOKS]: { audiences: 'books' } } }, /audiences is not an option/],
    [{ ...good, max: 0 }, /passthrough\.exchange\.max must be a whole number/]
  ]
  for (const [exchange, message] of wrong) {
    await t.rejects(openPassthrough(t, { allowedOrigins: [BOOKS], exchange }), { code: 'AUTH_OPTION_INVALID', message })
  }
})
