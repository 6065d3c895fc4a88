import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

import { pluginOptionsSchema } from '../lib/options-schema.js'
import { basicOptionsSchema } from '../lib/providers/basic/options.js'
import { commonJwtProperties, jwtOptionsSchema } from '../lib/providers/jwt/options.js'
import { apiKeyOptionsSchema, issueOptionsSchema, staticTokensOptionsSchema } from '../lib/providers/api-key/options.js'
import { introspectionOptionsSchema } from '../lib/providers/introspection/options.js'
import { oidcOptionsSchema } from '../lib/providers/oidc/options.js'
import { poolOptionsSchema } from '../lib/sources/sql/connect-options.js'
import { sqlNamesOptionsSchema, sqlPermissionsOptionsSchema } from '../lib/sources/sql/names-options.js'
import { sqlProfileOptionsSchema } from '../lib/sources/sql/profile-options.js'
import { sqlApiKeysOptionsSchema, sqlCredentialsOptionsSchema } from '../lib/sources/sql/record-options.js'
import { cachedOptionsSchema, fallbackOptionsSchema, memoryStoreOptionsSchema } from '../lib/sources/cache/options.js'

import type { TProperties, TSchema } from '@sinclair/typebox'

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
  { heading: 'Common options of JWT providers', lead: 'For `jwt` and `oidc`.', properties: commonJwtProperties, path: 'lib/providers/jwt/common-options.ts', type: 'CommonJwtOptions' },
  { heading: '`introspection`', lead: 'From `fastify-gatekeeper/introspection`.', properties: introspectionOptionsSchema.properties, path: 'lib/providers/introspection/options.ts', type: 'IntrospectionOptions' },
  { heading: '`basic`', lead: 'From `fastify-gatekeeper/basic`, behind the repository.', properties: basicOptionsSchema.properties, path: 'lib/providers/basic/options.ts', type: 'BasicOptions' },
  { heading: '`apiKey`', lead: 'From `fastify-gatekeeper/api-key`, behind the store.', properties: apiKeyOptionsSchema.properties, path: 'lib/providers/api-key/options.ts', type: 'ApiKeyOptions' },
  { heading: '`issueApiKey`', lead: 'From `fastify-gatekeeper/api-key`.', properties: issueOptionsSchema.properties, path: 'lib/providers/api-key/options.ts', type: 'IssueOptions' },
  { heading: '`staticTokens`', lead: 'From `fastify-gatekeeper/api-key`, behind the list of tokens.', properties: staticTokensOptionsSchema.properties, path: 'lib/providers/api-key/options.ts', type: 'StaticTokensOptions' },
  { heading: '`cached`', lead: 'From `fastify-gatekeeper/cache`, behind the provider.', properties: cachedOptionsSchema.properties, path: 'lib/sources/cache/options.ts', type: 'CachedOptions' },
  { heading: '`fallback`', lead: 'From `fastify-gatekeeper/cache`, behind the two providers.', properties: fallbackOptionsSchema.properties, path: 'lib/sources/cache/options.ts', type: 'FallbackOptions' },
  { heading: '`memoryStore`', lead: 'From `fastify-gatekeeper/cache`.', properties: memoryStoreOptionsSchema.properties, path: 'lib/sources/cache/options.ts', type: 'MemoryStoreOptions' },
  { heading: '`sqlGroups` and `sqlRoles`', lead: 'From `fastify-gatekeeper/sql`.', properties: sqlNamesOptionsSchema.properties, path: 'lib/sources/sql/names-options.ts', type: 'SqlNamesOptions' },
  { heading: '`sqlPermissions`', lead: 'From `fastify-gatekeeper/sql`, beside the options of `sqlGroups`.', properties: { permissionMatch: sqlPermissionsOptionsSchema.properties.permissionMatch }, path: 'lib/sources/sql/names-options.ts', type: 'SqlPermissionsOptions' },
  { heading: '`sqlProfile`', lead: 'From `fastify-gatekeeper/sql`, beside the options of `sqlGroups`, of which it has no `nameColumn`.', properties: { table: sqlProfileOptionsSchema.properties.table, columns: sqlProfileOptionsSchema.properties.columns }, path: 'lib/sources/sql/profile-options.ts', type: 'SqlProfileOptions' },
  { heading: '`sqlCredentials`', lead: 'From `fastify-gatekeeper/sql`.', properties: sqlCredentialsOptionsSchema.properties, path: 'lib/sources/sql/record-options.ts', type: 'SqlCredentialsOptions' },
  { heading: '`sqlApiKeys`', lead: 'From `fastify-gatekeeper/sql`.', properties: sqlApiKeysOptionsSchema.properties, path: 'lib/sources/sql/record-options.ts', type: 'SqlApiKeysOptions' },
  { heading: '`connect`', lead: 'From `fastify-gatekeeper/sql`, behind the address.', properties: poolOptionsSchema.properties, path: 'lib/sources/sql/connect-options.ts', type: 'PoolOptions' }
]

const HEAD = `# Options reference

<!-- Made from the schemas and the doc blocks. Do not edit it, run: node --import @tapjs/typescript/import scripts/write-options.ts -->

Every option, what it takes, and what it means.

An option that is unknown, or that takes something else, stops the boot with \`AUTH_OPTION_INVALID\`, naming its path. One that is \`undefined\` counts as absent; off is \`null\`.

Two variables of the environment count where the code says nothing: \`AUTH_MIDDLEWARE_DISABLED\` (true or false, 1 or 0, yes or no) for \`disabled\`, and \`AUTH_MIDDLEWARE_LOG_LEVEL\` (pino's names or Python's, in any case) for \`logLevel\`. Those of \`jwtFromEnv()\` and \`oidcFromEnv()\` are in [JWT and OpenID Connect](jwt-and-oidc.md#from-the-environment).
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

function withoutCommon (properties: TProperties): TProperties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !COMMON.includes(name)))
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
