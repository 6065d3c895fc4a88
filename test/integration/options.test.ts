import t from 'tap'

import { startIssuer } from '../fixtures/counting-issuer.js'
import { documentRows } from './options/document-rows.js'
import { jwtRows } from './options/jwt-rows.js'
import { oidcRows } from './options/oidc-rows.js'
import { pluginRows } from './options/plugin-rows.js'
import { proveOptions } from './options/row.js'
import { wayInRows } from './options/way-in-rows.js'
import { pluginOptionsSchema } from '../../lib/options-schema.js'
import { jwtOptionsSchema } from '../../lib/providers/jwt/options.js'
import { oidcOptionsSchema } from '../../lib/providers/oidc/options.js'

const issuer = await startIssuer(t)
issuer.rotate()

proveOptions('authPlugin', pluginOptionsSchema, [...pluginRows, ...wayInRows, ...documentRows])
proveOptions('jwt', jwtOptionsSchema, jwtRows(issuer))
proveOptions('oidc', oidcOptionsSchema, oidcRows(issuer))
