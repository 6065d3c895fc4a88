import type { FastifyRequest } from 'fastify'
import type { GroupName, PermissionName, PolicyName, RoleName, ScopeName } from './register.js'
import type { OneOrMore } from './units.js'
import type { AuthUser } from './user.js'

/** Whether one of the names is enough or all are needed. */
export interface MatchOptions {
  /** Default `'any'`; for scopes `'all'`. */
  readonly match?: 'any' | 'all'
}

/** One name or several, compared exactly, case included. */
export type GuardNames<Name extends string = string> = OneOrMore<Name>

/** What a claim can be compared with. */
export type ClaimValue = string | number | boolean | null

/** Claims by name, each with the value or the values that will do. */
export type WantedClaims = Readonly<Record<string, OneOrMore<ClaimValue>>>

/** What a policy decides from. */
export interface PolicyContext<Resource = unknown, User = AuthUser> {
  readonly user: User
  readonly request: FastifyRequest
  /** What `request.can` and `request.authorize` were asked about; `undefined` where the policy guards a route. */
  readonly resource: Resource | undefined
}

interface PolicyMethod<Resource, User> {
  // A method, so that a policy for one kind of resource is a policy.
  decide (context: PolicyContext<Resource, User>): boolean | Promise<boolean>
}

/** Decides by rules of its own. Only `true` passes; a throw or a rejection means that it cannot tell: 503. */
export type Policy<Resource = unknown, User = AuthUser> = PolicyMethod<Resource, User>['decide']

/** What a guard demands, as data: what enforces it, documents it and refuses is derived from this. */
export type GuardDescription =
  | { readonly kind: 'user' }
  | { readonly kind: 'groups' | 'roles' | 'permissions' | 'scopes', readonly wanted: readonly string[], readonly match: 'any' | 'all' }
  | { readonly kind: 'kind', readonly wanted: 'human' | 'machine' }
  | { readonly kind: 'claims', readonly wanted: Readonly<Record<string, readonly ClaimValue[]>> }
  | { readonly kind: 'policy', readonly policy: string | Policy }
  | { readonly kind: 'any' | 'all', readonly parts: readonly GuardDescription[] }
  | { readonly kind: 'not', readonly part: GuardDescription }

/** The slice of a request that a guard touches: the requests of every kind of Fastify instance have it. */
export interface GuardedRequest { readonly server: object }

/** Ends a hook, with an error or without. */
export type HookDone = (error?: Error) => void

/**
 * A hook for `onRequest`, `preParsing`, `preValidation` or `preHandler`. Called with `done` it calls it, at once when nothing is awaited;
 * called without (`await guard(request, reply)`) it returns a promise that rejects when it refuses.
 */
export interface Guard {
  (request: GuardedRequest, reply: object, done: HookDone): void
  (request: GuardedRequest, reply: object, payload: object, done: HookDone): void
  (request: GuardedRequest, reply: object): Promise<void>
}

/**
 * The guards, as exported and as the instance has them. Each answers 401 when nobody is signed in; those of an instance fit the routes
 * of its registration only.
 */
export interface GuardFactories {
  /** Lets anybody through who is signed in. */
  requireUser (...none: readonly never[]): Guard
  /** Lets through who is in at least one of `groups`. */
  requireGroups (groups: GuardNames<GroupName>, options?: MatchOptions): Guard
  /** Lets through who has at least one of `roles`. */
  requireRoles (roles: GuardNames<RoleName>, options?: MatchOptions): Guard
  /** Lets through who holds at least one of `permissions`. */
  requirePermissions (permissions: GuardNames<PermissionName>, options?: MatchOptions): Guard
  /** Lets through whose token was issued for all of `scopes`. */
  requireScopes (scopes: GuardNames<ScopeName>, options?: MatchOptions): Guard
  /** Lets through who is known to be a person, or a machine. */
  requireKind (kind: 'human' | 'machine'): Guard
  /** Lets through whose claims are among those wanted. */
  requireClaims (claims: WantedClaims): Guard
  /** Lets through whom a policy lets through: one of the option `policies`, by name, or a function. */
  requirePolicy (policy: PolicyName | Policy): Guard
}
