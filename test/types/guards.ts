import Fastify from 'fastify'
import { anyOf, requireGroups, requireKind, requirePermissions, requireRoles, requireScopes, requireUser } from 'fastify-gatekeeper'

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Guard } from 'fastify-gatekeeper'

const app = Fastify()

// What each factory takes, exported and on the instance alike.

export const guards: readonly Guard[] = [
  requireUser(), app.requireUser(),
  requireGroups('a'), requireGroups(['a', 'b']), requireGroups(['a'], { match: 'all' }), app.requireGroups(['a'] as const, { match: 'any' }),
  requireRoles('a'), app.requireRoles(['a', 'b'], { match: 'all' }),
  requirePermissions('a'), app.requirePermissions(['a', 'b'], { match: 'all' }),
  requireScopes('a'), app.requireScopes(['a', 'b'], { match: 'any' }),
  requireKind('human'), app.requireKind('machine')
]

// @ts-expect-error names are needed
requireGroups()
// @ts-expect-error names are text
requireRoles(1)
// @ts-expect-error names are text
app.requirePermissions([1])
// @ts-expect-error names come as one list
app.requireScopes('a', 'b')
// @ts-expect-error no such match
requireGroups('a', { match: 'some' })
// @ts-expect-error no such option
requireGroups('a', { all: true })
// @ts-expect-error unknown is nothing to demand
requireKind('unknown')
// @ts-expect-error takes nothing
requireUser('a')
// @ts-expect-error a factory is no guard: it must be called
app.addHook('onRequest', requireGroups)
// @ts-expect-error even one that takes nothing
app.addHook('onRequest', requireUser)
// @ts-expect-error on an instance, too
app.get('/uncalled', { preHandler: app.requireUser }, async () => '')
// @ts-expect-error and one that makes guards of guards
app.get('/uncalled', { preHandler: anyOf }, async () => '')

// A guard is called as a hook or awaited.

export async function judge (request: FastifyRequest, reply: FastifyReply): Promise<void> {
  requireUser()(request, reply, error => { if (error) throw error })
  const answer: Promise<void> = requireUser()(request, reply)
  await answer
}
