import Fastify from 'fastify'
import authPlugin, { requireGroups } from 'fastify-gatekeeper'
import { cached } from 'fastify-gatekeeper/cache'
import { jwt } from 'fastify-gatekeeper/jwt'

import { measureApp } from '../micro/measure-app.js'
import { measureLanes } from '../micro/measure-lanes.js'
import { PATH, listReports } from '../subject.js'

import type { Lane } from '../micro/lane.js'
import type { MicroPace } from '../pace.js'
import type { Prepared } from '../process/prepared.js'
import type { Trust } from '../subject.js'

export interface GroupsInput {
  readonly groups: readonly number[]
  readonly trust: Trust
  readonly tokens: readonly string[]
  readonly pace: MicroPace
}

/** A request of a user who is in few or many groups, which come from a cache; the one that is asked for is the last. */
export async function prepare ({ groups, trust, tokens, pace }: GroupsInput): Promise<Prepared> {
  const lanes = await Promise.all(groups.map(async count => await open(count, trust, tokens)))
  return { answer: async () => await measureLanes(lanes, pace) }
}

async function open (count: number, { issuer, audience, jwk }: Trust, tokens: readonly string[]): Promise<Lane> {
  const names = Array.from({ length: count }, (_none, index) => `group-${index}`)
  const app = Fastify()
  await app.register(authPlugin, {
    jwtProvider: jwt({ issuer, audience, jwks: { keys: [jwk] } }),
    groupsProvider: cached({ fetchGroups: () => names }, { name: 'groups', ttlSeconds: 600 })
  })
  app.get(PATH, { preHandler: [requireGroups([`group-${count - 1}`])] }, listReports)
  await app.ready()
  return { title: `${count}`, measure: async times => await measureApp(app, { url: PATH, tokens }, times) }
}
