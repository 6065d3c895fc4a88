/**
 * An app whose documentation signs people in: Authorize at /docs opens the login of an OpenID provider, by authorization code with PKCE, and the page
 * asks the API with the token it got. The provider is a real one, started here to be tried: it takes any name and any password.
 */

import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, realpathSync } from 'node:fs'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import Fastify from 'fastify'
import authPlugin, { currentUser, requireRoles, requireScopes, swaggerUiLogin } from 'fastify-gatekeeper'
import { oidc } from 'fastify-gatekeeper/oidc'
import Provider from 'oidc-provider'

import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** The API, as tokens name it. */
const audience = 'https://reports.example'

/** What the page is called at the provider. */
const clientId = 'docs'

/**
 * The whole app, ready to listen. Closing it closes its provider too.
 *
 * @param origin where browsers find the app: the provider sends them back there and nowhere else
 */
export async function build (origin = 'http://127.0.0.1:3000', { NODE_ENV } = process.env): Promise<FastifyInstance> {
  if (NODE_ENV === 'production') {
    throw new Error('This example does not start while NODE_ENV is production: anybody may sign in under any name.')
  }
  const app = Fastify()
  const issuer = await startProvider(app, origin)

  await app.register(swagger, { openapi: { openapi: '3.1.0', info: { title: 'Reports', version: '1.0.0' } } })
  await app.register(authPlugin, { jwtProvider: oidc({ issuer, audience, securityScheme: 'oauth2' }), openapi: { requirements: 'all' }, exclude: ['/docs/*'] })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    ...swaggerUiLogin({ clientId, scopes: ['openid', 'reports:read'] }),
    // The page may ask the provider too: where its endpoints are, and for the token. This app is reached by http.
    staticCSP: true,
    transformStaticCSP: policy => `${policy.replace('upgrade-insecure-requests;', '')} connect-src 'self' ${issuer}`
  })

  app.get('/me', async request => ({ id: currentUser(request).id, name: currentUser(request).name }))
  app.get('/reports', { preHandler: [requireScopes('reports:read')] }, async () => ({ reports: ['2025', '2026'] }))
  app.get('/salaries', { preHandler: [requireRoles('accountant')] }, async () => ({ salaries: [] }))
  return app
}

/** Starts an OpenID provider that knows the page, and gives its issuer. In earnest it is somebody else's. */
async function startProvider (app: FastifyInstance, origin: string): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  server.on('request', new Provider(issuer, toConfiguration(origin)).callback())
  app.addHook('onClose', async function closeProvider () {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return issuer
}

function toConfiguration (origin: string): object {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  return {
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'RS256' }] },
    cookies: { keys: [randomUUID()] },
    // A public client: what is sent to browsers is no secret, and PKCE stands in its place. RFC 7636.
    clients: [{ client_id: clientId, token_endpoint_auth_method: 'none', redirect_uris: [`${origin}/docs/static/oauth2-redirect.html`] }],
    clientBasedCORS: (_context: unknown, asking: string) => asking === origin,
    findAccount: async (_context: unknown, id: string) => ({ accountId: id, claims: async () => ({ sub: id }) }),
    extraTokenClaims: async (_context: unknown, { accountId }: { readonly accountId: string }) => ({ name: accountId, roles: accountId === 'alice' ? ['accountant'] : [] }),
    ttl: { AccessToken: 3_600, AuthorizationCode: 60, Grant: 3_600, IdToken: 3_600, Interaction: 600, Session: 3_600 },
    features: {
      // Tokens for this API are JWTs, whether or not the page says that it wants them for it. RFC 8707, RFC 9068.
      resourceIndicators: {
        enabled: true,
        defaultResource: async () => audience,
        useGrantedResource: async () => true,
        getResourceServerInfo: async () => ({ scope: 'reports:read', audience, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } })
      }
    }
  }
}

async function start ({ PORT = '3000' } = process.env): Promise<void> {
  const origin = `http://127.0.0.1:${PORT}`
  const app = await build(origin)
  await app.listen({ host: '127.0.0.1', port: Number(PORT) })
  console.log(`Sign in with Authorize at ${origin}/docs, as alice, an accountant, or as anybody else.`)
}

const main = process.argv[1] ?? ''
if (existsSync(main) && realpathSync(main) === fileURLToPath(import.meta.url)) {
  start().catch(function explain (error: Error) {
    console.error(error.message)
    process.exitCode = 1
  })
}
