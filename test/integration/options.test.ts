import t from 'tap'

import { startIssuer } from '../fixtures/counting-issuer.js'
import { failureRows } from './options/failure-rows.js'
import { cachedRows, fallbackRows, memoryStoreRows } from './options/cache-rows.js'
import { basicRows } from './options/basic-rows.js'
import { apiKeyRows, issueApiKeyRows, staticTokensRows } from './options/api-key-rows.js'
import { cognitoGroupsRows, cognitoLoginRows, cognitoRows, cognitoUrlsRows } from './options/cognito-rows.js'
import { ENTRA_CLAIMS, entraLoginRows, entraLogoutRows, entraRows, entraUrlsRows } from './options/entra-rows.js'
import { gatewayRows } from './options/gateway-rows.js'
import { gatewayTransportRows } from './options/gateway-transport-rows.js'
import { introspectionRows } from './options/introspection-rows.js'
import { sqlDirectoryRows } from './options/directory-rows.js'
import { documentRows } from './options/document-rows.js'
import { jwtRows } from './options/jwt-rows.js'
import { oidcRows } from './options/oidc-rows.js'
import { passthroughRows } from './options/passthrough-rows.js'
import { poolRows } from './options/pool-rows.js'
import { sqlApiKeysRows, sqlCredentialsRows, sqlNamesRows, sqlPermissionsRows, sqlProfileRows, sqlRolesRows } from './options/sql-rows.js'
import { pluginRows } from './options/plugin-rows.js'
import { proveOptions } from './options/row.js'
import { wayInRows } from './options/way-in-rows.js'
import { pluginOptionsSchema } from '../../lib/options-schema.js'
import { passthroughOptionsSchema } from '../../lib/passthrough/options.js'
import { apiKeyOptionsSchema, issueOptionsSchema, staticTokensOptionsSchema } from '../../lib/providers/api-key/options.js'
import { basicOptionsSchema } from '../../lib/providers/basic/options.js'
import { cognitoGroupsOptionsSchema } from '../../lib/providers/cognito/names-options.js'
import { cognitoOptionsSchema } from '../../lib/providers/cognito/options.js'
import { cognitoLoginSchema, cognitoUrlsOptionsSchema } from '../../lib/providers/cognito/urls-options.js'
import { entraOptionsSchema } from '../../lib/providers/entra/options.js'
import { entraLoginSchema, entraLogoutSchema, entraUrlsOptionsSchema } from '../../lib/providers/entra/urls-options.js'
import { gatewayOptionsSchema } from '../../lib/providers/gateway/options.js'
import { introspectionOptionsSchema } from '../../lib/providers/introspection/options.js'
import { jwtOptionsSchema } from '../../lib/providers/jwt/options.js'
import { oidcOptionsSchema } from '../../lib/providers/oidc/options.js'
import { poolOptionsSchema } from '../../lib/sources/sql/connect-options.js'
import { sqlDirectoryOptionsSchema } from '../../lib/sources/sql/directory-options.js'
import { sqlNamesOptionsSchema, sqlPermissionsOptionsSchema, sqlRolesOptionsSchema } from '../../lib/sources/sql/names-options.js'
import { sqlProfileOptionsSchema } from '../../lib/sources/sql/profile-options.js'
import { sqlApiKeysOptionsSchema, sqlCredentialsOptionsSchema } from '../../lib/sources/sql/record-options.js'
import { cachedOptionsSchema, fallbackOptionsSchema, memoryStoreOptionsSchema } from '../../lib/sources/cache/options.js'

const issuer = await startIssuer(t)
issuer.rotate()

const pool = await startIssuer(t)
pool.rotate()
pool.claims = { token_use: 'access', client_id: 'api' }

const directory = await startIssuer(t)
directory.rotate()
directory.path = `/${ENTRA_CLAIMS.tid}/v2.0`
directory.claims = ENTRA_CLAIMS
directory.description = { issuer: ENTRA_CLAIMS.iss }

proveOptions('authPlugin', pluginOptionsSchema, [...pluginRows, ...wayInRows, ...documentRows, ...failureRows])
proveOptions('jwt', jwtOptionsSchema, jwtRows(issuer))
proveOptions('oidc', oidcOptionsSchema, oidcRows(issuer))
proveOptions('cognito', cognitoOptionsSchema, cognitoRows(pool))
proveOptions('cognitoGroups', cognitoGroupsOptionsSchema, cognitoGroupsRows)
proveOptions('cognitoUrls', cognitoUrlsOptionsSchema, cognitoUrlsRows)
proveOptions('cognitoUrls.login', cognitoLoginSchema, cognitoLoginRows)
proveOptions('entra', entraOptionsSchema, entraRows(directory))
proveOptions('entraUrls', entraUrlsOptionsSchema, entraUrlsRows)
proveOptions('entraUrls.login', entraLoginSchema, entraLoginRows)
proveOptions('entraUrls.logout', entraLogoutSchema, entraLogoutRows)
proveOptions('introspection', introspectionOptionsSchema, introspectionRows(issuer))
proveOptions('gateway', gatewayOptionsSchema, [...gatewayRows, ...gatewayTransportRows])
proveOptions('cached', cachedOptionsSchema, cachedRows)
proveOptions('fallback', fallbackOptionsSchema, fallbackRows)
proveOptions('memoryStore', memoryStoreOptionsSchema, memoryStoreRows)
proveOptions('passthrough', passthroughOptionsSchema, passthroughRows)
proveOptions('basic', basicOptionsSchema, basicRows)
proveOptions('apiKey', apiKeyOptionsSchema, apiKeyRows)
proveOptions('issueApiKey', issueOptionsSchema, issueApiKeyRows)
proveOptions('staticTokens', staticTokensOptionsSchema, staticTokensRows)
proveOptions('sqlGroups', sqlNamesOptionsSchema, sqlNamesRows)
proveOptions('sqlRoles', sqlRolesOptionsSchema, sqlRolesRows)
proveOptions('sqlPermissions', sqlPermissionsOptionsSchema, sqlPermissionsRows)
proveOptions('sqlProfile', sqlProfileOptionsSchema, sqlProfileRows)
proveOptions('sqlCredentials', sqlCredentialsOptionsSchema, sqlCredentialsRows)
proveOptions('sqlApiKeys', sqlApiKeysOptionsSchema, sqlApiKeysRows)
proveOptions('sqlDirectory', sqlDirectoryOptionsSchema, sqlDirectoryRows)
proveOptions('connect', poolOptionsSchema, poolRows)
