import Fastify from 'fastify'
import t from 'tap'

import { CALLS } from '../fixtures/action-calls.js'
import { AwsFailure } from '../fixtures/aws-json-service.js'
import { basicHeader } from '../fixtures/basic-header.js'
import { sqlite } from '../fixtures/databases/sqlite.js'
import { bearer, handIssuer, now } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { pinLogin } from '../fixtures/pin-login.js'
import { setEnv } from '../fixtures/set-env.js'
import { startUserPool } from '../fixtures/user-pool-service.js'
import { startService } from '../fixtures/validation-service.js'
import * as library from '../../lib/index.js'
import { apiKey, memoryKeys } from '../../lib/providers/api-key/index.js'
import { basic } from '../../lib/providers/basic/index.js'
import { cognitoActions } from '../../lib/providers/cognito/admin/index.js'
import { gateway } from '../../lib/providers/gateway/index.js'
import { migrate, sqlDirectory } from '../../lib/sources/sql/index.js'

import type { FastifyInstance, InjectOptions } from 'fastify'
import type { Test } from 'tap'
import type { AuthErrorCode, Guard } from '../../lib/index.js'
import type { ActionName } from '../fixtures/action-calls.js'
import type { AnyOptions } from '../fixtures/open-app.js'
import type { Reply } from '../fixtures/validation-service.js'
import type { GatewayOptions } from '../../lib/providers/gateway/index.js'
import type { Database } from '../../lib/sources/sql/index.js'

const { fromCookie, fromHeader, not, requireClaims, requireGroups, requireKind, requirePermissions, requirePolicy, requireRoles, requireScopes, requireUser } = library

const issuer = handIssuer()
const jwtProvider = issuer.provider()
const alice = bearer(issuer.token())
const bearerTwice = { authorization: [alice.authorization, alice.authorization] as unknown as string }
const fail = () => { throw new Error('down') }

interface Answer {
  readonly statusCode: number
  readonly message: string
}

const MISSING: Answer = { statusCode: 403, message: 'Operation not allowed' }

