import Fastify from 'fastify'
import authPlugin, { allOf, anyOf, definePolicy, not, requireClaims, requireGroups, requireKind, requirePolicy, requireUser } from 'fastify-gatekeeper'
import { jwt } from 'fastify-gatekeeper/jwt'

import type { AuthUser, Guard, GuardDescription, Policy, PolicyContext } from 'fastify-gatekeeper'

interface Book { readonly owner: string }

const app = Fastify()
const jwtProvider = jwt({ issuer: 'https://issuer.example/', audience: 'api', jwksUri: 'https://issuer.example/keys' })

// Policies: at once or promised, for any resource or for one kind of it.

const ownsBook: Policy<Book> = ({ user, resource }) => resource?.owner === user.id
const isOpen = definePolicy(async ({ user, request }) => user === null || request.ip === '127.0.0.1', { allowAnonymous: true })
const sameTenant = definePolicy(({ user, resource }: PolicyContext<Book>) => user.claims['tenant'] === resource?.owner)

await app.register(authPlugin, {
  jwtProvider,
  policies: { ownsBook, isOpen, sameTenant, inline: ({ user, request, resource }) => user.id === request.id && resource === undefined }
})

export const guards: readonly Guard[] = [
  requirePolicy('ownsBook'), requirePolicy(ownsBook), requirePolicy(isOpen), app.requirePolicy('isOpen'), app.requirePolicy(sameTenant),
  requirePolicy(({ user }) => user.kind === 'human'), requirePolicy(async ({ user }) => (await user.groups()).includes('staff')),
  requirePolicy(({ resource }: PolicyContext<Book>) => resource?.owner === 'alice'),
  requireClaims({ tenant: 'acme', level: [1, 2], staff: true, left: null }), app.requireClaims({ tenant: ['acme', 'umbrella'] as const })
]

// @ts-expect-error says yes or no
requirePolicy(() => 'yes')
// @ts-expect-error says yes or no
requirePolicy(async () => undefined)
// @ts-expect-error a guard is no policy
requirePolicy(requireUser())
// @ts-expect-error one policy at a time
requirePolicy(['ownsBook'])
// @ts-expect-error a policy judges users and requests
requirePolicy(({ account }: { account: string }) => account === 'a')
// @ts-expect-error nobody may be signed in
definePolicy(({ user }) => user.id === 'alice', { allowAnonymous: true })
// @ts-expect-error claims are compared with plain values
requireClaims({ tenant: { id: 'acme' } })
// @ts-expect-error claims come by name
requireClaims('tenant')
// @ts-expect-error policies are functions
await app.register(authPlugin, { jwtProvider, policies: { ownsBook: true } })

// Guards made of guards, of every factory, as hooks and for whole contexts.

const either = anyOf(requireGroups('staff'), allOf(requireKind('human'), not(app.requireGroups('guest'))), requirePolicy('isOpen'))
app.get('/a', { onRequest: either, preParsing: [either], preValidation: not(requireUser()), preHandler: [allOf(either, app.requireUser())] }, async () => '')
app.guard(either).guard(app.requireUser()).addHook('preHandler', either)

const secure = Fastify({ http2: true })
secure.get('/a', { onRequest: anyOf(requireUser(), secure.requirePolicy('isOpen')), preHandler: [not(secure.requireUser())] }, async request => request.can(either))
secure.guard(allOf(secure.requireUser()))

// @ts-expect-error made of guards, not of names
anyOf('staff')
// @ts-expect-error of called ones
allOf(requireUser)
// @ts-expect-error one guard
not(requireUser(), requireUser())
// @ts-expect-error a guard, and a called one
app.guard(requireGroups)
// @ts-expect-error one guard
app.guard([requireUser()])

// Questions in a handler.

app.get('/books/:id', async request => {
  const book: Book = { owner: 'alice' }
  const may: boolean = await request.can(requirePolicy('ownsBook'), book)
  const nothing: void = await request.authorize(either)
  // @ts-expect-error promised
  if (request.can(either)) throw new Error('never')
  // @ts-expect-error asks guards, not names
  await request.can('ownsBook')
  // @ts-expect-error asks guards, not policies
  await request.authorize(ownsBook, book)
  return { may, nothing }
})

/** Compiles only while every kind of guard is one of these. */
export function partsOf (guard: GuardDescription): readonly GuardDescription[] {
  switch (guard.kind) {
    case 'any':
    case 'all': return guard.parts
    case 'not': return [guard.part]
    default: return isNames(guard) ? [] : [guard satisfies { readonly kind: 'user' | 'kind' | 'claims' | 'policy' }]
  }
}

type NamesDescription = Extract<GuardDescription, { readonly match: 'any' | 'all' }>

function isNames (guard: GuardDescription): guard is NamesDescription {
  return 'match' in guard
}

export const judge: (context: PolicyContext<Book, AuthUser>) => boolean | Promise<boolean> = ownsBook
