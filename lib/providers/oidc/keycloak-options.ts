import { Type } from '@sinclair/typebox'

import { oidcOptionsSchema } from './options.js'

import type { OidcOptions } from './options.js'
import type { OneOrMore } from '../../../types/units.js'

/** Options of `keycloak`. */
export interface KeycloakOptions extends OidcOptions {
  /**
   * Clients whose own roles count beside those of the realm, each as `CLIENT:ROLE`, so that nobody who may name the roles of a client makes one
   * of the realm. Default: none. https://www.keycloak.org/docs/latest/server_admin/#con-client-roles_server_administration_guide
   */
  readonly client?: OneOrMore<string>
}

const client = Type.String({ minLength: 1, description: 'a text that is not empty' })

/** What `keycloak` accepts. */
export const keycloakOptionsSchema = Type.Object({
  ...oidcOptionsSchema.properties,
  client: Type.Optional(Type.Union([client, Type.Array(client, { minItems: 1, uniqueItems: true })], { description: 'the id of a client, or a list of them' }))
}, { additionalProperties: false, description: 'an object with options' })
