import { graphRows, profileRows } from './options/lookup-rows.js'
import { proveOptions } from './options/row.js'
import { cognitoProfileOptionsSchema } from '../../lib/providers/cognito/profile-options.js'
import { entraGraphGroupsOptionsSchema } from '../../lib/providers/entra/graph-options.js'

proveOptions('entraGraphGroups', entraGraphGroupsOptionsSchema, graphRows)
proveOptions('cognitoProfile', cognitoProfileOptionsSchema, profileRows)
