import { AUTH_CREDENTIALS_MISSING, AUTH_OPTION_INVALID } from '../errors.js'
import { currentScope } from './scope.js'

import type { Policy } from './scope.js'
import type { AuthPair } from '../../types/passthrough.js'

/** What becomes of calls that no credentials belong to. */
export interface BareOptions {
  /** Where there are no credentials: `'refuse'` fails without calling, `'bare'` calls without any. Default `'refuse'`. */
  readonly missing?: 'refuse' | 'bare'
  /** To origins that are not allowed: `'refuse'` fails without calling, `'bare'` calls without any. Default `'refuse'`. */
  readonly elsewhere?: 'refuse' | 'bare'
}

/** What is to be done with the headers of a call. */
export interface Outgoing {
  /** Names in lower case: whatever the call has under them goes, stale credentials of an earlier attempt for example. */
  readonly remove: ReadonlySet<string>
  /** Put in their place; `null`: the call carries no credentials. */
  readonly add: Readonly<Record<string, string>> | null
}

const ALWAYS = Object.freeze(['authorization', 'cookie'])

/**
 * What is to be done with the headers of a call to `origin`, made on behalf of the current scope; promised when a token has to be exchanged.
 *
 * @throws {AUTH_CREDENTIALS_MISSING} 401, when there are no credentials, unless that is allowed
 * @throws {AUTH_OPTION_INVALID} when the origin is not allowed, unless that is
 */
export function toOutgoing (origin: string | null, { missing, elsewhere }: BareOptions): Outgoing | Promise<Outgoing> {
  const { pairs, policy } = currentScope()
  const remove: ReadonlySet<string> = new Set([...ALWAYS, ...policy?.names ?? [], ...pairs.map(([name]) => name)])
  const target = toTarget(origin, policy)
  if (target === null && (policy !== null || pairs.length > 0)) {
    return elsewhere === 'bare' ? { remove, add: null } : refuse(origin)
  }
  if (target === null || pairs.length === 0) {
    return missing === 'bare' ? { remove, add: null } : refuseMissing()
  }
  return toCredentials(pairs, target, remove)
}

interface Target {
  readonly origin: string
  readonly policy: Policy
}

/** `null`: no credentials go there. */
function toTarget (origin: string | null, policy: Policy | null): Target | null {
  return origin !== null && policy !== null && policy.allowedOrigins.has(origin) ? { origin, policy } : null
}

function toCredentials (pairs: readonly AuthPair[], { origin, policy: { tokenFor } }: Target, remove: ReadonlySet<string>): Outgoing | Promise<Outgoing> {
  if (tokenFor === null) {
    return { remove, add: toHeaders(pairs) }
  }
  return tokenFor(pairs, origin).then(token => ({ remove, add: { authorization: `Bearer ${token}` } }))
}

/** Of two pairs of one name the later counts; cookies are joined, the later of one name. */
function toHeaders (pairs: readonly AuthPair[]): Record<string, string> {
  const headers = new Map<string, string>()
  const cookies = new Map<string, string>()
  for (const [name, value] of pairs) {
    if (name === 'cookie') {
      value.split(';').map(crumb => crumb.trim()).filter(crumb => crumb !== '').forEach(crumb => cookies.set(crumb.split('=', 1)[0] as string, crumb))
    } else {
      headers.set(name, value)
    }
  }
  return { ...Object.fromEntries(headers), ...cookies.size > 0 && { cookie: [...cookies.values()].join('; ') } }
}

function refuse (origin: string | null): never {
  throw new AUTH_OPTION_INVALID(`allowedOrigins does not have ${origin ?? 'this address'}: nothing was sent there`)
}

function refuseMissing (): never {
  throw new AUTH_CREDENTIALS_MISSING({ reason: 'credential_missing' })
}
