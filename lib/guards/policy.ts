import { AUTH_OPTION_INVALID } from '../errors.js'
import { describeGuard } from './define-guard.js'
import { isGuardFactory } from './mark-factory.js'

import type { Policy } from '../../types/guard.js'
import type { AuthUser } from '../../types/user.js'

const kAllowAnonymous = Symbol.for('fastify-gatekeeper.policy-allow-anonymous')

/**
 * A policy that says of itself whether it judges strangers too; every other policy is asked about users only, and strangers get 401.
 *
 * @param options `allowAnonymous`: `true` to be asked with `user: null` when nobody is signed in; default `false`
 * @throws {AUTH_OPTION_INVALID} when it is no function, or a guard
 * @example const duringOfficeHours = definePolicy(() => new Date().getHours() < 18, { allowAnonymous: true })
 */
export function definePolicy<Resource = unknown> (policy: Policy<Resource, AuthUser | null>, options: { readonly allowAnonymous: true }): Policy
export function definePolicy<Resource = unknown> (policy: Policy<Resource, AuthUser>, options?: { readonly allowAnonymous?: false }): Policy
export function definePolicy (policy: Policy, { allowAnonymous = false }: { readonly allowAnonymous?: boolean } = {}): Policy {
  if (!isPolicy(policy)) {
    throw new AUTH_OPTION_INVALID('definePolicy: takes a function that answers true or false; guards are combined with anyOf, allOf and not')
  }

  function decide (context: Parameters<Policy>[0]): ReturnType<Policy> {
    return policy(context)
  }
  return Object.defineProperty(decide, kAllowAnonymous, { value: allowAnonymous })
}

/** Whether a value is a function that may be asked: a guard is none, it answers through Fastify and never says `true`. */
export function isPolicy (value: unknown): value is Policy {
  return typeof value === 'function' && describeGuard(value) === null && !isGuardFactory(value)
}

/** Whether a policy is to be asked about strangers. */
export function allowsAnonymous (policy: Policy): boolean {
  return (policy as { [kAllowAnonymous]?: boolean })[kAllowAnonymous] === true
}
