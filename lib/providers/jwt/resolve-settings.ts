import { CloneType, Kind } from '@sinclair/typebox'

import { isSymmetric } from './algorithms.js'
import { commonJwtDefaults } from './options.js'
import { isMutableClaim, resolveClaims } from './resolve-claims.js'
import { rfcDialect } from './dialect.js'
import { AUTH_OPTION_INVALID } from '../../errors.js'
import { findMismatch } from '../../util/find-mismatch.js'
import { isRecord } from '../../util/is-record.js'

import type { TSchema } from '@sinclair/typebox'
import type { Algorithm } from './algorithms.js'
import type { CommonJwtOptions } from './common-options.js'
import type { Dialect } from './dialect.js'
import type { DefaultedOptions } from './options.js'
import type { ResolvedClaims } from './resolve-claims.js'
import type { OwnProviders } from '../../../types/providers.js'
import type { Fetch } from '../../util/fetch-json.js'

/** How an option is called where it was written: `jwt.audience`, or the name of an environment variable. */
export type NameOption = (path: readonly string[]) => string

/** {@link CommonJwtOptions}, checked, copied, complete and frozen. */
export interface JwtSettings extends DefaultedOptions {
  readonly name: string
  readonly issuers: readonly string[]
  readonly audience: readonly string[] | null
  readonly algorithms: readonly Algorithm[]
  readonly claims: ResolvedClaims
  readonly dialect: Dialect
  readonly claimsSchema: TSchema | null
  readonly fetch: Fetch
}

/** What differs from factory to factory. */
export interface SettingsBasis {
  readonly name: string
  readonly issuers: readonly string[]
  readonly algorithms: readonly Algorithm[]
  readonly nameOption: NameOption
  /** Default: the RFCs'. */
  readonly dialect?: Dialect
}

/** Members of {@link OwnProviders} and what they must be able to do. */
const PROVIDER_METHODS = Object.freeze({
  groupsProvider: 'fetchGroups', rolesProvider: 'fetchRoles', permissionsProvider: 'fetchPermissions', profileProvider: 'fetchProfile'
} as const)

/**
 * Checks the shape of options.
 * @throws {AUTH_OPTION_INVALID} naming the first that is unknown, missing or wrong
 */
export function assertOptions<T> (schema: TSchema, options: unknown, nameOption: NameOption): asserts options is T {
  const mismatch = findMismatch(schema, options)
  if (mismatch !== null) {
    throw new AUTH_OPTION_INVALID(`${nameOption(mismatch.path)} ${mismatch.problem}`)
  }
}

/**
 * Settings of options whose shape has been checked.
 * @throws {AUTH_OPTION_INVALID} when they do not go together
 */
export function resolveSettings (options: CommonJwtOptions, { name, issuers, algorithms, nameOption, dialect = rfcDialect }: SettingsBasis): JwtSettings {
  assertFamily(options.algorithms ?? [], algorithms, nameOption)
  assertClaims(options, nameOption)
  assertProviders(options, nameOption)
  const { audience, claims = {}, claimsSchema, fetch = fetchAsNode } = options
  return Object.freeze({
    ...commonJwtDefaults,
    ...pickDefaulted(options),
    name: options.name ?? name,
    issuers: Object.freeze([...issuers]),
    audience: audience === null ? null : toList(audience),
    algorithms: Object.freeze([...options.algorithms ?? algorithms]),
    claims: resolveClaims(claims, dialect.claims),
    dialect,
    claimsSchema: claimsSchema === undefined ? null : CloneType(claimsSchema),
    fetch
  })
}

/** The providers of names and profiles among the options, and nothing else. */
export function toOwnProviders (options: OwnProviders): OwnProviders {
  const names = Object.keys(PROVIDER_METHODS) as Array<keyof typeof PROVIDER_METHODS>
  return Object.fromEntries(names.filter(name => options[name] !== undefined).map(name => [name, options[name]]))
}

export function toList (oneOrMore: string | readonly string[]): readonly string[] {
  return Object.freeze(typeof oneOrMore === 'string' ? [oneOrMore] : [...oneOrMore])
}

function pickDefaulted (options: CommonJwtOptions): Partial<DefaultedOptions> {
  return Object.fromEntries(Object.entries(options).filter(([name, value]) => name in commonJwtDefaults && value !== undefined))
}

/** RFC 8725, section 3.1; OWASP ASVS 5.0, 9.1.2. */
function assertFamily (listed: readonly Algorithm[], defaults: readonly Algorithm[], nameOption: NameOption): void {
  const isSecretExpected = defaults.every(isSymmetric)
  if (listed.some(algorithm => isSymmetric(algorithm) !== isSecretExpected)) {
    const wanted = isSecretExpected ? 'HS256, HS384 and HS512: the key is a secret' : 'algorithms with public keys: HS256, HS384 and HS512 need a secret'
    throw new AUTH_OPTION_INVALID(`${nameOption(['algorithms'])} must hold only ${wanted}`)
  }
}

function assertClaims ({ claims = {}, claimsSchema }: CommonJwtOptions, nameOption: NameOption): void {
  if (claims.id !== undefined && isMutableClaim(claims.id) && claims.mutableId !== true) {
    const cure = 'choose another one, or write mutableId: true beside it'
    throw new AUTH_OPTION_INVALID(`${nameOption(['claims', 'id'])} is a claim that may be given to another user one day: ${cure}`)
  }
  if (claimsSchema !== undefined && !(isRecord(claimsSchema) && Kind in claimsSchema)) {
    throw new AUTH_OPTION_INVALID(`${nameOption(['claimsSchema'])} must be a TypeBox schema`)
  }
}

function assertProviders (options: OwnProviders, nameOption: NameOption): void {
  for (const [name, method] of Object.entries(PROVIDER_METHODS)) {
    const provider: unknown = options[name as keyof typeof PROVIDER_METHODS]
    if (provider === undefined || (isRecord(provider) && typeof provider[method] === 'function')) {
      continue
    }
    const cure = typeof provider === 'function' ? '; if it is a factory, call it' : ''
    throw new AUTH_OPTION_INVALID(`${nameOption([name])} must be an object with the method ${method}${cure}`)
  }
  const match: unknown = options.permissionsProvider?.permissionMatch
  if (match !== undefined && match !== 'exact' && match !== 'wildcard') {
    throw new AUTH_OPTION_INVALID(`${nameOption(['permissionsProvider', 'permissionMatch'])} must be 'exact' or 'wildcard'`)
  }
}

/** Looked up at each call, so that whoever instruments `fetch` is heard. */
export async function fetchAsNode (url: string, init: RequestInit): Promise<Response> {
  return await globalThis.fetch(url, init)
}
