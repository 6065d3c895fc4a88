import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import Fastify from 'fastify'
import authPlugin, { authPlugin as named, currentUser, requireRoles } from 'fastify-gatekeeper'
import { jwt } from 'fastify-gatekeeper/jwt'
import { oidc } from 'fastify-gatekeeper/oidc'
import { connect, sqlGroups } from 'fastify-gatekeeper/sql'
import { fakeUser, injectAs, testIssuer } from 'fastify-gatekeeper/testing'

const manifest = createRequire(import.meta.url)('fastify-gatekeeper/package.json')
assert.equal(manifest.name, 'fastify-gatekeeper')
assert.equal(authPlugin, named)
assert.equal(typeof oidc, 'function')
assert.equal(typeof sqlGroups, 'function')
assert.throws(() => connect('postgresql://localhost/app'), { code: 'AUTH_OPTION_INVALID', message: /npm install pg/ })

const issuer = await testIssuer()
const app = Fastify()
await app.register(authPlugin, { jwtProvider: jwt({ issuer: issuer.url, audience: 'consumer', jwks: issuer.jwks }) })
app.get('/me', { preHandler: [requireRoles('editor')] }, async request => currentUser(request).id)

const token = await issuer.token({ sub: 'alice', aud: 'consumer', roles: ['editor'] })
const stranger = await app.inject('/me')
assert.equal(stranger.statusCode, 401)
assert.equal(stranger.json().code, 'AUTH_CREDENTIALS_MISSING')
const alice = await app.inject({ url: '/me', headers: { authorization: `Bearer ${token}` } })
assert.deepEqual([alice.statusCode, alice.body], [200, 'alice'])
const fake = await injectAs(app, fakeUser({ id: 'bob', roles: ['editor'] }), '/me')
assert.deepEqual([fake.statusCode, fake.body], [200, 'bob'])

await app.close()
await issuer.close()
