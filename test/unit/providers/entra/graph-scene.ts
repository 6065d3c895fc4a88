import { createIdentity } from '../../../fixtures/create-identity.js'
import { ABE, CLIENT, DAEMON, TENANT } from '../../../fixtures/entra-directory.js'
import { startGraph } from '../../../fixtures/graph-service.js'
import { createContext } from '../../../fixtures/provider-context.js'
import { entraGraphGroups } from '../../../../lib/providers/entra/graph-groups.js'

import type { Test } from 'tap'
import type { GraphService } from '../../../fixtures/graph-service.js'
import type { RecordingContext } from '../../../fixtures/provider-context.js'
import type { GroupsProvider, Identity } from '../../../../lib/index.js'
import type { EntraGraphGroupsOptions } from '../../../../lib/providers/entra/graph-options.js'

export const SECRET = 'the secret of the app'
export const GROUPS = ['fee2c45b-915a-4a64-b130-f4eb9e75525e', '4fe90ae7-065a-478b-9400-e0a0e1cbd540']
export const UNAVAILABLE = { code: 'AUTH_ENTITLEMENTS_UNAVAILABLE', statusCode: 503 }

/** Abe, who has more groups than his token carries. */
export function abe (members: Partial<Identity> = {}, tenantId = TENANT): Identity {
  return createIdentity({ subject: `${tenantId}:${ABE}`, issuer: `https://login.microsoftonline.com/${tenantId}/v2.0`, claims: { oid: ABE, tid: tenantId }, groups: 'unknown', ...members })
}

/** Graph, and a provider that asks it. */
export async function start (t: Test, options: Partial<EntraGraphGroupsOptions> = {}): Promise<{ readonly graph: GraphService, readonly provider: GroupsProvider }> {
  const graph = await startGraph(t, options.cloud)
  graph.groups.set(`users/${ABE}`, GROUPS)
  graph.groups.set(`servicePrincipals/${DAEMON}`, GROUPS.slice(1))
  const provider = entraGraphGroups({ ...options.accessToken === undefined && { clientId: CLIENT, clientSecret: SECRET }, fetch: graph.fetch, ...options })
  t.teardown(() => provider.close?.())
  return { graph, provider }
}

export async function fetchGroups (provider: GroupsProvider, identity = abe(), context: RecordingContext = createContext()): Promise<readonly string[]> {
  return await provider.fetchGroups(identity, context)
}
