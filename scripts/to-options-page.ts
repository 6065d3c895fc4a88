import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

import { pluginOptionsSchema } from '../lib/options-schema.js'
import { exchangeOptionsSchema, passthroughOptionsSchema } from '../lib/passthrough/options.js'
import { basicOptionsSchema } from '../lib/providers/basic/options.js'
import { commonJwtProperties, jwtOptionsSchema } from '../lib/providers/jwt/options.js'
import { apiKeyOptionsSchema, issueOptionsSchema, staticTokensOptionsSchema } from '../lib/providers/api-key/options.js'
import { cognitoActionsOptionsSchema } from '../lib/providers/cognito/admin/actions-options.js'
import { cognitoGroupsOptionsSchema } from '../lib/providers/cognito/names-options.js'
import { cognitoOptionsSchema } from '../lib/providers/cognito/options.js'
import { cognitoRoutesOptionsSchema } from '../lib/providers/cognito/admin/routes-options.js'
import { identityPoolOptionsSchema } from '../lib/providers/cognito/identity-pool-options.js'
import { cognitoProfileOptionsSchema } from '../lib/providers/cognito/profile-options.js'
import { cognitoLoginSchema, cognitoUrlsOptionsSchema } from '../lib/providers/cognito/urls-options.js'
import { entraGraphGroupsOptionsSchema } from '../lib/providers/entra/graph-options.js'
import { entraOptionsSchema } from '../lib/providers/entra/options.js'
import { entraUrlsOptionsSchema } from '../lib/providers/entra/urls-options.js'
import { cacheProperty } from '../lib/providers/gateway/cache-options.js'
import { gatewayOptionsSchema } from '../lib/providers/gateway/options.js'
import { transportProperties } from '../lib/providers/gateway/transport-options.js'
import { introspectionOptionsSchema } from '../lib/providers/introspection/options.js'
import { auth0OptionsSchema } from '../lib/providers/oidc/auth0-options.js'
import { googleOptionsSchema } from '../lib/providers/oidc/google-options.js'
import { keycloakOptionsSchema } from '../lib/providers/oidc/keycloak-options.js'
import { oidcOptionsSchema } from '../lib/providers/oidc/options.js'
import { poolOptionsSchema } from '../lib/sources/sql/connect-options.js'
import { sqlDirectoryOptionsSchema } from '../lib/sources/sql/directory-options.js'
import { sqlNamesOptionsSchema, sqlPermissionsOptionsSchema, sqlRolesOptionsSchema } from '../lib/sources/sql/names-options.js'
import { sqlProfileOptionsSchema } from '../lib/sources/sql/profile-options.js'
import { sqlApiKeysOptionsSchema, sqlCredentialsOptionsSchema } from '../lib/sources/sql/record-options.js'
import { cachedOptionsSchema, fallbackOptionsSchema, memoryStoreOptionsSchema } from '../lib/sources/cache/options.js'

import type { TObject, TProperties, TSchema } from '@sinclair/typebox'

/** A table of the page: the options of one schema, and the interface whose doc blocks say what they mean. */
interface Part {
  readonly heading: string
  readonly lead: string
  readonly properties: TProperties
  readonly path: string
  readonly type: string
}

const COMMON = Object.keys(commonJwtProperties)

