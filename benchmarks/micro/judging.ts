import Fastify from 'fastify'
import authPlugin, { allOf, anyOf, bearer, currentUser, fromCookie, fromHeader, not, requireClaims, requireGroups, requireKind, requirePermissions, requirePolicy, requireRoles, requireScopes, requireUser } from 'fastify-gatekeeper'
import { jwt } from 'fastify-gatekeeper/jwt'

import { GROUP, PERMISSION, ROLE } from '../subject.js'
import { measureLanes } from './measure-lanes.js'
import { ofCalls } from './of-calls.js'
import { ofPromises } from './of-promises.js'
import { loadCreateUser } from './load-create-user.js'

import type { Guard } from 'fastify-gatekeeper'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { MicroPace } from '../pace.js'
import type { Prepared } from '../process/prepared.js'
import type { Trust } from '../subject.js'
import type { Lane } from './lane.js'

/** What guards, readers and users cost on a request that has been let in. */
export interface JudgingInput {
  readonly trust: Trust
  readonly token: string
  readonly pace: MicroPace
}

interface Caught {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

export async function prepare ({ trust, token, pace }: JudgingInput): Promise<Prepared> {
  const caught = await catchRequest(trust, token)
  const lanes = [...listGuards().map(([title, guard, passes]) => toLane(title, guard, { ...caught, passes })), ...listReaders(caught, token), ...await listUsers(caught)]
  return { answer: async () => await measureLanes(lanes, pace) }
}

async function catchRequest ({ issuer, audience, jwk }: Trust, token: string): Promise<Caught> {
  const app = Fastify()
  let caught: Caught | null = null
  await app.register(authPlugin, {
    authenticators: [bearer(jwt({ issuer, audience, jwks: { keys: [jwk] }, claims: { scopes: 'scope', groups: 'groups', roles: 'roles', permissions: 'permissions' } }))],
    policies: { isOpen: () => true }
  })
  app.get('/', async function keep (request, reply) {
    caught = { request, reply }
    return {}
  })
  const { statusCode } = await app.inject({ url: '/', headers: { authorization: `Bearer ${token}`, cookie: `session=${token}` } })
  if (statusCode !== 200 || caught === null) {
    throw new Error(`a good token gave ${statusCode}`)
  }
  return caught
}

type Row = readonly [title: string, guard: Guard, passes: boolean]

function listGuards (): readonly Row[] {
  const role = requireRoles([ROLE])
  return [
    ['requireUser', requireUser(), true],
    ['requireRoles', role, true],
    ['requireRoles, one of ten', requireRoles([...Array.from({ length: 9 }, (_none, index) => `role-${index}`), ROLE]), true],
    ['requireGroups', requireGroups([GROUP]), true],
    ['requirePermissions', requirePermissions([PERMISSION]), true],
    ['requireScopes', requireScopes([PERMISSION]), true],
    ['requireClaims', requireClaims({ client_id: ['app', 'web'] }), true],
    ['requireKind', not(requireKind('machine')), true],
    ['requirePolicy', requirePolicy('isOpen'), true],
    ['anyOf of two', anyOf(requireRoles(['owner']), role), true],
    ['tree of three levels, eight guards', toTree(role), true],
    ['requireRoles, refused', requireRoles(['owner']), false]
  ]
}

function toTree (role: Guard): Guard {
  const leaf = allOf(role, not(requireGroups(['board'])))
  return anyOf(requireRoles(['owner']), allOf(leaf, anyOf(requirePermissions(['reports.write']), requirePolicy('isOpen')), leaf, role))
}

function toLane (title: string, guard: Guard, { request, reply, passes }: Caught & { readonly passes: boolean }): Lane {
  function check (refusal?: unknown): void {
    if ((refusal === undefined) !== passes) {
      throw new Error(`${title} did not judge as it should`)
    }
  }

  return ofCalls(`guard: ${title}`, () => guard(request, reply, check))
}

function listReaders ({ request }: Caught, token: string): readonly Lane[] {
  return [fromHeader(), fromHeader('x-token', null), fromCookie('session')].map(function read (source, index) {
    const headers = index === 1 ? { ...request.headers, 'x-token': token } : request.headers
    const asked = { headers, raw: { headers, rawHeaders: Object.entries(headers).flat() }, routeOptions: request.routeOptions, server: request.server } as unknown as FastifyRequest
    if (source.read(asked) !== token) {
      throw new Error(`${source.name} does not read the token`)
    }
    return ofCalls(`read and check: ${['Authorization: Bearer', 'a header of its own', 'a cookie'][index]}`, () => source.read(asked))
  })
}

async function listUsers ({ request }: Caught): Promise<readonly Lane[]> {
  const { user } = request
  const createUser = await loadCreateUser()
  if (user === null) {
    throw new Error('nobody is signed in')
  }
  const { id: subject, ...rest } = user
  const source = { identity: { ...rest, subject }, names: () => [], profile: () => ({}) }
  return [
    ofCalls('user: create', () => createUser(source)),
    ofCalls('user: currentUser(request)', () => currentUser(request)),
    ofPromises('user: await user.roles()', async () => await user.roles())
  ]
}
