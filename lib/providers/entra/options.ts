import { Type } from '@sinclair/typebox'

import { commonJwtProperties } from '../jwt/options.js'

import type { anyTenant } from './any-tenant.js'
import type { EntraCloud } from './clouds.js'
import type { CommonJwtOptions } from '../jwt/common-options.js'
import type { OneOrMore } from '../../../types/units.js'

/** Options of `entra`. */
export interface EntraOptions extends CommonJwtOptions {
  /**
   * Whose tokens are accepted: the GUID of a tenant ("Directory (tenant) ID"), a list of them, or `anyTenant`. Domain names, `common`, `organizations` and
   * `consumers` stop the boot. https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-the-issuer
   */
  readonly tenantId: OneOrMore<string> | typeof anyTenant
  /** Who the token must be meant for (`aud`), at least one of these: a GUID also accepts `api://` before it, and the other way round; anything else is compared as it is. `null` accepts any. */
  readonly audience: OneOrMore<string> | null
  /** Under `anyTenant`: the tenants whose groups and roles in tokens count; in tokens of others, nobody has any. GUIDs; default none. */
  readonly trustTenants?: readonly string[]
  /** Under `anyTenant`: whether accounts of persons who belong to no organization are accepted, too. Default `false`. */
  readonly personalAccounts?: boolean
  /** The cloud of the tenants: `'public'`, `'usgov'` or `'china'`. Default `'public'`. https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud */
  readonly cloud?: EntraCloud
  /** The client id of an app with signing keys of its own, in the one tenant that `tenantId` then must be: metadata and keys are asked for with `?appid=`. A GUID; default: Microsoft's keys. https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-the-signature */
  readonly signingKeysAppId?: string
  /**
   * Where metadata are, with `{tenant}` where the tenant belongs and `/v2.0/` behind it, which is left out for tokens of version 1.0: https, or http on this machine
   * outside production. Default: `/{tenant}/v2.0/.well-known/openid-configuration` in `cloud`.
   */
  readonly discoveryUrl?: string
  /** Whether directory roles (`wids`: GUIDs of role templates) are roles, beside `roles`. Default `false`. */
  readonly directoryRoles?: boolean
  /** How OpenAPI documents describe its tokens, as for `oidc`: `'openIdConnect'`, `'oauth2'` or `'http'`. Default `'openIdConnect'`. */
  readonly securityScheme?: 'openIdConnect' | 'oauth2' | 'http'
}

const text = Type.String({ minLength: 1, description: 'a text that is not empty' })
const guid = Type.String({ pattern: '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$', description: 'a GUID' })
const flag = Type.Boolean({ description: 'true or false' })

/** Which cloud, wherever an option says so. */
export const cloudSchema = Type.Union([Type.Literal('public'), Type.Literal('usgov'), Type.Literal('china')], { description: "'public', 'usgov' or 'china'" })

/** What `entra` accepts. */
export const entraOptionsSchema = Type.Object({
  tenantId: Type.Union([text, Type.Array(text, { minItems: 1 }), Type.Symbol()], { description: "a tenant's GUID, a list of such, or anyTenant" }),
  ...commonJwtProperties,
  trustTenants: Type.Optional(Type.Array(guid, { description: "a list of tenants' GUIDs" })),
  personalAccounts: Type.Optional(flag),
  cloud: Type.Optional(cloudSchema),
  signingKeysAppId: Type.Optional(guid),
  discoveryUrl: Type.Optional(Type.String({ description: 'an https address with {tenant} and /v2.0/ in it' })),
  directoryRoles: Type.Optional(flag),
  securityScheme: Type.Optional(Type.Union([Type.Literal('openIdConnect'), Type.Literal('oauth2'), Type.Literal('http')], { description: "'openIdConnect', 'oauth2' or 'http'" }))
}, { additionalProperties: false, description: 'an object with options' })