const PARTS: readonly Part[] = [
  { heading: 'The plugin', lead: 'For `app.register(authPlugin, { … })`.', properties: pluginOptionsSchema.properties, path: 'types/options.ts', type: 'AuthPluginOptions' },
  { heading: '`jwt`', lead: 'From `fastify-gatekeeper/jwt`, beside the [common options](#common-options-of-jwt-providers).', properties: withoutCommon(jwtOptionsSchema.properties), path: 'lib/providers/jwt/options.ts', type: 'JwtOptions' },
  { heading: '`oidc`', lead: 'From `fastify-gatekeeper/oidc`, beside the common options.', properties: withoutCommon(oidcOptionsSchema.properties), path: 'lib/providers/oidc/options.ts', type: 'OidcOptions' },
  { heading: '`auth0`', lead: 'From `fastify-gatekeeper/oidc`, beside the options of `oidc`. `okta` and `authentik` have none of their own.', properties: only(auth0OptionsSchema.properties, ['organization']), path: 'lib/providers/oidc/auth0-options.ts', type: 'Auth0Options' },
  { heading: '`keycloak`', lead: 'From `fastify-gatekeeper/oidc`, beside the options of `oidc`.', properties: only(keycloakOptionsSchema.properties, ['client']), path: 'lib/providers/oidc/keycloak-options.ts', type: 'KeycloakOptions' },
  { heading: '`google`', lead: 'From `fastify-gatekeeper/oidc`, beside the options of `oidc` but `tokenUse` and `typ`.', properties: only(googleOptionsSchema.properties, ['issuer', 'hostedDomain', 'serviceAccounts']), path: 'lib/providers/oidc/google-options.ts', type: 'GoogleOptions' },
  { heading: '`cognito`', lead: 'From `fastify-gatekeeper/cognito`, beside the common options.', properties: only(cognitoOptionsSchema.properties, ['userPoolId', 'clientId', 'audience', 'region', 'issuer', 'jwksUri', 'domain']), path: 'lib/providers/cognito/options.ts', type: 'CognitoOptions' },
  { heading: '`cognitoGroups`', lead: 'From `fastify-gatekeeper/cognito`, and the same for `cognitoGroupsAsRoles`.', properties: cognitoGroupsOptionsSchema.properties, path: 'lib/providers/cognito/names-options.ts', type: 'CognitoGroupsOptions' },
  { heading: '`cognitoUrls`', lead: 'From `fastify-gatekeeper/cognito`.', properties: cognitoUrlsOptionsSchema.properties, path: 'lib/providers/cognito/urls-options.ts', type: 'CognitoUrlsOptions' },
  { heading: '`login` of `cognitoUrls`', lead: 'Beside `state`, `nonce` and `codeChallenge`, which are new for each login: see [login addresses](cognito.md#login-addresses).', properties: only(cognitoLoginSchema.properties, ['identityProvider', 'loginHint', 'lang', 'resource']), path: 'lib/providers/cognito/urls-options.ts', type: 'CognitoLogin' },
  { heading: '`cognitoProfile`', lead: 'From `fastify-gatekeeper/cognito`.', properties: cognitoProfileOptionsSchema.properties, path: 'lib/providers/cognito/profile-options.ts', type: 'CognitoProfileOptions' },
  { heading: '`identityPool`', lead: 'From `fastify-gatekeeper/cognito`.', properties: identityPoolOptionsSchema.properties, path: 'lib/providers/cognito/identity-pool-options.ts', type: 'IdentityPoolOptions' },
  { heading: '`cognitoActions`', lead: 'From `fastify-gatekeeper/cognito/admin`.', properties: cognitoActionsOptionsSchema.properties, path: 'lib/providers/cognito/admin/actions-options.ts', type: 'CognitoActionsOptions' },
  { heading: '`cognitoRoutes`', lead: 'From `fastify-gatekeeper/cognito/admin`, for `app.register(cognitoRoutes, { … })`, beside `prefix`.', properties: cognitoRoutesOptionsSchema.properties, path: 'lib/providers/cognito/admin/routes-options.ts', type: 'CognitoRoutesOptions' },
  { heading: 'Common options of JWT providers', lead: 'For `jwt`, `oidc` and its presets, and `cognito`.', properties: commonJwtProperties, path: 'lib/providers/jwt/common-options.ts', type: 'CommonJwtOptions' },
  { heading: '`entra`', lead: 'From `fastify-gatekeeper/entra`, beside the common options.', properties: { ...withoutCommon(entraOptionsSchema.properties), audience: entraOptionsSchema.properties.audience }, path: 'lib/providers/entra/options.ts', type: 'EntraOptions' },
  { heading: '`entraGraphGroups`', lead: 'From `fastify-gatekeeper/entra`. Either `clientId` and `clientSecret`, or `accessToken`.', properties: entraGraphGroupsOptionsSchema.properties, path: 'lib/providers/entra/graph-options.ts', type: 'EntraGraphGroupsOptions' },
  { heading: '`entraUrls`', lead: 'From `fastify-gatekeeper/entra`.', properties: entraUrlsOptionsSchema.properties, path: 'lib/providers/entra/urls-options.ts', type: 'EntraUrlsOptions' },
  { heading: '`introspection`', lead: 'From `fastify-gatekeeper/introspection`.', properties: introspectionOptionsSchema.properties, path: 'lib/providers/introspection/options.ts', type: 'IntrospectionOptions' },
  { heading: '`gateway`', lead: 'From `fastify-gatekeeper/gateway`, also for `gatewayClient`, beside the two tables below.', properties: without(gatewayOptionsSchema.properties, Object.keys(transportProperties)), path: 'lib/providers/gateway/options.ts', type: 'GatewayOptions' },
  { heading: 'How `gateway` asks', lead: 'More options of `gateway` and `gatewayClient`.', properties: transportProperties, path: 'lib/providers/gateway/transport-options.ts', type: 'GatewayTransportOptions' },
  { heading: 'What `gateway` remembers', lead: 'The members of its option `cache`.', properties: (cacheProperty.anyOf[1] as TObject).properties, path: 'lib/providers/gateway/cache-options.ts', type: 'GatewayCacheOptions' },
  { heading: '`basic`', lead: 'From `fastify-gatekeeper/basic`, behind the repository.', properties: basicOptionsSchema.properties, path: 'lib/providers/basic/options.ts', type: 'BasicOptions' },
  { heading: '`apiKey`', lead: 'From `fastify-gatekeeper/api-key`, behind the store.', properties: apiKeyOptionsSchema.properties, path: 'lib/providers/api-key/options.ts', type: 'ApiKeyOptions' },
  { heading: '`issueApiKey`', lead: 'From `fastify-gatekeeper/api-key`.', properties: issueOptionsSchema.properties, path: 'lib/providers/api-key/options.ts', type: 'IssueOptions' },
  { heading: '`staticTokens`', lead: 'From `fastify-gatekeeper/api-key`, behind the list of tokens.', properties: staticTokensOptionsSchema.properties, path: 'lib/providers/api-key/options.ts', type: 'StaticTokensOptions' },
  { heading: '`passthrough`', lead: 'From `fastify-gatekeeper/passthrough`, for `app.register(passthrough, { … })`.', properties: passthroughOptionsSchema.properties, path: 'lib/passthrough/options.ts', type: 'PassthroughOptions' },
  { heading: '`exchange` of `passthrough`', lead: 'What calls are given in place of the caller\'s own token.', properties: exchangeOptionsSchema.properties, path: 'lib/passthrough/options.ts', type: 'ExchangeOptions' },
  { heading: '`cached`', lead: 'From `fastify-gatekeeper/cache`, behind the provider.', properties: cachedOptionsSchema.properties, path: 'lib/sources/cache/options.ts', type: 'CachedOptions' },
  { heading: '`fallback`', lead: 'From `fastify-gatekeeper/cache`, behind the two providers.', properties: fallbackOptionsSchema.properties, path: 'lib/sources/cache/options.ts', type: 'FallbackOptions' },
  { heading: '`memoryStore`', lead: 'From `fastify-gatekeeper/cache`.', properties: memoryStoreOptionsSchema.properties, path: 'lib/sources/cache/options.ts', type: 'MemoryStoreOptions' },
  { heading: '`sqlGroups`', lead: 'From `fastify-gatekeeper/sql`.', properties: sqlNamesOptionsSchema.properties, path: 'lib/sources/sql/names-options.ts', type: 'SqlNamesOptions' },
  { heading: '`sqlRoles`', lead: 'From `fastify-gatekeeper/sql`, beside the options of `sqlGroups`.', properties: { roleHierarchy: sqlRolesOptionsSchema.properties.roleHierarchy }, path: 'lib/sources/sql/names-options.ts', type: 'RoleHierarchyOption' },
  { heading: '`sqlPermissions`', lead: 'From `fastify-gatekeeper/sql`, beside the options of `sqlGroups`, and for the tables that `migrate` makes `roleHierarchy` like `sqlRoles`.', properties: { permissionMatch: sqlPermissionsOptionsSchema.properties.permissionMatch }, path: 'lib/sources/sql/names-options.ts', type: 'SqlPermissionsOptions' },
  { heading: '`sqlProfile`', lead: 'From `fastify-gatekeeper/sql`, beside the options of `sqlGroups`, of which it has no `nameColumn`.', properties: { table: sqlProfileOptionsSchema.properties.table, columns: sqlProfileOptionsSchema.properties.columns }, path: 'lib/sources/sql/profile-options.ts', type: 'SqlProfileOptions' },
  { heading: '`sqlCredentials`', lead: 'From `fastify-gatekeeper/sql`.', properties: sqlCredentialsOptionsSchema.properties, path: 'lib/sources/sql/record-options.ts', type: 'SqlCredentialsOptions' },
  { heading: '`sqlApiKeys`', lead: 'From `fastify-gatekeeper/sql`.', properties: sqlApiKeysOptionsSchema.properties, path: 'lib/sources/sql/record-options.ts', type: 'SqlApiKeysOptions' },
  { heading: '`sqlDirectory`', lead: 'From `fastify-gatekeeper/sql`, behind the Kysely instance.', properties: sqlDirectoryOptionsSchema.properties, path: 'lib/sources/sql/directory-options.ts', type: 'SqlDirectoryOptions' },
  { heading: '`tables` of `sqlDirectory`', lead: 'What its members `groups`, `roles` and `permissions` take.', properties: sqlDirectoryOptionsSchema.properties.tables.properties.groups.properties, path: 'lib/sources/sql/directory-options.ts', type: 'DirectoryTable' },
  { heading: '`connect`', lead: 'From `fastify-gatekeeper/sql`, behind the address.', properties: poolOptionsSchema.properties, path: 'lib/sources/sql/connect-options.ts', type: 'PoolOptions' }
]