/** How each code is provoked: by a request, or by a boot. */
const provocations: Readonly<Record<AuthErrorCode, (t: Test) => Promise<unknown>>> = {
  AUTH_CREDENTIALS_AMBIGUOUS: t => answers(t, 'AUTH_CREDENTIALS_AMBIGUOUS', { headers: bearerTwice }, { statusCode: 400, message: 'Ambiguous credentials' }),
  AUTH_CREDENTIALS_MISSING: t => answers(t, 'AUTH_CREDENTIALS_MISSING', {}, { statusCode: 401, message: 'Authentication required' }),
  AUTH_CREDENTIALS_MALFORMED: t => answers(t, 'AUTH_CREDENTIALS_MALFORMED', { headers: { authorization: 'Bearer' } }, { statusCode: 401, message: 'Malformed credentials' }),
  AUTH_TOKEN_INVALID: t => answers(t, 'AUTH_TOKEN_INVALID', { headers: bearer('text') }, { statusCode: 401, message: 'Invalid token' }),
  AUTH_TOKEN_EXPIRED: t => answers(t, 'AUTH_TOKEN_EXPIRED', { headers: bearer(issuer.token({ exp: now() - 1 })) }, { statusCode: 401, message: 'Token expired' }),
  AUTH_TOKEN_REVOKED: t => answers(t, 'AUTH_TOKEN_REVOKED', { headers: alice }, { statusCode: 401, message: 'Token revoked' }, requireUser(), { jwtProvider, revocation: { isRevoked: () => true } }),
  AUTH_PASSWORD_REJECTED: t => answers(t, 'AUTH_PASSWORD_REJECTED', { headers: basicHeader('alice', 'open sesame') }, { statusCode: 401, message: 'Wrong username or password' }, requireUser(), { authenticators: [basic({ findByUsername: async () => null })] }),
  AUTH_PASSWORD_RESET_REQUIRED: t => answersAsPool(t, 'AUTH_PASSWORD_RESET_REQUIRED', ['logIn', 'PasswordResetRequiredException'], { statusCode: 401, message: 'Password reset required' }),
  AUTH_USER_UNCONFIRMED: t => answersAsPool(t, 'AUTH_USER_UNCONFIRMED', ['logIn', 'UserNotConfirmedException'], { statusCode: 403, message: 'User is not confirmed' }),
  AUTH_LOGIN_DENIED: t => answersAsPool(t, 'AUTH_LOGIN_DENIED', ['logIn', 'UserLambdaValidationException'], { statusCode: 403, message: 'Login denied' }),
  AUTH_CHALLENGE_REJECTED: t => answersAsPool(t, 'AUTH_CHALLENGE_REJECTED', ['respondToChallenge', 'CodeMismatchException'], { statusCode: 400, message: 'Invalid or expired challenge' }),
  AUTH_CODE_REJECTED: t => answersAsPool(t, 'AUTH_CODE_REJECTED', ['resetPassword', 'ExpiredCodeException'], { statusCode: 400, message: 'Invalid or expired code' }),
  AUTH_PASSWORD_UNSUITABLE: t => answersAsPool(t, 'AUTH_PASSWORD_UNSUITABLE', ['resetPassword', 'InvalidPasswordException'], { statusCode: 400, message: 'Password does not meet the policy' }),
  AUTH_MFA_UNAVAILABLE: t => answersAsPool(t, 'AUTH_MFA_UNAVAILABLE', ['setUpTotp', 'SoftwareTokenMFANotFoundException'], { statusCode: 400, message: 'Multi-factor authentication cannot be set up' }),
  AUTH_TOO_MANY_REQUESTS: t => answersAsPool(t, 'AUTH_TOO_MANY_REQUESTS', ['logIn', 'LimitExceededException'], { statusCode: 429, message: 'Too many requests' }),
  AUTH_KEY_REJECTED: t => answers(t, 'AUTH_KEY_REJECTED', { headers: { 'x-api-key': 'key' } }, { statusCode: 401, message: 'Invalid API key' }, requireUser(), { authenticators: [apiKey(memoryKeys())] }),
  AUTH_GATEWAY_DENIED: t => answersAsService(t, 'AUTH_GATEWAY_DENIED', { status: 401 }, { statusCode: 401, message: 'Access denied' }),
  AUTH_GATEWAY_FORBIDDEN: t => answersAsService(t, 'AUTH_GATEWAY_FORBIDDEN', { status: 403 }, MISSING),
  AUTH_GATEWAY_RATE_LIMITED: t => answersAsService(t, 'AUTH_GATEWAY_RATE_LIMITED', { status: 429 }, { statusCode: 429, message: 'Too many requests' }),
  AUTH_GATEWAY_BODY_TOO_LARGE: t => answersAsService(t, 'AUTH_GATEWAY_BODY_TOO_LARGE', {}, { statusCode: 413, message: 'Body too large' }, { method: 'POST', maxBodyBytes: 1 }),
  AUTH_ORIGIN_REFUSED: t => answers(t, 'AUTH_ORIGIN_REFUSED', { method: 'POST', cookies: { token: issuer.token() } }, MISSING, requireUser(), { jwtProvider, tokenSources: [fromHeader(), fromCookie('token')] }),
  AUTH_TOO_MANY_FAILURES: async t => {
    const app = await openApp(t, { authenticators: [pinLogin()], failureLimit: { max: 1 } }, app => { app.get('/', async () => 'in') })
    await app.inject({ url: '/', headers: { 'x-pin': 'alice wrong' } })
    const { code, statusCode } = (await app.inject({ url: '/', headers: { 'x-pin': 'alice 1234' } })).json()
    t.strictSame({ code, statusCode }, { code: 'AUTH_TOO_MANY_FAILURES', statusCode: 429 })
  },
  AUTH_GROUP_MISSING: t => answers(t, 'AUTH_GROUP_MISSING', { headers: alice }, MISSING, requireGroups('staff')),
  AUTH_ROLE_MISSING: t => answers(t, 'AUTH_ROLE_MISSING', { headers: alice }, MISSING, requireRoles('editor')),
  AUTH_PERMISSION_MISSING: t => answers(t, 'AUTH_PERMISSION_MISSING', { headers: alice }, MISSING, requirePermissions('book.read')),
  AUTH_SCOPE_MISSING: t => answers(t, 'AUTH_SCOPE_MISSING', { headers: alice }, MISSING, requireScopes('read')),
  AUTH_KIND_REFUSED: t => answers(t, 'AUTH_KIND_REFUSED', { headers: alice }, MISSING, requireKind('machine')),
  AUTH_CLAIM_MISSING: t => answers(t, 'AUTH_CLAIM_MISSING', { headers: alice }, MISSING, requireClaims({ tenant: 'acme' })),
  AUTH_POLICY_DENIED: t => answers(t, 'AUTH_POLICY_DENIED', { headers: alice }, MISSING, requirePolicy(() => false)),
  AUTH_GUARD_REFUSED: t => answers(t, 'AUTH_GUARD_REFUSED', { headers: alice }, MISSING, not(requireUser())),
  AUTH_PLUGIN_MISSING: async t => {
    const app = closedAtEnd(t)
    app.get('/', { preHandler: requireUser() }, async () => 'in')
    const { code, statusCode } = (await app.inject('/')).json()
    t.strictSame({ code, statusCode }, { code: 'AUTH_PLUGIN_MISSING', statusCode: 500 })
  },
  AUTH_PROVIDER_UNAVAILABLE: t => answers(t, 'AUTH_PROVIDER_UNAVAILABLE', { headers: alice }, { statusCode: 503, message: 'Authentication is temporarily unavailable' }, requireUser(), { jwtProvider: issuer.provider({ verify: fail }) }),
  AUTH_ENTITLEMENTS_UNAVAILABLE: t => answers(t, 'AUTH_ENTITLEMENTS_UNAVAILABLE', { headers: alice }, { statusCode: 503, message: 'Authorization is temporarily unavailable' }, requireRoles('editor'), { jwtProvider, rolesProvider: { fetchRoles: fail } }),
  AUTH_DIRECTORY_UNAVAILABLE: t => answersAsDirectory(t, 'AUTH_DIRECTORY_UNAVAILABLE', 'The directory is temporarily unavailable', async () => {}),
  AUTH_DIRECTORY_STALE: t => answersAsDirectory(t, 'AUTH_DIRECTORY_STALE', 'The change is made, but what it replaces may be served for a while', migrate),
  AUTH_OPTION_INVALID: t => stops(t, 'AUTH_OPTION_INVALID', () => {}, { jwtProvider, modes: 'required' }),
  AUTH_ROUTE_UNDECLARED: t => stops(t, 'AUTH_ROUTE_UNDECLARED', app => { app.get('/', async () => 'in') }, { jwtProvider, strict: true }),
  AUTH_ROUTE_CONTRADICTORY: t => stops(t, 'AUTH_ROUTE_CONTRADICTORY', app => { app.get('/', { config: { auth: 'public' }, preHandler: requireUser() }, async () => 'in') }),
  AUTH_GUARD_EMPTY: t => stops(t, 'AUTH_GUARD_EMPTY', app => { app.get('/', { preHandler: requireRoles([]) }, async () => 'in') }),
  AUTH_GUARD_MISPLACED: t => stops(t, 'AUTH_GUARD_MISPLACED', app => { app.get('/', { onResponse: requireUser() as never }, async () => 'in') }),
  AUTH_ENTITLEMENTS_UNPROVIDED: t => stops(t, 'AUTH_ENTITLEMENTS_UNPROVIDED', app => { app.get('/', { preHandler: requireRoles('a') }, async () => 'in') }, { jwtProvider: issuer.provider({ supplies: [] }) }),
  AUTH_POLICY_UNKNOWN: t => stops(t, 'AUTH_POLICY_UNKNOWN', app => { app.get('/', { preHandler: requirePolicy('ownsBook') }, async () => 'in') }),
  AUTH_DISABLED_IN_PRODUCTION: t => {
    setEnv(t, { NODE_ENV: 'production' })
    return stops(t, 'AUTH_DISABLED_IN_PRODUCTION', () => {}, { jwtProvider, disabled: true })
  },
  AUTH_DECORATOR_TAKEN: async t => {
    const app = closedAtEnd(t)
    app.decorateRequest('user', null as never)
    await t.rejects(Promise.resolve(app.register(library.authPlugin, { jwtProvider })), { code: 'AUTH_DECORATOR_TAKEN' })
  }
}

