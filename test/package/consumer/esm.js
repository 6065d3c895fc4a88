import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import Fastify from 'fastify'
import authPlugin, { authPlugin as named, currentUser, requireRoles } from 'fastify-gatekeeper'
import { cognito, cognitoProfile } from 'fastify-gatekeeper/cognito'
import { cognitoActions } from 'fastify-gatekeeper/cognito/admin'
import { entra } from 'fastify-gatekeeper/entra'
import { gateway, gatewayClient } from 'fastify-gatekeeper/gateway'
import { jwt } from 'fastify-gatekeeper/jwt'
import { auth0, authentik, google, keycloak, oidc, okta } from 'fastify-gatekeeper/oidc'
import passthrough, { authMetadata } from 'fastify-gatekeeper/passthrough'
import { connect, sqlGroups } from 'fastify-gatekeeper/sql'
import { fakeUser, injectAs, testIssuer } from 'fastify-gatekeeper/testing'

const manifest = createRequire(import.meta.url)('fastify-gatekeeper/package.json')
assert.equal(manifest.name, 'fastify-gatekeeper')
assert.equal(authPlugin, named)
assert.equal(typeof oidc, 'function')
for (const preset of [auth0, authentik, google, keycloak, okta]) assert.equal(typeof preset, 'function')
assert.equal(typeof cognito, 'function')
assert.equal(typeof entra, 'function')

const unreachable = gatewayClient({ url: 'http://127.0.0.1:1/', retries: 0 })
assert.equal((await unreachable.validate('token')).kind, 'unavailable')
await unreachable.close()
assert.equal(gateway({ url: 'https://auth.example.com/' }).name, 'gatewayAuth')
assert.equal(typeof sqlGroups, 'function')
assert.throws(() => connect('postgresql://localhost/app'), { code: 'AUTH_OPTION_INVALID', message: /npm install pg/ })

const issuer = await testIssuer()
const app = Fastify()
await app.register(authPlugin, { jwtProvider: jwt({ issuer: issuer.url, audience: 'consumer', jwks: issuer.jwks }) })
await app.register(passthrough, { allowedOrigins: [], required: false })
app.get('/pairs', async () => authMetadata())
app.get('/me', { preHandler: [requireRoles('editor')] }, async request => currentUser(request).id)

const token = await issuer.token({ sub: 'alice', aud: 'consumer', roles: ['editor'] })
const stranger = await app.inject('/me')
assert.equal(stranger.statusCode, 401)
assert.equal(stranger.json().code, 'AUTH_CREDENTIALS_MISSING')
const alice = await app.inject({ url: '/me', headers: { authorization: `Bearer ${token}` } })
assert.deepEqual([alice.statusCode, alice.body], [200, 'alice'])
const pairs = await app.inject({ url: '/pairs', headers: { authorization: `Bearer ${token}` } })
assert.deepEqual(pairs.json(), [['authorization', `Bearer ${token}`]])
const fake = await injectAs(app, fakeUser({ id: 'bob', roles: ['editor'] }), '/me')
assert.deepEqual([fake.statusCode, fake.body], [200, 'bob'])

// The AWS SDK is not installed here.
await assert.rejects(cognitoActions({ userPoolId: 'us-east-1_abcdEFGH1', clientId: 'consumer' }).warmUp(), { code: 'AUTH_OPTION_INVALID', message: /npm install @aws-sdk\/client-cognito-identity-provider$/ })
const incomplete = Fastify()
await incomplete.register(authPlugin, { jwtProvider: jwt({ issuer: issuer.url, audience: 'consumer', jwks: issuer.jwks }), profileProvider: cognitoProfile() })
await assert.rejects(async () => await incomplete.ready(), { code: 'AUTH_OPTION_INVALID', message: /npm install @aws-sdk\/client-cognito-identity-provider$/ })

await app.close()
await issuer.close()