const HEAD = `# Options reference

<!-- Made from the schemas and the doc blocks. Do not edit it, run: node --import @tapjs/typescript/import scripts/write-options.ts -->

Every option, what it takes, and what it means.

An option that is unknown, or that takes something else, stops the boot with \`AUTH_OPTION_INVALID\`, naming its path. One that is \`undefined\` counts as absent; off is \`null\`.

Two variables of the environment count where the code says nothing: \`AUTH_MIDDLEWARE_DISABLED\` (true or false, 1 or 0, yes or no) for \`disabled\`, and \`AUTH_MIDDLEWARE_LOG_LEVEL\` (pino's names or Python's, in any case) for \`logLevel\`. Those of \`jwtFromEnv()\` and \`oidcFromEnv()\` are in [JWT and OpenID Connect](jwt-and-oidc.md#from-the-environment), those of \`cognitoFromEnv()\` in [Amazon Cognito](cognito.md#from-the-environment), those of \`entraFromEnv()\` in [Microsoft Entra ID](entra.md#from-the-environment).
`

/** The page `docs/options.md`, as the schemas and the doc blocks below `root` have it. */
export function toOptionsPage (root: string): string {
  return [HEAD, ...PARTS.map(part => toSection(part, root))].join('\n')
}

function toSection ({ heading, lead, properties, path, type }: Part, root: string): string {
  const meanings = readMeanings(join(root, path), type)
  const rows = Object.entries(properties).map(([name, schema]) => `| \`${name}\` | ${toCell(toValues(schema))} | ${toCell(meanings.get(name) ?? meaningOfProvider(name))} |`)
  return [`## ${heading}`, '', lead, '', '| option | takes | meaning |', '|---|---|---|', ...rows, ''].join('\n')
}

