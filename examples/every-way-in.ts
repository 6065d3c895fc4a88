/**
 * An app that takes whatever its callers have: tokens of an OpenID provider, JWT or opaque, a static token, a password, an API key. All of them open one
 * route, and each of them alone another. The provider is a real one, started here to be tried.
 */

import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, realpathSync } from 'node:fs'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import swagger from '@fastify/swagger'
import Fastify from 'fastify'
import authPlugin, { bearer, currentUser } from 'fastify-gatekeeper'
import { apiKey, issueApiKey, memoryKeys, staticTokens } from 'fastify-gatekeeper/api-key'
import { basic, hashPassword } from 'fastify-gatekeeper/basic'
import { introspection } from 'fastify-gatekeeper/introspection'
import { oidc } from 'fastify-gatekeeper/oidc'
import Provider from 'oidc-provider'

import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** The API, as JWTs name it. */
const audience = 'https://books.example'

/** The ways in, by the names that they have in `config.auth`, in `user.authenticator` and in the document. */
export const WAYS = ['jwtAuth', 'opaqueAuth', 'staticAuth', 'basicAuth', 'apiKeyAuth'] as const

/** What callers send, made anew for each start. */
export interface Secrets {
  readonly staticToken: string
  readonly password: string
  readonly clientSecret: string
  /** Made when the app is built. */
  apiKey: string
}

export function createSecrets (): Secrets {
  const random = () => randomBytes(24).toString('base64url')
  return { staticToken: random(), password: random(), clientSecret: random(), apiKey: '' }
}

/** The whole app, ready to listen. Closing it closes its provider too. */
export async function build (secrets: Secrets = createSecrets(), { NODE_ENV } = process.env): Promise<FastifyInstance> {
  if (NODE_ENV === 'production') {
    throw new Error('This example does not start while NODE_ENV is production: its provider is for trying things out.')
  }
  const app = Fastify()
  const issuer = await startProvider(app, secrets.clientSecret)
  const passwordHash = await hashPassword(secrets.password)
  const { key, record } = issueApiKey({ owner: 'nightly-job', scopes: ['books:read'] })
  secrets.apiKey = key

  await app.register(swagger, { openapi: { openapi: '3.1.0', info: { title: 'Books', version: '1.0.0' } } })
  await app.register(authPlugin, {
    authenticators: [
      bearer(oidc({ issuer, audience, securityScheme: 'http' }), { name: 'jwtAuth' }),
      // The same issuer: its JWTs are verified above, and about any other token it is asked.
      bearer(introspection({ url: `${issuer}/token/introspection`, issuer, audience: null, jwts: false, clientId: 'books', clientSecret: secrets.clientSecret, claims: { id: 'client_id' } }), { name: 'opaqueAuth' }),
      bearer(staticTokens([{ token: secrets.staticToken, subject: 'cron' }]), { name: 'staticAuth' }),
      basic({ findByUsername: async username => username === 'alice' ? { id: 'alice', passwordHash } : null }),
      apiKey(memoryKeys([record]))
    ],
    exclude: ['/document']
  })

  app.get('/document', { schema: { hide: true } }, async () => app.swagger())
  app.get('/', async request => ({ id: currentUser(request).id, authenticator: currentUser(request).authenticator }))
  for (const way of WAYS) {
    app.get(`/${way}`, { config: { auth: { mode: 'required', authenticators: [way] } } }, async request => ({ id: currentUser(request).id }))
  }
  return app
}

/** Asks the provider for a token of the client `books`: a JWT for the API, or an opaque one. RFC 6749, section 4.4; RFC 8707. */
export async function fetchToken (app: FastifyInstance, { clientSecret }: Secrets, kind: 'jwt' | 'opaque'): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...kind === 'jwt' && { resource: audience } })
  const authorization = `Basic ${Buffer.from(`books:${clientSecret}`).toString('base64')}`
  const response = await fetch(`${app.issuer}/token`, { method: 'POST', headers: { authorization }, body })
  const { access_token: token } = await response.json() as { readonly access_token: string }
  return token
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Where this example's provider is. */
    issuer: string
  }
}

async function startProvider (app: FastifyInstance, clientSecret: string): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  server.on('request', new Provider(issuer, toConfiguration(clientSecret)).callback())
  app.decorate('issuer', issuer)
  app.addHook('onClose', async function closeProvider () {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return issuer
}

function toConfiguration (clientSecret: string): object {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  return {
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'RS256' }] },
    clients: [{ client_id: 'books', client_secret: clientSecret, grant_types: ['client_credentials'], redirect_uris: [], response_types: [] }],
    ttl: { ClientCredentials: 600 },
    features: {
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: async () => ({ scope: '', audience, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } })
      }
    }
  }
}

async function start ({ PORT = '3000' } = process.env): Promise<void> {
  const secrets = createSecrets()
  const app = await build(secrets)
  const address = await app.listen({ host: '127.0.0.1', port: Number(PORT) })
  const [jwt, opaque] = await Promise.all([fetchToken(app, secrets, 'jwt'), fetchToken(app, secrets, 'opaque')])
  console.log(app.printAccessMatrix())
  for (const header of [`authorization: Bearer ${jwt}`, `authorization: Bearer ${opaque}`, `authorization: Bearer ${secrets.staticToken}`, `x-api-key: ${secrets.apiKey}`]) {
    console.log(`curl -H "${header}" ${address}/\n`)
  }
  console.log(`curl -u alice:${secrets.password} ${address}/`)
}

const main = process.argv[1] ?? ''
if (existsSync(main) && realpathSync(main) === fileURLToPath(import.meta.url)) {
  start().catch(function explain (error: Error) {
    console.error(error.message)
    process.exitCode = 1
  })
}
