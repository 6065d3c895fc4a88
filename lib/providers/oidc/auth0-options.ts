import { Type } from '@sinclair/typebox'

import { oidcOptionsSchema } from './options.js'

import type { OidcOptions } from './options.js'
import type { OneOrMore } from '../../../types/units.js'

/** Options of `auth0`. */
export interface Auth0Options extends OidcOptions {
  /**
   * Ids of Auth0 organizations (`org_…`): the token must have been issued in one of them (`org_id`). Default: of any, or of none.
   * https://auth0.com/docs/manage-users/organizations/using-tokens
   */
  readonly organization?: OneOrMore<string>
}

const id = Type.String({ pattern: '^org_', description: 'an id that begins with org_' })

/** What `auth0` accepts. */
export const auth0OptionsSchema = Type.Object({
  ...oidcOptionsSchema.properties,
  organization: Type.Optional(Type.Union([id, Type.Array(id, { minItems: 1, uniqueItems: true })], { description: 'an id that begins with org_, or a list of them' }))
}, { additionalProperties: false, description: 'an object with options' })
