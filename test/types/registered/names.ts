import Fastify from 'fastify'
import authPlugin, { allOf, anyOf, requireGroups, requirePermissions, requirePolicy, requireRoles, requireScopes } from 'fastify-gatekeeper'
import { jwt } from 'fastify-gatekeeper/jwt'

import type { Guard } from 'fastify-gatekeeper'

const app = Fastify()
const jwtProvider = jwt({ issuer: 'https://issuer.example/', audience: 'api', jwksUri: 'https://issuer.example/keys' })

export const guards: readonly Guard[] = [
  requireGroups('staff'), app.requireGroups(['staff', 'admin']),
  requireRoles(['analyst', 'manager'], { match: 'all' }), app.requireRoles('manager'),
  requirePermissions('user.create'), app.requirePermissions(['user.remove']),
  requireScopes(['reports.read']), app.requireScopes('reports.read'),
  requirePolicy('ownsBook'), app.requirePolicy('ownsBook'), requirePolicy(({ user }) => user.claims.tenant === 'acme')
]

// @ts-expect-error no such group
requireGroups('stuff')
// @ts-expect-error no such group
app.requireGroups(['staff', 'stuff'])
// @ts-expect-error no such role
requireRoles(['analist'])
// @ts-expect-error no such role
app.requireRoles('analist')
// @ts-expect-error no such permission
requirePermissions('user.craete')
// @ts-expect-error no such permission
app.requirePermissions(['user.craete'])
// @ts-expect-error no such scope
requireScopes('report.read')
// @ts-expect-error no such scope
app.requireScopes('report.read')
// @ts-expect-error no such policy
requirePolicy('ownBook')
// @ts-expect-error no such policy
app.requirePolicy('ownBook')
// @ts-expect-error no such role, in a combination either
anyOf(requireRoles('analist'), allOf(requireGroups('staff')))

await app.register(authPlugin, { jwtProvider, policies: { ownsBook: () => true } })
// @ts-expect-error no such policy
await app.register(authPlugin, { jwtProvider, policies: { ownBook: () => true } })
