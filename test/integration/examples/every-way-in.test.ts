import fc from 'fast-check'
import t from 'tap'

import { build, createSecrets, fetchToken, WAYS } from '../../../examples/every-way-in.js'

const secrets = createSecrets()
const app = await build(secrets)
t.teardown(() => app.close())
await app.ready()

const credentials: Readonly<Record<typeof WAYS[number], Readonly<Record<string, string>>>> = {
  jwtAuth: { authorization: `Bearer ${await fetchToken(app, secrets, 'jwt')}` },
  opaqueAuth: { authorization: `Bearer ${await fetchToken(app, secrets, 'opaque')}` },
  staticAuth: { authorization: `Bearer ${secrets.staticToken}` },
  basicAuth: { authorization: `Basic ${Buffer.from(`alice:${secrets.password}`).toString('base64')}` },
  apiKeyAuth: { 'x-api-key': secrets.apiKey }
}

t.test('each way in opens the route of all, and of the others only its own', async t => {
  for (const way of WAYS) {
    const headers = credentials[way]
    t.match((await app.inject({ url: '/', headers })).json(), { authenticator: way }, way)
    for (const route of WAYS) {
      t.equal((await app.inject({ url: `/${route}`, headers })).statusCode, route === way ? 200 : 401, `${way} at /${route}`)
    }
  }
})

t.test('nobody comes in with nothing, or with something like it', async t => {
  const nothing = await app.inject('/')
  t.equal(nothing.statusCode, 401)
  t.strictSame(nothing.headers['www-authenticate'], ['Bearer realm="api"', 'Basic realm="api", charset="UTF-8"', 'ApiKey realm="api"'])
  for (const headers of [{ authorization: 'Bearer unknown-to-everybody' }, { authorization: `Basic ${Buffer.from('alice:wrong').toString('base64')}` }, { 'x-api-key': `${secrets.apiKey}x` }]) {
    t.equal((await app.inject({ url: '/', headers })).statusCode, 401)
  }
  t.match((await app.inject({ url: '/', headers: { ...credentials.basicAuth, ...credentials.apiKeyAuth } })).json(), { code: 'AUTH_CREDENTIALS_AMBIGUOUS' })
})

t.test('what the provider has revoked is out when the answer is no longer remembered', async t => {
  const authorization = `Basic ${Buffer.from(`books:${secrets.clientSecret}`).toString('base64')}`
  const token = await fetchToken(app, secrets, 'opaque')
  await fetch(`${app.issuer}/token/revocation`, { method: 'POST', headers: { authorization }, body: new URLSearchParams({ token }) })
  t.equal((await app.inject({ url: '/', headers: { authorization: `Bearer ${token}` } })).statusCode, 401)
})

t.test('the document names every way in', async t => {
  const { components, paths } = (await app.inject('/document')).json()
  t.match(components.securitySchemes, {
    jwtAuth: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    opaqueAuth: { type: 'http', scheme: 'bearer' },
    staticAuth: { type: 'http', scheme: 'bearer' },
    basicAuth: { type: 'http', scheme: 'basic' },
    apiKeyAuth: { type: 'apiKey', in: 'header', name: 'x-api-key' }
  })
  t.strictSame(paths['/'].get.security, WAYS.map(way => ({ [way]: [] })))
  for (const way of WAYS) {
    t.strictSame(paths[`/${way}`].get.security, [{ [way]: [] }])
    t.equal('429' in paths[`/${way}`].get.responses, way !== 'jwtAuth', way)
  }
})

/** Modes in which nothing that is sent is refused. */
const WITHOUT_REFUSALS: readonly string[] = ['tolerant', 'public']

/** A route as an app may declare it: who may come in, and by which ways. */
const routes = fc.array(fc.record({ mode: fc.constantFrom('public', 'tolerant', 'optional', 'required'), ways: fc.subarray([...WAYS], { minLength: 1 }) }), { minLength: 200, maxLength: 200 })

t.test('generated routes do what their document says, by every way and by none', async t => {
  const other = await build(secrets)
  t.teardown(() => other.close())
  const [drawn = []] = fc.sample(routes, { seed: 20_261_122, numRuns: 1 })
  for (const [index, { mode, ways }] of drawn.entries()) {
    other.get(`/generated/${index}`, { config: { auth: { mode, authenticators: ways } } }, async () => 'in')
  }
  await other.ready()
  const sent = { ...credentials, apiKeyAuth: { 'x-api-key': secrets.apiKey }, jwtAuth: { authorization: `Bearer ${await fetchToken(other, secrets, 'jwt')}` }, opaqueAuth: { authorization: `Bearer ${await fetchToken(other, secrets, 'opaque')}` } }
  const { paths } = (await other.inject('/document')).json()
  let calls = 0
  // From an address of its own each, so that no attempt counts for the next.
  const call = async (url: string, headers = {}) => (await other.inject({ url, headers, remoteAddress: `10.0.${calls >> 8}.${calls++ & 255}` })).statusCode
  for (const [index, { mode, ways }] of drawn.entries()) {
    const url = `/generated/${index}`
    const { named, isOpen } = readSecurity(paths[url].get.security)
    t.strictSame(named, mode === 'public' ? [] : WAYS.filter(way => ways.includes(way)), `${url} ${mode}`)
    t.equal(await call(url), isOpen ? 200 : 401, `${url} with nothing`)
    for (const way of WAYS) {
      const status = await call(url, sent[way])
      const isIn = named.includes(way) || WITHOUT_REFUSALS.includes(mode)
      isIn ? t.equal(status, 200, `${url} by ${way}`) : t.ok(isOpen || status === 401, `${url} by ${way}: ${status}`)
    }
  }
})

/** The ways that a document names, and whether it lets in who sends nothing. */
function readSecurity (alternatives: ReadonlyArray<Readonly<Record<string, readonly string[]>>>) {
  return {
    named: alternatives.flatMap(alternative => Object.keys(alternative)),
    isOpen: alternatives.length === 0 || alternatives.some(alternative => Object.keys(alternative).length === 0)
  }
}

t.test('it does not start in production', async t => {
  await t.rejects(build(createSecrets(), { NODE_ENV: 'production' }), { message: /production/ })
})
