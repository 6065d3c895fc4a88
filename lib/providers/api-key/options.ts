import { Type } from '@sinclair/typebox'

import { AUTH_OPTION_INVALID } from '../../errors.js'
import { findMismatch } from '../../util/find-mismatch.js'

import type { TSchema, TUnsafe } from '@sinclair/typebox'
import type { IdentityKind } from '../../../types/identity.js'
import type { OwnProviders } from '../../../types/providers.js'
import type { EpochSeconds, OneOrMore } from '../../../types/units.js'

/** Options of `apiKey`. */
export interface ApiKeyOptions extends OwnProviders {
  /** Where the key stands. URLs end up in logs and histories; browsers send cookies whoever wrote the page, so `csrf` counts there. Default `'header'`. */
  readonly in?: 'header' | 'query' | 'cookie'
  /** The header, in any case, or the query parameter or cookie, exactly. In a header called `authorization` the raw value is the key. Default `'x-api-key'`. */
  readonly name?: string
  /** The name of the authenticator: in `user.authenticator`, `config.auth.authenticators` and the OpenAPI document. Default `'apiKeyAuth'`. */
  readonly authenticator?: string
  /** The prefixes that `issueApiKey` was told to use. Of keys that begin with one the checksum must be right; others are looked up as they are. Default `'fgk'`. */
  readonly prefix?: OneOrMore<string>
  /** Named in the challenge. Default `'api'`. */
  readonly realm?: string
}

/** What `issueApiKey` is told about a key. */
export interface IssueOptions {
  /** Whose key it is, or what: 1 to 255 characters. */
  readonly owner: string
  /** What the key begins with, and what scanners for leaked keys look for: small letters and digits, in words that `_` separates. Default `'fgk'`. */
  readonly prefix?: string
  /** Default `'machine'`. */
  readonly kind?: IdentityKind
  /** What to call the holder. */
  readonly name?: string | null
  /** What the key is issued for, for `requireScopes`. */
  readonly scopes?: readonly string[]
  /** The groups that its holder is in, unless a provider says otherwise. */
  readonly groups?: readonly string[]
  /** Likewise his roles. */
  readonly roles?: readonly string[]
  /** Likewise his permissions. */
  readonly permissions?: readonly string[]
  /** When it ends, in seconds since 1970; `null` or absent: it does not. */
  readonly expiresAt?: EpochSeconds | null
}

/** A bearer token that the app itself knows, and whom it stands for. */
export interface StaticToken {
  /** 20 to 512 characters, as RFC 6750 writes tokens (section 2.1), and no JWT. */
  readonly token: string
  /** Whose token it is, or what: 1 to 255 characters. */
  readonly subject: string
  /** Default `'machine'`. */
  readonly kind?: IdentityKind
  readonly name?: string | null
  readonly scopes?: readonly string[]
  readonly groups?: readonly string[]
  readonly roles?: readonly string[]
  readonly permissions?: readonly string[]
}

/** Options of `staticTokens`. */
export interface StaticTokensOptions extends OwnProviders {
  /** Names the provider in log lines and, behind `urn:fastify-gatekeeper:`, as the issuer of its users. Default `'static'`. */
  readonly name?: string
}

const fn = Type.Function([], Type.Unknown())
const names = Type.Optional(Type.Array(Type.String({ description: 'a text' }), { description: 'a list of texts' }))
const word = '[a-z][a-z0-9]*(?:_[a-z0-9]+)*'
const prefix = Type.String({ pattern: `^${word}$`, maxLength: 20, description: 'small letters and digits, in words that _ separates, at most 20 characters' })
const subject = Type.String({ minLength: 1, maxLength: 255, description: 'a text of 1 to 255 characters' })

/** What a credential says of its holder, wherever it is kept. */
const holder = {
  kind: Type.Optional(Type.Union([Type.Literal('human'), Type.Literal('machine'), Type.Literal('unknown')], { description: "'human', 'machine' or 'unknown'" })),
  name: Type.Optional(Type.Union([Type.String(), Type.Null()], { description: 'a text or null' })),
  scopes: names,
  groups: names,
  roles: names,
  permissions: names
}

