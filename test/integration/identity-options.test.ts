import { identityRows } from './options/identity-rows.js'
import { proveOptions } from './options/row.js'
import { identityPoolOptionsSchema } from '../../lib/providers/cognito/identity-pool-options.js'

proveOptions('identityPool', identityPoolOptionsSchema, identityRows)
