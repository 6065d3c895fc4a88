import { AUTH_OPTION_INVALID } from '../errors.js'
import { toOrigins } from './origins.js'
import { currentScope, runWithin } from './scope.js'
import { toPair } from './to-pair.js'

import type { Policy } from './scope.js'
import type { AuthPair } from '../../types/passthrough.js'

/** How other credentials take the place of those that are there. */
export interface WithAuthMetadataOptions {
  /** `true`: those of other names stay. Default `false`: none stays. */
  readonly merge?: boolean
  /** Where they may go. Needed outside requests, where nothing else says it; within one, only origins that the plugin allows, too, count. */
  readonly allowedOrigins?: readonly string[]
}

/**
 * What `fn` returns, run on behalf of other credentials, with all that it starts and waits for. Afterwards, and when it throws, those from before are back.
 *
 * @param pairs headers, at least one, by name and value
 * @throws {AUTH_OPTION_INVALID} when there is no pair, or one cannot be a header with a credential
 * @example await withAuthMetadata([['authorization', `Bearer ${token}`]], () => authFetch('https://books.example.com/mine'), { allowedOrigins: ['https://books.example.com'] })
 */
export function withAuthMetadata<T> (pairs: Iterable<AuthPair>, fn: () => T, { merge = false, allowedOrigins }: WithAuthMetadataOptions = {}): T {
  const given = toPairs(pairs)
  const { root, pairs: outer, policy } = currentScope()
  const kept = merge ? outer.filter(([name]) => !given.some(pair => pair[0] === name)) : []
  const all = Object.freeze([...kept, ...given])
  return runWithin(Object.freeze({ root, pairs: all, policy: allowedOrigins === undefined ? policy : narrow(policy, allowedOrigins) }), fn)
}

function toPairs (given: unknown): readonly AuthPair[] {
  const list: readonly unknown[] = typeof given === 'object' && given !== null && Symbol.iterator in given ? [...given as Iterable<unknown>] : []
  if (list.length === 0) {
    throw new AUTH_OPTION_INVALID('withAuthMetadata: pairs must be a list of at least one [name, value]')
  }
  return list.map(function check (member, index) {
    const pair = toPair(member)
    if (pair === null || pair === undefined) {
      throw new AUTH_OPTION_INVALID(`withAuthMetadata: pairs.${index} must be [name, value], the name and the value of a header that carries a credential`)
    }
    return pair
  })
}

function narrow (policy: Policy | null, allowedOrigins: readonly string[]): Policy {
  const given = toOrigins(allowedOrigins, 'withAuthMetadata: allowedOrigins')
  if (policy === null) {
    return Object.freeze({ allowedOrigins: given, names: new Set<string>(), tokenFor: null })
  }
  return Object.freeze({ ...policy, allowedOrigins: new Set([...given].filter(origin => policy.allowedOrigins.has(origin))) })
}