// Milliseconds, taken for seconds, would let a key live for ever: they are beyond the year 9999.
const expiresAt = Type.Optional(Type.Union([Type.Number({ minimum: 0, maximum: 253_402_300_799 }), Type.Null()], { description: 'seconds since 1970, or null' }))

const record = {
  owner: subject,
  digest: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'the SHA-256 of a key, in 64 lower-case hexadecimal digits' }),
  ...holder,
  expiresAt,
  revoked: Type.Optional(Type.Boolean({ description: 'true or false' }))
}

const ownProviders = {
  groupsProvider: provider('fetchGroups'),
  rolesProvider: provider('fetchRoles'),
  permissionsProvider: provider('fetchPermissions'),
  profileProvider: provider('fetchProfile')
}

/** What may stand in a store of this package. A misspelt `revoked` must not pass. */
export const recordSchema = Type.Object(record, { additionalProperties: false, description: 'an object with the members of a StoredApiKey' })

/** What any store may answer: rows of a database have columns beside. */
export const answerSchema = Type.Object(record)

/** What `apiKey` accepts. */
export const apiKeyOptionsSchema = Type.Object({
  in: Type.Optional(Type.Union([Type.Literal('header'), Type.Literal('query'), Type.Literal('cookie')], { description: "'header', 'query' or 'cookie'" })),
  name: Type.Optional(Type.String({ pattern: '^[!#$%&\'*+\\-.^_`|~0-9A-Za-z]+$', description: 'a name without spaces, separators and quotes (RFC 9110, section 5.6.2)' })),
  authenticator: Type.Optional(Type.String({ pattern: '\\S', description: 'a text that is not blank' })),
  prefix: Type.Optional(Type.Union([prefix, Type.Array(prefix)], { description: `${String(prefix.description)}, or a list of such` })),
  realm: Type.Optional(Type.String({ pattern: '^[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]+$', description: 'printable ASCII without quotes and backslashes' })),
  ...ownProviders
}, { additionalProperties: false, description: 'an object with options' })

/** What `issueApiKey` accepts. */
export const issueOptionsSchema = Type.Object({ owner: subject, prefix: Type.Optional(prefix), ...holder, expiresAt }, { additionalProperties: false, description: 'an object with options' })

/** What `staticTokens` accepts first. */
export const staticTokenListSchema = Type.Array(Type.Object({
  token: Type.String({ pattern: '^[A-Za-z0-9\\-._~+/]+=*$', minLength: 20, maxLength: 512, description: 'a token of 20 to 512 characters (RFC 6750, section 2.1)' }),
  subject,
  ...holder
}, { additionalProperties: false, description: 'an object with token and subject' }), { minItems: 1, description: 'a list of tokens, each with its subject, that is not empty' })

/** What `staticTokens` accepts second. */
export const staticTokensOptionsSchema = Type.Object({
  name: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]*$', description: 'letters, digits, _, . and -' })),
  ...ownProviders
}, { additionalProperties: false, description: 'an object with options' })

/**
 * Checks the shape of options.
 * @throws {AUTH_OPTION_INVALID} naming the first that is unknown, missing or wrong
 */
export function assertOptions<T> (subject: string, schema: TSchema, options: unknown): asserts options is T {
  const mismatch = findMismatch(schema, options)
  if (mismatch !== null) {
    throw new AUTH_OPTION_INVALID(`${[subject, ...mismatch.path].join('.')} ${mismatch.problem}`)
  }
}

/** In a union a member may be inherited: a provider may be an instance of a class. */
function provider (method: string) {
  const match = method === 'fetchPermissions' ? { permissionMatch: Type.Optional(Type.Union([Type.Literal('exact'), Type.Literal('wildcard')])) } : {}
  const description = method === 'fetchPermissions' ? "; permissionMatch, should it have that, is 'exact' or 'wildcard'" : ''
  return Type.Optional(Type.Union([Type.Object({ [method]: fn, ...match }), Type.Never()], { description: `an object with the method ${method}${description}` }) as unknown as TUnsafe<object>)
}