t.test('every code is provoked by a request or a boot, and no other one is exported', async t => {
  const exported = Object.keys(library).filter(name => name.startsWith('AUTH_'))
  t.same(Object.keys(provocations).sort(), exported.sort())
})

for (const [code, provoke] of Object.entries(provocations)) t.test(`${code} is provoked`, async t => { await provoke(t) })

t.test('the default export and the named one are the plugin', async t => {
  t.equal(library.default, library.authPlugin)
})

t.test('an error is known by its brand, in whichever copy it was made', async t => {
  const error = new library.AUTH_TOKEN_INVALID({ reason: 'signature' })
  t.ok(library.isAuthError(error))
  t.ok(library.isAuthError({ [Symbol.for('fastify-gatekeeper.error')]: true }))
  for (const other of [null, undefined, 'text', 7, {}, new Error('text'), Object.assign(new Error('text'), { code: 'AUTH_TOKEN_INVALID' })]) t.notOk(library.isAuthError(other))
})

t.test('an error keeps its reason to itself', async t => {
  const error = new library.AUTH_SCOPE_MISSING({ reason: 'scope', expected: ['hidden'], scopes: ['read'] })
  t.match(error, { code: 'AUTH_SCOPE_MISSING', statusCode: 403, cause: { reason: 'scope', scopes: ['read'] } })
  t.notMatch(JSON.stringify(error), 'hidden')
  t.notMatch({ ...error }, { cause: {} })
  t.notMatch(String(error), 'hidden')
  t.throws(() => { (error.cause as { reason: string }).reason = 'other' }, TypeError)
  t.strictSame(new library.AUTH_TOKEN_INVALID().cause, {})
})

