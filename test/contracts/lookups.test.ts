import t from 'tap'

import { createIdentity } from '../fixtures/create-identity.js'
import { ABE, CLIENT, DAEMON, TENANT } from '../fixtures/entra-directory.js'
import { startGraph } from '../fixtures/graph-service.js'
import { proveNamesProvider } from './names-provider.js'
import { entraGraphGroups } from '../../lib/providers/entra/index.js'

const GROUPS = ['fee2c45b-915a-4a64-b130-f4eb9e75525e', '4fe90ae7-065a-478b-9400-e0a0e1cbd540']
const issuer = `https://login.microsoftonline.com/${TENANT}/v2.0`
const stranger = createIdentity({ claims: { oid: ABE } })

const graph = await startGraph(t)
graph.groups.set(`users/${ABE}`, GROUPS)
graph.groups.set(`servicePrincipals/${DAEMON}`, GROUPS.slice(1))

for (const when of ['overage', 'always'] as const) {
  const { fetchGroups } = entraGraphGroups({ clientId: CLIENT, clientSecret: 'secret', fetch: graph.fetch, when })
  const abe = createIdentity({ issuer, claims: { oid: ABE }, groups: 'unknown' })
  const daemon = createIdentity({ issuer, kind: 'machine', claims: { oid: DAEMON }, groups: 'unknown' })
  proveNamesProvider(`entraGraphGroups (${when})`, { kind: 'groups', fetch: fetchGroups, known: [abe, GROUPS], unknown: stranger })
  proveNamesProvider(`entraGraphGroups (${when}) of machines`, { kind: 'groups', fetch: fetchGroups, known: [daemon, GROUPS.slice(1)], unknown: stranger })
}
