import type { Claims } from './identity.js'

/**
 * What an app teaches TypeScript of its users, by declaring members:
 * `claims` (an object type), and `groups`, `roles`, `permissions`, `scopes`, `policies` (unions of names; a misspelt one does not compile).
 * What is not declared is any text. Nothing of it is checked when the app runs: `claimsSchema` does that.
 *
 * @example
 * declare module 'fastify-gatekeeper' {
 *   interface AuthRegister {
 *     claims: { tenant: string }
 *     roles: 'analyst' | 'manager'
 *   }
 * }
 */
export interface AuthRegister {}

type Registered<Member extends string, Default> = AuthRegister extends { readonly [Name in Member]: infer Declared } ? Declared : Default
type RegisteredName<Member extends string> = Registered<Member, string> & string

/** The names of groups that guards take. */
export type GroupName = RegisteredName<'groups'>

/** The names of roles that guards take. */
export type RoleName = RegisteredName<'roles'>

/** The names of permissions that guards take. */
export type PermissionName = RegisteredName<'permissions'>

/** The names of scopes that guards take. */
export type ScopeName = RegisteredName<'scopes'>

/** The names of policies that guards, and the option `policies`, take. */
export type PolicyName = RegisteredName<'policies'>

/** The claims of a user: those that are declared by their types, all others as `unknown`. */
export type UserClaims = Claims & Readonly<Registered<'claims', Claims>>
