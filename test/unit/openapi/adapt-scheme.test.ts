import t from 'tap'

import { adaptScheme } from '../../../lib/openapi/adapt-scheme.js'

import type { Test } from 'tap'
import type { Version } from '../../../lib/openapi/version.js'
import type { SecurityScheme } from '../../../types/scheme.js'

type Adapted = Readonly<Record<string, unknown>>

const authorizationUrl = 'https://issuer.example/authorize'
const tokenUrl = 'https://issuer.example/token'
const authorization = (description: string): Adapted => ({ type: 'apiKey', in: 'header', name: 'Authorization', description })

/** Holds a scheme against what each edition is to say of it; those that are not named say it as it was declared. */
function expectAdapted (t: Test, scheme: SecurityScheme, wanted: Partial<Record<Version, Adapted>>): void {
  for (const version of ['2.0', '3.0', '3.1', '3.2'] as const) {
    t.strictSame(adaptScheme(scheme, version), wanted[version] ?? scheme, `${scheme.type} in ${version}`)
  }
}

t.test('bearer tokens are an Authorization header in OpenAPI 2', async t => {
  expectAdapted(t, { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, { '2.0': authorization('Bearer <token>') })
  expectAdapted(t, { type: 'http', scheme: 'Bearer', description: 'Staff' }, { '2.0': authorization('Staff (Bearer <token>)') })
})

t.test('Basic has a type of its own in OpenAPI 2, other schemes of HTTP are described', async t => {
  expectAdapted(t, { type: 'http', scheme: 'basic' }, { '2.0': { type: 'basic' } })
  expectAdapted(t, { type: 'http', scheme: 'Basic', description: 'Scripts' }, { '2.0': { type: 'basic', description: 'Scripts' } })
  expectAdapted(t, { type: 'http', scheme: 'Digest' }, { '2.0': authorization('Digest <credentials>') })
})

t.test('keys in headers and queries are the same in all editions, those in cookies are a Cookie header in OpenAPI 2', async t => {
  expectAdapted(t, { type: 'apiKey', in: 'header', name: 'x-key', description: 'Ask us' }, {})
  expectAdapted(t, { type: 'apiKey', in: 'query', name: 'key' }, {})
  expectAdapted(t, { type: 'apiKey', in: 'cookie', name: 'session' }, { '2.0': { type: 'apiKey', in: 'header', name: 'Cookie', description: 'session=<value>' } })
  expectAdapted(t, { type: 'apiKey', in: 'cookie', name: 'session', description: 'signed' }, { '2.0': { type: 'apiKey', in: 'header', name: 'Cookie', description: 'signed (session=<value>)' } })
})

t.test('client certificates are a type since OpenAPI 3.1', async t => {
  const note = 'a client certificate (mutual TLS)'
  expectAdapted(t, { type: 'mutualTLS' }, { '2.0': authorization(note), '3.0': { type: 'http', scheme: 'mutual-tls', description: note } })
  expectAdapted(t, { type: 'mutualTLS', description: 'Machines' }, { '2.0': authorization(`Machines (${note})`), '3.0': { type: 'http', scheme: 'mutual-tls', description: `Machines (${note})` } })
})

t.test('OpenID Connect is an Authorization header in OpenAPI 2', async t => {
  expectAdapted(t, { type: 'openIdConnect', openIdConnectUrl: 'https://issuer.example/.well-known/openid-configuration' }, { '2.0': authorization('Bearer <token>') })
})

t.test('OpenAPI 2 has one flow of OAuth, by its older name and without what it does not know', async t => {
  const scopes = { read: 'Read books' }
  for (const [name, older, flow] of [
    ['authorizationCode', 'accessCode', { authorizationUrl, tokenUrl, scopes }],
    ['implicit', 'implicit', { authorizationUrl, scopes }],
    ['password', 'password', { tokenUrl, scopes }],
    ['clientCredentials', 'application', { tokenUrl, scopes }]
  ] as const) {
    expectAdapted(t, { type: 'oauth2', flows: { [name]: flow } }, { '2.0': { type: 'oauth2', flow: older, ...flow } })
    t.strictSame(adaptScheme({ type: 'oauth2', description: 'Staff', flows: { [name]: { ...flow, refreshUrl: tokenUrl } } }, '2.0'), { type: 'oauth2', flow: older, ...flow, description: 'Staff' }, name)
  }
  const flows = { clientCredentials: { tokenUrl, scopes }, implicit: { authorizationUrl, scopes }, authorizationCode: { authorizationUrl, tokenUrl, scopes } }
  t.match(adaptScheme({ type: 'oauth2', flows }, '2.0'), { flow: 'accessCode' }, 'of several the safest one')
})

t.test('a scheme of OAuth that OpenAPI 2 has no flow for is an Authorization header', async t => {
  for (const flows of [undefined, {}, { implicit: null }, { deviceAuthorization: { tokenUrl, scopes: {} } }]) {
    t.strictSame(adaptScheme({ type: 'oauth2', flows, description: 'Staff' }, '2.0'), authorization('Staff (Bearer <token>)'), JSON.stringify(flows))
  }
})

t.test('what OpenAPI 3.2 added is left out before', async t => {
  const scopes = {}
  const before = { type: 'oauth2', flows: { authorizationCode: { authorizationUrl, tokenUrl, scopes } } } as const
  const scheme: SecurityScheme = { ...before, oauth2MetadataUrl: 'https://issuer.example/.well-known/oauth-authorization-server', deprecated: true, flows: { ...before.flows, deviceAuthorization: { deviceAuthorizationUrl: authorizationUrl, tokenUrl, scopes } } }
  expectAdapted(t, scheme, { '2.0': { type: 'oauth2', flow: 'accessCode', authorizationUrl, tokenUrl, scopes }, '3.0': before, 3.1: before })
  const key = { type: 'apiKey', in: 'header', name: 'x-key' } as const
  expectAdapted(t, { ...key, deprecated: true }, { '2.0': key, '3.0': key, 3.1: key })
})
