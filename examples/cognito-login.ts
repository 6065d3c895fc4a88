/**
 * An app that logs people in at an Amazon Cognito user pool by pages of its own: password, second factor, authenticator app. The tokens are in cookies that no
 * script can read. Where Cognito's own login pages will do, prefer them: then no password passes through the app.
 */

import { existsSync, realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import Fastify from 'fastify'
import authPlugin, { currentUser, fromCookie, fromHeader, memoryRevocations } from 'fastify-gatekeeper'
import { cognitoFromEnv } from 'fastify-gatekeeper/cognito'
import { cognitoActions, cognitoRoutes } from 'fastify-gatekeeper/cognito/admin'
import { page, policy, style } from './pages/login-page.js'
import { script } from './pages/login-script.js'

import type { FastifyInstance } from 'fastify'

/**
 * The whole app, ready to listen.
 *
 * @param env `USER_POOL_ID` and `USER_POOL_CLIENT_ID`, and whatever else `cognitoFromEnv` takes; `USER_POOL_CLIENT_SECRET` of a client that has one. For emulators
 *   `COGNITO_ENDPOINT`, where they are, and `COGNITO_ISSUER`, what their tokens write in `iss`. The AWS SDK finds credentials of the app by itself: only the
 *   groups of `/auth/me` need them
 */
export async function build (env: Readonly<Record<string, string | undefined>> = process.env): Promise<FastifyInstance> {
  const { USER_POOL_ID: userPoolId = '', USER_POOL_CLIENT_ID: clientId = '', USER_POOL_CLIENT_SECRET: clientSecret, COGNITO_ENDPOINT: endpoint, COGNITO_ISSUER: issuer } = env
  // The clocks of Amazon and of this machine agree: who logs out and in again does not have to wait for long.
  const revocation = memoryRevocations({ clockToleranceSeconds: 0 })
  const app = Fastify()
  await app.register(authPlugin, {
    jwtProvider: cognitoFromEnv(env, issuer ? { issuer } : {}),
    tokenSources: [fromHeader(), fromCookie('__Host-access_token')],
    revocation
  })
  await app.register(cognitoRoutes, {
    prefix: '/auth',
    actions: cognitoActions({ userPoolId, clientId, totpIssuer: 'Your account', ...clientSecret && { clientSecret }, ...endpoint && { endpoint } }),
    tokens: 'cookies',
    failureLimit: { max: 10, windowSeconds: 300 },
    revocations: revocation
  })

  serve(app, '/', 'text/html', page)
  serve(app, '/login.css', 'text/css', style)
  serve(app, '/login.js', 'text/javascript', script)
  app.get('/me', async request => {
    const user = currentUser(request)
    return { id: user.id, name: user.name, groups: await user.groups() }
  })
  return app
}

/** Answers everybody with a text. */
function serve (app: FastifyInstance, url: string, type: string, text: string): void {
  app.get(url, { config: { auth: 'public' } }, async (_request, reply) => reply.type(`${type}; charset=utf-8`).headers({
    'content-security-policy': policy,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff'
  }).send(text))
}

/** Browsers keep `Secure` cookies of this name only over https, or from their own machine. */
async function start ({ PORT = '3000' } = process.env): Promise<void> {
  const app = await build()
  await app.listen({ host: 'localhost', port: Number(PORT) })
  console.log(`Log in at http://localhost:${PORT}`)
}

const main = process.argv[1] ?? ''
if (existsSync(main) && realpathSync(main) === fileURLToPath(import.meta.url)) {
  start().catch(function explain (error: Error) {
    console.error(error.message)
    process.exitCode = 1
  })
}
