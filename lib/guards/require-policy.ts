import { AUTH_GUARD_EMPTY } from '../errors.js'
import { defineGuard } from './define-guard.js'
import { markFactory } from './mark-factory.js'
import { isPolicy } from './policy.js'

import type { Guard, Policy } from '../../types/guard.js'
import type { PolicyName } from '../../types/register.js'

/**
 * Lets a request through when a policy says `true`: one of the option `policies`, by name, or a function given here.
 *
 * Costs what the policy costs, each time it is asked; the time it may take is `providerTimeoutMs`.
 *
 * @throws {AUTH_GUARD_EMPTY} when declared with neither name nor function, or with a guard
 * @throws {AUTH_POLICY_UNKNOWN} at boot, when no policy has that name
 * @throws {AUTH_CREDENTIALS_MISSING} 401, when nobody is signed in, unless the policy judges strangers (`definePolicy`)
 * @throws {AUTH_POLICY_DENIED} 403, when it says anything but `true`
 * @throws {AUTH_ENTITLEMENTS_UNAVAILABLE} 503, when it throws or takes too long
 * @example app.put('/books/:id', { preHandler: [requirePolicy('ownsBook')] }, updateBook)
 */
export function requirePolicy (policy: PolicyName | Policy): Guard {
  if (typeof policy === 'function' && !isPolicy(policy)) {
    throw new AUTH_GUARD_EMPTY('requirePolicy: a guard is no policy; let it stand by itself, or combine guards with anyOf, allOf and not')
  }
  if (typeof policy !== 'function' && (typeof policy !== 'string' || policy.trim() === '')) {
    throw new AUTH_GUARD_EMPTY("requirePolicy: a policy is missing; call it as requirePolicy('name') or requirePolicy(context => true)")
  }
  return defineGuard(Object.freeze({ kind: 'policy', policy: policy as string | Policy }))
}

markFactory(requirePolicy)
