import { Type } from '@sinclair/typebox'

import type { Mode } from '../types/options.js'

/** From the loosest to the strictest. */
export const MODES: readonly Mode[] = ['public', 'tolerant', 'optional', 'required']

const fn = Type.Function([], Type.Unknown(), { description: 'a function' })
const text = Type.String({ minLength: 1, description: 'a text' })
const flag = Type.Optional(Type.Boolean({ description: 'true or false' }))
const securityScheme = Type.Object({ type: Type.String({ minLength: 1, description: 'a type of OpenAPI: apiKey for example' }) }, { description: 'a Security Scheme Object of OpenAPI' })
const tokenSource = Type.Object({ name: text, read: fn, securityScheme: Type.Optional(securityScheme) }, { description: 'a TokenSource: fromHeader(), fromCookie(…), or an object with name and read' })

const jwtProvider = Type.Object({
  name: text,
  issuers: Type.Array(Type.String({ minLength: 1 }), { description: 'a list of issuers' }),
  verify: fn
}, { description: 'a JwtProvider: jwt({ … }), oidc({ … }), or an object with name, issuers and verify' })

const tokenAuthenticator = Type.Object({ name: text, jwtProviders: Type.Array(jwtProvider, { minItems: 1 }), tokenSources: Type.Array(tokenSource, { minItems: 1 }) })
const ownAuthenticator = Type.Object({ name: text, securityScheme, read: fn, verify: fn, challenge: fn })

/** A list of routes by their patterns. */
export const exclusionsSchema = Type.Optional(Type.Array(Type.Union([
  Type.String({ pattern: '^/' }),
  Type.Object({ method: Type.String({ pattern: '^[A-Za-z]+$' }), url: Type.String({ pattern: '^/' }) }, { additionalProperties: false })
], { description: "a route's full pattern, '/health' for example, or { method, url }" }), { description: 'a list of routes' }))

const FAILURE_LIMIT = '{ max, windowSeconds, store } with a max from 1 to 1,000, windowSeconds from 1 to 86,400 and a Store'

/** How many refused attempts are answered. */
export const failureLimitSchema = Type.Object({
  max: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
  windowSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400 })),
  store: Type.Optional(Type.Union([Type.Object({ get: fn, set: fn, delete: fn, clear: fn }), Type.Never()]))
}, { additionalProperties: false, description: FAILURE_LIMIT })

/** What the plugin takes. One property an option; `description` is what a wrong value is told. */
export const pluginOptionsSchema = Type.Object({
  jwtProvider: Type.Optional(Type.Union([jwtProvider, Type.Array(jwtProvider, { minItems: 1 })], { description: 'a JwtProvider or a list of them: jwt({ … }), oidc({ … })' })),
  tokenSources: Type.Optional(Type.Array(tokenSource, { minItems: 1, description: 'a list of at least one source: fromHeader(), fromCookie(…)' })),
  authenticators: Type.Optional(Type.Array(Type.Union([ownAuthenticator, tokenAuthenticator], { description: 'an Authenticator: bearer(…), or an object with name, securityScheme, read, verify and challenge' }), { description: 'a list of authenticators' })),
  groupsProvider: nameProvider('fetchGroups'),
  rolesProvider: nameProvider('fetchRoles'),
  permissionsProvider: nameProvider('fetchPermissions'),
  profileProvider: nameProvider('fetchProfile'),
  mode: Type.Optional(Type.Union(MODES.map(mode => Type.Literal(mode)), { description: "'public', 'tolerant', 'optional' or 'required'" })),
  exclude: exclusionsSchema,
  strict: flag,
  policies: Type.Optional(Type.Record(Type.String({ minLength: 1 }), fn, { description: 'an object of functions' })),
  csrf: Type.Optional(Type.Union([Type.Null(), Type.Object({
    trustedOrigins: Type.Optional(Type.Array(Type.String()))
  }, { additionalProperties: false })], { description: 'null, or { trustedOrigins } with a list of origins' })),
  revocation: Type.Optional(Type.Object({ isRevoked: fn }, { description: 'an object with the method isRevoked' })),
  failureLimit: Type.Optional(Type.Union([Type.Null(), failureLimitSchema], { description: `null, or ${FAILURE_LIMIT}` })),
  errorBody: Type.Optional(Type.Union([Type.Null(), Type.Literal('problem'), Type.Function([], Type.Unknown()), Type.Object({}), Type.Array(Type.Unknown())], { description: "null, 'problem', an object or a function" })),
  openapi: Type.Optional(Type.Union([Type.Null(), Type.Object({
    decorators: Type.Optional(Type.Array(text)),
    requirements: Type.Optional(Type.Union([Type.Literal('scopes'), Type.Literal('all'), Type.Literal('none')]))
  }, { additionalProperties: false })], { description: "null, or { decorators, requirements } with a list of names, and 'scopes', 'all' or 'none'" })),
  disabled: flag,
  allowDisabledInProduction: flag,
  override: flag,
  tokenCache: Type.Optional(Type.Union([Type.Null(), Type.Object({
    max: Type.Optional(Type.Integer({ minimum: 1 })),
    maxBytes: Type.Optional(Type.Integer({ minimum: 1_024 }))
  }, { additionalProperties: false })], { description: 'null, or { max, maxBytes } with a max of 1 or more and maxBytes of 1,024 or more' })),
  providerTimeoutMs: Type.Optional(Type.Integer({ minimum: 1, maximum: 600_000, description: 'a whole number of milliseconds from 1 to 600,000' })),
  realm: Type.Optional(Type.String({ pattern: '^[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]+$', description: 'printable ASCII without quotes and backslashes' })),
  logLevel: Type.Optional(Type.Union(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map(level => Type.Literal(level)), { description: "a level of pino's: 'info' for example" }))
}, { additionalProperties: false, description: 'an object' })

function nameProvider<Method extends string> (method: Method) {
  const provider = Type.Object({ [method]: Type.Function([], Type.Unknown()) })
  // In a union a member may be inherited: a provider may be an instance of a class.
  return Type.Optional(Type.Union([provider, Type.Never()], { description: `an object with the method ${method}` }))
}
