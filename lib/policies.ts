import type { FastifyRequest } from 'fastify'

import { AUTH_CREDENTIALS_MISSING, AUTH_ENTITLEMENTS_UNAVAILABLE, AUTH_OPTION_INVALID, AUTH_POLICY_UNKNOWN } from './errors.js'
import { allowsAnonymous, isPolicy } from './guards/policy.js'
import { askProvider } from './user/ask-provider.js'

import type { ProviderRuntime } from './user/ask-provider.js'
import type { Principal } from './user/principal.js'
import type { Policy, PolicyContext } from '../types/guard.js'

/** Whom a policy is asked about. */
export interface PolicyCase {
  readonly request: FastifyRequest
  readonly principal: Principal | null
  readonly resource: unknown
}

/** The policies of one registration. */
export interface Policies {
  /**
   * @param place named in what is thrown
   * @throws {AUTH_POLICY_UNKNOWN} when no policy has that name
   */
  find (policy: string | Policy, place: string): Policy
  /** Whether it says `true`; throws or rejects with a coded error when it cannot tell, or is not to be asked about strangers. */
  ask (policy: string | Policy, subject: PolicyCase): boolean | Promise<boolean>
}

/** @throws {AUTH_OPTION_INVALID} when one of them is a guard */
export function createPolicies (policies: Readonly<Record<string, Policy>>, runtime: ProviderRuntime): Policies {
  const byName = new Map(Object.entries(policies))
  for (const [name, policy] of byName) {
    if (!isPolicy(policy)) {
      throw new AUTH_OPTION_INVALID(`policies.${name} must be a function that answers true or false; a guard is none`)
    }
  }

  function find (policy: string | Policy, place: string): Policy {
    const found = typeof policy === 'string' ? byName.get(policy) : policy
    if (found === undefined) {
      throw new AUTH_POLICY_UNKNOWN(`${place}: there is no policy ${JSON.stringify(policy)} in the option policies`)
    }
    return found
  }

  function ask (policy: string | Policy, { request, principal, resource }: PolicyCase): boolean | Promise<boolean> {
    const decide = find(policy, 'requirePolicy') as (context: PolicyContext<unknown, unknown>) => unknown
    if (principal === null && !allowsAnonymous(decide as Policy)) {
      throw new AUTH_CREDENTIALS_MISSING({ reason: 'credential_missing' })
    }
    return askProvider({
      runtime,
      request,
      token: null,
      asked: typeof policy === 'string' ? `policies.${policy}` : 'policy',
      Unavailable: AUTH_ENTITLEMENTS_UNAVAILABLE,
      mayRefuse: false,
      ask: () => decide({ user: principal?.user ?? null, request, resource }),
      isAnswer: () => true,
      seal: decision => decision === true
    })
  }

  return Object.freeze({ find, ask })
}
