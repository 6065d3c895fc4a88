import Fastify from 'fastify'
import authPlugin, { allOf, anyOf, not, requireGroups, requireKind, requirePermissions, requireRoles } from 'fastify-gatekeeper'
import { jwt } from 'fastify-gatekeeper/jwt'

import { GROUP, PATH, PERMISSION, ROLE, listReports } from '../subject.js'

import type { AuthPluginOptions, Guard } from 'fastify-gatekeeper'
import type { FastifyInstance } from 'fastify'
import type { Subject, Trust } from '../subject.js'

/** As the README shows it: tokens seen before are remembered. */
export const hot = define('hot', 'fastify-gatekeeper', () => [requireRoles([ROLE])])

export const group = define('group', 'fastify-gatekeeper, group of the token', () => [requireGroups([GROUP])])

export const permission = define('permission', 'fastify-gatekeeper, permission of the token', () => [requirePermissions([PERMISSION])])

export const three = define('three', 'fastify-gatekeeper, three guards', () => [requireRoles([ROLE]), requireGroups([GROUP]), requirePermissions([PERMISSION])])

export const nested = define('nested', 'fastify-gatekeeper, three guards, one nested', () => [
  requireRoles([ROLE]),
  requireGroups([GROUP]),
  anyOf(requireRoles(['owner']), allOf(requirePermissions([PERMISSION]), not(requireKind('machine')), anyOf(requireGroups(['board']), requireGroups([GROUP]))))
])

/** Every token is verified anew. */
export const cold = define('cold', 'fastify-gatekeeper, no token cache', () => [requireRoles([ROLE])], { tokenCache: null })

function define (name: string, title: string, guards: () => Guard[], options: Pick<AuthPluginOptions, 'tokenCache'> = {}): Subject {
  async function build ({ issuer, audience, jwk }: Trust): Promise<FastifyInstance> {
    const app = Fastify()
    await app.register(authPlugin, { jwtProvider: jwt({ issuer, audience, jwks: { keys: [jwk] } }), ...options })
    app.get(PATH, { preHandler: guards() }, listReports)
    return app
  }

  return { name, title, kind: 'ours', build }
}
