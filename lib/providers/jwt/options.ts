import { Type } from '@sinclair/typebox'

import { ALGORITHMS } from './algorithms.js'

import type { JsonWebKey } from 'node:crypto'
import type { CommonJwtOptions } from './common-options.js'
import type { OneOrMore } from '../../../types/units.js'

/** Options of `jwt`. Exactly one of `jwksUri`, `jwks`, `publicKey` and `secret` says which keys are trusted. */
export interface JwtOptions extends CommonJwtOptions {
  /** Values of `iss` that are accepted, compared code point by code point. RFC 7519, section 4.1.1. */
  readonly issuer: OneOrMore<string>
  /** Where the issuer publishes its keys: https, or http on this machine outside production. RFC 7517, section 5. */
  readonly jwksUri?: string
  /** The issuer's public keys. A private, weak or malformed one stops the boot. RFC 7517, section 5. */
  readonly jwks?: { readonly keys: readonly JsonWebKey[] }
  /** The issuer's one public key, as PEM (a key, or a certificate, whose dates do not count) or as a JSON Web Key. Without a `kid` it verifies tokens with any. */
  readonly publicKey?: string | JsonWebKey
  /** What is shared with the issuer, a text as UTF-8: at least as long as the hash, never a password, never the text of a key. RFC 7518, section 3.2. */
  readonly secret?: string | Uint8Array
}

/** The common options that have one default for all providers. */
export type DefaultedOptions = Readonly<Required<Pick<CommonJwtOptions,
  'typ' | 'tokenUse' | 'clockToleranceSeconds' | 'maxTokenAgeSeconds' | 'maxLifetimeSeconds' | 'maxTokenBytes' | 'jwksMaxAgeSeconds' | 'jwksMaxUses' |
  'jwksStaleSeconds' | 'jwksCooldownSeconds' | 'jwksTimeoutMs' | 'jwksMaxBytes' | 'jwksMaxKeys' | 'warmUp'>>>

/** What a JWT provider does unless the options say otherwise. */
export const commonJwtDefaults: DefaultedOptions = Object.freeze({
  typ: null,
  tokenUse: 'access',
  clockToleranceSeconds: 5,
  maxTokenAgeSeconds: null,
  maxLifetimeSeconds: null,
  maxTokenBytes: 16_384,
  jwksMaxAgeSeconds: 1_200,
  jwksMaxUses: null,
  jwksStaleSeconds: 43_200,
  jwksCooldownSeconds: 10,
  jwksTimeoutMs: 5_000,
  jwksMaxBytes: 524_288,
  jwksMaxKeys: 100,
  warmUp: true
})

const text = Type.String({ minLength: 1, description: 'a text that is not empty' })
const texts = Type.Array(text, { minItems: 1, uniqueItems: true })
const path = Type.Union([text, texts], { description: 'a claim name, or a path of names' })
const source = Type.Union([path, Type.Object({ firstOf: Type.Array(path, { minItems: 1 }) }, { additionalProperties: false }), Type.Null()], {
  description: 'a claim name, a path of names, { firstOf: [...] } or null'
})
const fn = Type.Function([], Type.Unknown(), { description: 'a function' })
const seconds = integer('seconds')
const lifetime = Type.Union([seconds(1, Number.MAX_SAFE_INTEGER), Type.Null()], { description: 'a whole number of seconds, 1 or more, or null' })

const claimsMappingSchema = Type.Object({
  id: Type.Optional(path),
  mutableId: Type.Optional(Type.Boolean({ description: 'true or false' })),
  name: Type.Optional(source),
  email: Type.Optional(source),
  clientId: Type.Optional(source),
  scopes: Type.Optional(source),
  groups: Type.Optional(source),
  roles: Type.Optional(source),
  permissions: Type.Optional(source),
  kind: Type.Optional(fn)
}, { additionalProperties: false, description: 'an object with the names of claims' })

/** The options of every provider that verifies JWTs, each with what it must be. */
export const commonJwtProperties = {
  audience: Type.Union([text, texts, Type.Null()], { description: 'a text, a list of texts, or null to accept any audience' }),
  name: Type.Optional(text),
  algorithms: Type.Optional(Type.Array(Type.Union(ALGORITHMS.map(name => Type.Literal(name))), {
    minItems: 1, uniqueItems: true, description: `a list of some of ${ALGORITHMS.join(', ')}`
  })),
  typ: Type.Optional(Type.Union([Type.Literal('at+jwt'), Type.Null()], { description: "'at+jwt' or null" })),
  tokenUse: Type.Optional(Type.Union([Type.Literal('access'), Type.Literal('id'), Type.Null()], { description: "'access', 'id' or null" })),
  clockToleranceSeconds: Type.Optional(seconds(0, 300)),
  maxTokenAgeSeconds: Type.Optional(lifetime),
  maxLifetimeSeconds: Type.Optional(lifetime),
  maxTokenBytes: Type.Optional(integer('bytes')(1, 1_048_576)),
  claims: Type.Optional(claimsMappingSchema),
  claimsSchema: Type.Optional(Type.Unknown({ description: 'a TypeBox schema' })),
  jwksMaxAgeSeconds: Type.Optional(seconds(60, 604_800)),
  jwksMaxUses: Type.Optional(Type.Union([integer('tokens')(1, Number.MAX_SAFE_INTEGER), Type.Null()], { description: 'a whole number, 1 or more, or null' })),
  jwksStaleSeconds: Type.Optional(seconds(0, 604_800)),
  jwksCooldownSeconds: Type.Optional(seconds(1, 3_600)),
  jwksTimeoutMs: Type.Optional(integer('milliseconds')(1, 60_000)),
  jwksMaxBytes: Type.Optional(integer('bytes')(1, 16_777_216)),
  jwksMaxKeys: Type.Optional(integer('keys')(1, 1_000)),
  fetch: Type.Optional(fn),
  warmUp: Type.Optional(Type.Union([Type.Boolean(), Type.Literal('required')], { description: "true, false or 'required'" })),
  groupsProvider: Type.Optional(Type.Unknown({ description: 'an object with the method fetchGroups' })),
  rolesProvider: Type.Optional(Type.Unknown({ description: 'an object with the method fetchRoles' })),
  permissionsProvider: Type.Optional(Type.Unknown({ description: 'an object with the method fetchPermissions' })),
  profileProvider: Type.Optional(Type.Unknown({ description: 'an object with the method fetchProfile' }))
}

/** What `jwt` accepts. */
export const jwtOptionsSchema = Type.Object({
  issuer: Type.Union([text, texts], { description: 'a text or a list of texts, at least one' }),
  ...commonJwtProperties,
  jwksUri: Type.Optional(text),
  jwks: Type.Optional(Type.Object({ keys: Type.Array(Type.Unknown(), { minItems: 1 }) }, { description: 'a key set with at least one key: { keys: [...] }' })),
  publicKey: Type.Optional(Type.Union([text, Type.Object({})], { description: 'a PEM text or a JSON Web Key' })),
  secret: Type.Optional(Type.Union([text, Type.Uint8Array()], { description: 'a text or bytes' }))
}, { additionalProperties: false, description: 'an object with options' })

function integer (unit: string): (minimum: number, maximum: number) => ReturnType<typeof Type.Integer> {
  return function within (minimum, maximum) {
    const range = maximum === Number.MAX_SAFE_INTEGER ? `${minimum} or more` : `${minimum} to ${maximum}`
    return Type.Integer({ minimum, maximum, description: `a whole number of ${unit}, ${range}` })
  }
}
