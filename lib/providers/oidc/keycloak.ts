import { createDiscoveringProvider, nameOptionsOf } from './discovering-provider.js'
import { isFilled } from './is-filled.js'
import { keycloakOptionsSchema } from './keycloak-options.js'
import { refuseUse } from './refuse-use.js'
import { checkTokenUse } from '../jwt/check-token-use.js'
import { rfcDialect } from '../jwt/dialect.js'
import { readPath } from '../jwt/read-claim.js'
import { assertOptions, toList } from '../jwt/resolve-settings.js'
import { AUTH_OPTION_INVALID, AUTH_TOKEN_INVALID } from '../../errors.js'
import { isNames } from '../../util/is-names.js'

import type { KeycloakOptions } from './keycloak-options.js'
import type { Dialect } from '../jwt/dialect.js'
import type { ClaimsDefaults } from '../jwt/resolve-claims.js'
import type { NameOption } from '../jwt/resolve-settings.js'
import type { Claims, IdentityKind } from '../../../types/identity.js'
import type { JwtProvider } from '../../../types/providers.js'

const REALM_ROLES = Object.freeze(['realm_access', 'roles'] as const)

const CLAIMS: ClaimsDefaults = Object.freeze({
  id: 'sub',
  name: Object.freeze({ firstOf: Object.freeze(['name', 'preferred_username']) }),
  email: 'email',
  clientId: 'azp',
  scopes: 'scope',
  groups: 'groups',
  roles: REALM_ROLES,
  permissions: null
})

/** What Keycloak writes into the claim `typ`. */
const TYPES = Object.freeze({ access: 'Bearer', id: 'ID' } as const)

const SERVICE_ACCOUNT = 'service-account-'

/**
 * A provider for the access tokens of a Keycloak realm.
 *
 * @throws {AUTH_OPTION_INVALID} when an option is unknown, missing or wrong
 * @see https://www.keycloak.org/docs/latest/server_admin/#audience-support
 * @example keycloak({ issuer: 'https://login.example/realms/books', audience: 'books-api' })
 */
export function keycloak (options: KeycloakOptions): JwtProvider {
  const nameOption = nameOptionsOf('keycloak')
  assertOptions<KeycloakOptions>(keycloakOptionsSchema, options, nameOption)
  if (!/\/realms\/[^/?]+$/.test(options.issuer)) {
    throw new AUTH_OPTION_INVALID(`${nameOption(['issuer'])} must be that of a realm, without a slash at its end: https://HOST/realms/REALM`)
  }
  const clients = options.client === undefined ? [] : toList(options.client)
  assertClients(clients, options, nameOption)
  return createDiscoveringProvider(options, { name: 'keycloak', nameOption, dialect: toDialect(clients) })
}

function assertClients (clients: readonly string[], { claims }: KeycloakOptions, nameOption: NameOption): void {
  if (clients.length > 0 && claims?.roles !== undefined) {
    throw new AUTH_OPTION_INVALID(`${nameOption(['client'])} adds to the roles of the realm: write it, or claims.roles, but not both`)
  }
  if (clients.some(client => clients.some(other => other.startsWith(`${client}:`)))) {
    throw new AUTH_OPTION_INVALID(`${nameOption(['client'])} must not hold two clients whose roles could have one name`)
  }
}

function toDialect (clients: readonly string[]): Dialect {
  return Object.freeze({
    ...rfcDialect,
    claims: CLAIMS,
    keepsNames: true,
    checkUse (jwt, wanted) {
      checkTokenUse(jwt, wanted)
      if (wanted.tokenUse !== null && jwt.payload['typ'] !== TYPES[wanted.tokenUse]) {
        refuseUse(wanted)
      }
    },
    toKind,
    finish: identity => clients.length === 0 ? identity : { ...identity, roles: readAllRoles(identity.claims, clients) }
  } satisfies Dialect)
}

function readAllRoles (claims: Claims, clients: readonly string[]): readonly string[] {
  const ofClients = clients.flatMap(client => readRoles(claims, ['resource_access', client, 'roles']).map(role => `${client}:${role}`))
  return [...readRoles(claims, REALM_ROLES), ...ofClients]
}

function readRoles (claims: Claims, path: readonly string[]): readonly string[] {
  const roles = readPath(claims, path)
  if (roles !== undefined && !isNames(roles)) {
    throw new AUTH_TOKEN_INVALID({ reason: 'claim_type', expected: { claim: path, is: 'a list of texts' } })
  }
  return roles ?? []
}

/**
 * The client's id and address are notes of the session that the client credentials grant opens, and no other. That a user is called
 * `service-account-…` proves nothing: people choose such names too. Nor do given names tell people, where the user is called like that.
 * https://www.keycloak.org/docs/latest/server_admin/#_service_accounts
 */
function toKind (claims: Claims): IdentityKind {
  const { auth_time: authTime, given_name: givenName, family_name: familyName, preferred_username: username } = claims
  const isSignedIn = typeof authTime === 'number'
  if (isServiceAccount(claims)) {
    return isSignedIn ? 'unknown' : 'machine'
  }
  const isNamed = (isFilled(givenName) || isFilled(familyName)) && !String(username).startsWith(SERVICE_ACCOUNT)
  return isSignedIn || isNamed ? 'human' : 'unknown'
}

/** `client_id` since version 25, `clientId` before. */
function isServiceAccount ({ azp, client_id: clientId, clientId: formerClientId, clientHost, clientAddress, preferred_username: username }: Claims): boolean {
  if (!isFilled(azp) || (clientId ?? formerClientId) !== azp || !isFilled(clientHost) || !isFilled(clientAddress)) {
    return false
  }
  return username === undefined || username === `${SERVICE_ACCOUNT}${azp.toLowerCase()}`
}
