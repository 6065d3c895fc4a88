import { Type } from '@sinclair/typebox'

import { AUTH_OPTION_INVALID } from '../../errors.js'
import { findMismatch } from '../../util/find-mismatch.js'

import type { TSchema } from '@sinclair/typebox'
import type { GroupsProvider, PermissionsProvider, ProfileProvider, RolesProvider } from '../../../types/providers.js'
import type { Count } from '../../../types/units.js'

/** Options of `basic`. */
export interface BasicOptions {
  /** Named in the challenge, and shown by browsers that ask for a password: printable ASCII without quotes and backslashes. Default `'api'`. RFC 9110, section 11.5. */
  readonly realm?: string
  /** The word for it in `user.authenticator`, in routes and in documents. Default `'basicAuth'`. */
  readonly name?: string
  /** `false`: it is asked for as `xBasic`, so that no browser opens a window for a password. Default `true`. */
  readonly challenge?: boolean
  /** `'legacy'`: unsalted SHA-256, as the Python package wrote it up to its version 0.4.6, is verified too. Whoever reads such hashes has the passwords. Default `false`. */
  readonly unsaltedSha256?: 'legacy' | false
  /** How many passwords are hashed at once, each on a thread of Node's pool and, where its hash is a new one, with 128 MiB. 1 to 64; default 2. */
  readonly maxHashes?: Count
  /** Asked for the groups of those who sign in this way, before the plugin's `groupsProvider`. */
  readonly groupsProvider?: GroupsProvider
  /** Asked for their roles, before the plugin's `rolesProvider`. */
  readonly rolesProvider?: RolesProvider
  /** Asked for their permissions, before the plugin's `permissionsProvider`. */
  readonly permissionsProvider?: PermissionsProvider
  /** Asked for their profile, before the plugin's `profileProvider`. */
  readonly profileProvider?: ProfileProvider
}

const fn = Type.Function([], Type.Unknown())

/** What `basic` accepts. */
export const basicOptionsSchema = Type.Object({
  realm: Type.Optional(Type.String({ pattern: '^[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]+$', description: 'printable ASCII without quotes and backslashes' })),
  name: Type.Optional(Type.String({ minLength: 1, description: 'a text' })),
  challenge: Type.Optional(Type.Boolean({ description: 'true or false' })),
  unsaltedSha256: Type.Optional(Type.Union([Type.Literal('legacy'), Type.Literal(false)], { description: "'legacy' or false" })),
  maxHashes: Type.Optional(Type.Integer({ minimum: 1, maximum: 64, description: 'a whole number from 1 to 64' })),
  groupsProvider: provider('fetchGroups'),
  rolesProvider: provider('fetchRoles'),
  permissionsProvider: Type.Optional(Type.Union([Type.Object({
    fetchPermissions: fn, permissionMatch: Type.Optional(Type.Union([Type.Literal('exact'), Type.Literal('wildcard')]))
  }), Type.Never()], { description: "an object with the method fetchPermissions, whose permissionMatch is 'exact' or 'wildcard'" })),
  profileProvider: provider('fetchProfile')
}, { additionalProperties: false, description: 'an object with options' })

/** What `basic` asks. */
export const repositorySchema = Type.Union([Type.Object({ findByUsername: fn, updateHash: Type.Optional(fn) }), Type.Never()], {
  description: 'a CredentialsRepository: jsonCredentials(…), htpasswd(…), or an object with findByUsername'
})

/**
 * Checks the shape of what a factory was given.
 * @throws {AUTH_OPTION_INVALID} naming the first that is unknown, missing or wrong
 */
export function assertGiven<T> (schema: TSchema, given: unknown, name: string): asserts given is T {
  const mismatch = findMismatch(schema, given)
  if (mismatch !== null) {
    throw new AUTH_OPTION_INVALID(`${[name, ...mismatch.path].join('.')} ${mismatch.problem}`)
  }
}

/** In a union a member may be inherited: a provider may be an instance of a class. */
function provider (method: string) {
  return Type.Optional(Type.Union([Type.Object({ [method]: fn }), Type.Never()], { description: `an object with the method ${method}` }))
}
