import { Type } from '@sinclair/typebox'

import type { EpochSeconds } from '../../../types/units.js'

/** What can be granted. */
export type GrantKind = 'group' | 'role' | 'permission'

/** A user, as his tokens name him. */
export interface GrantUser {
  readonly kind: 'user'
  /** What the table knows the user by: his subject, or the claim that the provider is told to look at. */
  readonly subject: string
  /** Who his tokens come from. Needed where the table has a column for it; else absent, or one that the table is about. */
  readonly issuer?: string
}

/** Who has something: a user, whoever is in a group, or whoever has a role. */
export type GrantHolder = GrantUser | { readonly kind: 'group' | 'role', readonly name: string }

/** Somebody has something. Users may have groups, roles and permissions, groups roles, and roles other roles and permissions. */
export interface Grant {
  readonly kind: GrantKind
  /** Of the group, role or permission. */
  readonly name: string
  readonly holder: GrantHolder
  /** Where it counts. `null` or absent: where there are no tenants. */
  readonly tenant?: string | null
  /** When it ends. `null` or absent: it does not. */
  readonly expiresAt?: EpochSeconds | null
}

/** What is asked of a directory: what somebody has, or who has something. Without a tenant, that of all; a user without an issuer, of whichever. */
export type GrantQuery =
  | { readonly holder: GrantHolder, readonly tenant?: string | null }
  | { readonly kind: GrantKind, readonly name: string, readonly tenant?: string | null }

const kind = Type.Union([Type.Literal('group'), Type.Literal('role'), Type.Literal('permission')], { description: "'group', 'role' or 'permission'" })
const text = Type.String({ description: 'a text' })
const tenant = Type.Optional(Type.Union([text, Type.Null()], { description: 'a text, or null' }))

const user = Type.Object({ kind: Type.Literal('user'), subject: text, issuer: Type.Optional(text) }, { additionalProperties: false })
const named = Type.Object({ kind: Type.Union([Type.Literal('group'), Type.Literal('role')]), name: text }, { additionalProperties: false })
const holder = Type.Union([user, named], { description: "{ kind: 'user', subject, issuer }, { kind: 'group', name } or { kind: 'role', name }" })

/** Far enough for anybody, and less than any time in milliseconds: the end of the year 9999. */
const LAST_SECOND: EpochSeconds = 253_402_300_799

/** What `grant` and `revoke` accept. */
export const grantSchema = Type.Object({
  kind,
  name: text,
  holder,
  tenant,
  expiresAt: Type.Optional(Type.Union([Type.Integer({ minimum: 0, maximum: LAST_SECOND }), Type.Null()], { description: 'a whole number of seconds since 1970, or null' }))
}, { additionalProperties: false, description: 'an object with kind, name and holder' })

/** What `list` accepts about a holder. */
export const holderQuerySchema = Type.Object({ holder, tenant }, { additionalProperties: false, description: 'an object with holder, or with kind and name' })

/** What `list` accepts about a name. */
export const nameQuerySchema = Type.Object({ kind, name: text, tenant }, { additionalProperties: false, description: 'an object with holder, or with kind and name' })
