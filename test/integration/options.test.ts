import t from 'tap'

import { startIssuer } from '../fixtures/counting-issuer.js'
import { failureRows } from './options/failure-rows.js'
import { cachedRows, fallbackRows, memoryStoreRows } from './options/cache-rows.js'
import { basicRows } from './options/basic-rows.js'
import { apiKeyRows, issueApiKeyRows, staticTokensRows } from './options/api-key-rows.js'
import { introspectionRows } from './options/introspection-rows.js'
import { documentRows } from './options/document-rows.js'
import { jwtRows } from './options/jwt-rows.js'
import { oidcRows } from './options/oidc-rows.js'
import { poolRows } from './options/pool-rows.js'
import { sqlApiKeysRows, sqlCredentialsRows, sqlNamesRows, sqlPermissionsRows, sqlProfileRows } from './options/sql-rows.js'
import { pluginRows } from './options/plugin-rows.js'
import { proveOptions } from './options/row.js'
import { wayInRows } from './options/way-in-rows.js'
import { pluginOptionsSchema } from '../../lib/options-schema.js'
import { apiKeyOptionsSchema, issueOptionsSchema, staticTokensOptionsSchema } from '../../lib/providers/api-key/options.js'
import { basicOptionsSchema } from '../../lib/providers/basic/options.js'
import { introspectionOptionsSchema } from '../../lib/providers/introspection/options.js'
import { jwtOptionsSchema } from '../../lib/providers/jwt/options.js'
import { oidcOptionsSchema } from '../../lib/providers/oidc/options.js'
import { poolOptionsSchema } from '../../lib/sources/sql/connect-options.js'
import { sqlNamesOptionsSchema, sqlPermissionsOptionsSchema } from '../../lib/sources/sql/names-options.js'
import { sqlProfileOptionsSchema } from '../../lib/sources/sql/profile-options.js'
import { sqlApiKeysOptionsSchema, sqlCredentialsOptionsSchema } from '../../lib/sources/sql/record-options.js'
import { cachedOptionsSchema, fallbackOptionsSchema, memoryStoreOptionsSchema } from '../../lib/sources/cache/options.js'

const issuer = await startIssuer(t)
issuer.rotate()

proveOptions('authPlugin', pluginOptionsSchema, [...pluginRows, ...wayInRows, ...documentRows, ...failureRows])
proveOptions('jwt', jwtOptionsSchema, jwtRows(issuer))
proveOptions('oidc', oidcOptionsSchema, oidcRows(issuer))
proveOptions('introspection', introspectionOptionsSchema, introspectionRows(issuer))
proveOptions('cached', cachedOptionsSchema, cachedRows)
proveOptions('fallback', fallbackOptionsSchema, fallbackRows)
proveOptions('memoryStore', memoryStoreOptionsSchema, memoryStoreRows)
proveOptions('basic', basicOptionsSchema, basicRows)
proveOptions('apiKey', apiKeyOptionsSchema, apiKeyRows)
proveOptions('issueApiKey', issueOptionsSchema, issueApiKeyRows)
proveOptions('staticTokens', staticTokensOptionsSchema, staticTokensRows)
proveOptions('sqlGroups', sqlNamesOptionsSchema, sqlNamesRows)
proveOptions('sqlPermissions', sqlPermissionsOptionsSchema, sqlPermissionsRows)
proveOptions('sqlProfile', sqlProfileOptionsSchema, sqlProfileRows)
proveOptions('sqlCredentials', sqlCredentialsOptionsSchema, sqlCredentialsRows)
proveOptions('sqlApiKeys', sqlApiKeysOptionsSchema, sqlApiKeysRows)
proveOptions('connect', poolOptionsSchema, poolRows)