function only (properties: TProperties, names: readonly string[]): TProperties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => names.includes(name)))
}

function withoutCommon (properties: TProperties): TProperties {
  return without(properties, COMMON)
}

function without (properties: TProperties, names: readonly string[]): TProperties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)))
}

/** What a schema's check says that it takes. */
function toValues (schema: TSchema): string {
  const { description, anyOf } = schema as { description?: string, anyOf?: TSchema[] }
  if (description === undefined && anyOf === undefined) {
    throw new Error(`a schema does not say what it takes: ${JSON.stringify(schema)}`)
  }
  return description ?? (anyOf ?? []).map(toValues).join(', or ')
}

/** The doc blocks of an interface's members, on one line each. */
function readMeanings (path: string, type: string): ReadonlyMap<string, string> {
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  return new Map(listMembers(file, type).map(member => [member.name?.getText(file) ?? '', toText(member)] as const))
}

/** The members of an interface, and of those in its file that it extends. */
function listMembers (file: ts.SourceFile, type: string): readonly ts.TypeElement[] {
  const declaration = file.statements.filter(ts.isInterfaceDeclaration).find(({ name }) => name.text === type)
  const bases = (declaration?.heritageClauses ?? []).flatMap(clause => clause.types.map(base => base.expression.getText(file)))
  return [...declaration?.members ?? [], ...bases.flatMap(base => listMembers(file, base))]
}

function toText (member: ts.TypeElement): string {
  const comments = ts.getJSDocCommentsAndTags(member).map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '')
  return comments.join(' ').replaceAll(/\s+/g, ' ').trim()
}

/** JWT providers take these from a contract that authenticators share. */
function meaningOfProvider (name: string): string {
  if (!name.endsWith('Provider')) {
    throw new Error(`${name} has no doc block`)
  }
  return `Asked for its own users, before the plugin's \`${name}\`.`
}

function toCell (text: string): string {
  return text.replaceAll('|', '\\|')
}