/** A POST to a route that asks an external service. */
async function answersAsService (t: Test, code: string, reply: Reply, answer: Answer, options: Partial<GatewayOptions> = {}): Promise<void> {
  const { url } = await startService(t, () => reply)
  await answers(t, code, { method: 'POST', payload: { a: 1 }, headers: bearer('token') }, answer, requireUser(), { authenticators: [gateway({ url, ...options })] })
}

/** A route that writes who has what, into a database with or without tables, and tells a cache that fails. */
async function answersAsDirectory (t: Test, code: string, message: string, prepare: (db: Database) => Promise<unknown>): Promise<void> {
  const { db } = await sqlite.open(t)
  await prepare(db)
  const { grant } = sqlDirectory(db, { caches: [{ invalidateUser: async () => { fail() }, clear: async () => {} }] })
  const app = await openApp(t, { jwtProvider }, app => { app.get('/', async () => await grant({ kind: 'role', name: 'editor', holder: { kind: 'user', subject: 'bob', issuer: 'https://issuer.example' } })) })
  const response = await app.inject({ url: '/', headers: alice })
  t.strictSame(response.json(), { statusCode: 503, code, message, error: 'Service Unavailable' })
  t.equal(response.headers['retry-after'], '5')
}

/** A route that calls an action, which a user pool refuses with an exception. */
async function answersAsPool (t: Test, code: string, [action, exception]: readonly [ActionName, string], { statusCode, message }: Answer): Promise<void> {
  const pool = await startUserPool(t)
  pool.before = () => { throw new AwsFailure(exception) }
  const actions = cognitoActions(pool.options())
  t.teardown(() => { actions.close() })
  const app = await openApp(t, { jwtProvider }, app => { app.get('/', async () => await CALLS[action][1](actions)) })
  const response = await app.inject({ url: '/', headers: alice })
  t.strictSame(response.json(), { statusCode, code, message, error: response.statusMessage })
}

async function answers (t: Test, code: string, request: InjectOptions, { statusCode, message }: Answer, guard: Guard = requireUser(), options: AnyOptions = { jwtProvider }): Promise<void> {
  let isHandled = false
  const app = await openApp(t, options, app => { app.route({ method: ['GET', 'POST'], url: '/', preHandler: guard, handler: async () => { isHandled = true } }) })
  const response = await app.inject({ url: '/', ...request })
  t.strictSame(response.json(), { statusCode, code, message, error: response.statusMessage })
  t.equal(response.statusCode, statusCode)
  t.notOk(isHandled)
}

async function stops (t: Test, code: string, declare: (app: FastifyInstance) => void, options: AnyOptions = { jwtProvider }): Promise<void> {
  await t.rejects(openApp(t, options, declare), { code, statusCode: 500 })
}

function closedAtEnd (t: Test): FastifyInstance {
  const app = Fastify()
  t.teardown(() => app.close())
  return app
}
