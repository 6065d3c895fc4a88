'use strict'

const assert = require('node:assert/strict')
const Fastify = require('fastify')
const gatekeeper = require('fastify-gatekeeper')
const { cognito } = require('fastify-gatekeeper/cognito')
const { cognitoActions } = require('fastify-gatekeeper/cognito/admin')
const { entra } = require('fastify-gatekeeper/entra')
const { gateway, isDegraded } = require('fastify-gatekeeper/gateway')
const { jwt } = require('fastify-gatekeeper/jwt')
const { auth0, authentik, google, keycloak, oidc, okta } = require('fastify-gatekeeper/oidc')
const { passthrough } = require('fastify-gatekeeper/passthrough')
const { sqlGroups } = require('fastify-gatekeeper/sql')
const { testIssuer } = require('fastify-gatekeeper/testing')

assert.deepEqual([typeof gateway, typeof isDegraded], ['function', 'function'])
assert.equal(require('fastify-gatekeeper/package.json').name, 'fastify-gatekeeper')
assert.equal(gatekeeper.default, gatekeeper.authPlugin)
assert.equal(typeof oidc, 'function')
for (const preset of [auth0, authentik, google, keycloak, okta]) assert.equal(typeof preset, 'function')
assert.equal(typeof cognito, 'function')
assert.equal(typeof cognitoActions, 'function')
assert.equal(typeof entra, 'function')
assert.equal(require('fastify-gatekeeper/passthrough').default, passthrough)
assert.equal(typeof sqlGroups, 'function')

async function main () {
  const issuer = await testIssuer()
  const app = Fastify()
  app.register(gatekeeper.authPlugin, { jwtProvider: jwt({ issuer: issuer.url, audience: 'consumer', jwks: issuer.jwks }) })
  app.get('/me', { preHandler: [gatekeeper.requireUser()] }, async request => gatekeeper.currentUser(request).id)

  const token = await issuer.token({ sub: 'alice', aud: 'consumer' })
  const alice = await app.inject({ url: '/me', headers: { authorization: `Bearer ${token}` } })
  assert.deepEqual([alice.statusCode, alice.body], [200, 'alice'])
  assert.equal((await app.inject('/me')).statusCode, 401)

  await app.close()
  await issuer.close()
}

main()
