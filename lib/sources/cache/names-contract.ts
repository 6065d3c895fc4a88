import { AUTH_ENTITLEMENTS_UNAVAILABLE, AUTH_OPTION_INVALID } from '../../errors.js'
import { isNames } from '../../util/is-names.js'
import { isRecord } from '../../util/is-record.js'
import { when } from '../../util/when.js'

import type { Identity } from '../../../types/identity.js'
import type { GroupsProvider, PermissionsProvider, Profile, ProfileProvider, ProviderContext, ProviderLifecycle, RolesProvider } from '../../../types/providers.js'

/** Whatever answers questions about users. One object may answer several. */
export type NamesProvider = GroupsProvider | RolesProvider | PermissionsProvider | ProfileProvider

/** The questions that every one of `P` answers. */
export type ProvidersOf<P> = ProviderLifecycle &
  ([P] extends [GroupsProvider] ? GroupsProvider : unknown) &
  ([P] extends [RolesProvider] ? RolesProvider : unknown) &
  ([P] extends [PermissionsProvider] ? PermissionsProvider : unknown) &
  ([P] extends [ProfileProvider] ? ProfileProvider : unknown)

/** One of the questions. */
export type Contract = keyof typeof METHODS

/** An answer to one of the questions. */
export type Answer = readonly string[] | Profile

/** Answers a question about somebody. */
export type Ask = (contract: Contract, identity: Identity, context: ProviderContext) => Answer | Promise<Answer>

const METHODS = Object.freeze({ groups: 'fetchGroups', roles: 'fetchRoles', permissions: 'fetchPermissions', profile: 'fetchProfile' })
const CONTRACTS = Object.freeze(Object.keys(METHODS) as Contract[])

/**
 * The questions that something answers, at least one.
 * @param path how an error calls it
 * @throws {AUTH_OPTION_INVALID} when it is no provider of names
 */
export function contractsOf (provider: unknown, path: string): readonly Contract[] {
  const contracts = isRecord(provider) ? CONTRACTS.filter(contract => typeof provider[METHODS[contract]] === 'function') : []
  if (contracts.length === 0) {
    const cure = typeof provider === 'function' ? '; if it is a factory, call it' : ''
    throw new AUTH_OPTION_INVALID(`${path} must be an object with at least one of the methods ${Object.values(METHODS).join(', ')}${cure}`)
  }
  return contracts
}

/** An object that answers these questions. */
export function toProvider (contracts: readonly Contract[], ask: Ask): object {
  return Object.fromEntries(contracts.map(contract => [METHODS[contract], (identity: Identity, context: ProviderContext) => ask(contract, identity, context)]))
}

/**
 * The provider's answer, as soon as it is at hand.
 * @throws {AUTH_ENTITLEMENTS_UNAVAILABLE} at once or as a rejection, when it has not the shape of one
 * @throws what the provider throws
 */
export function askFor (provider: object, ...[contract, identity, context]: Parameters<Ask>): Answer | Promise<Answer> {
  const answer = (provider as Record<string, (identity: Identity, context: ProviderContext) => unknown>)[METHODS[contract]]?.(identity, context)
  return when(answer, function check (answer) {
    if (!isAnswer(contract, answer)) {
      throw new AUTH_ENTITLEMENTS_UNAVAILABLE({ reason: 'provider_answer' })
    }
    return answer
  })
}

/** Whether something has the shape of an answer to this question. */
export function isAnswer (contract: Contract, value: unknown): value is Answer {
  return contract === 'profile' ? isRecord(value) : isNames(value)
}

/**
 * How the permissions of these providers are compared: nothing where none of them says.
 * @param paths how an error calls them
 * @throws {AUTH_OPTION_INVALID} when they do not agree: what one means exactly the other would widen, or the other way round
 */
export function permissionMatchOf (providers: readonly NamesProvider[], factory: string): Pick<PermissionsProvider, 'permissionMatch'> {
  const matches = providers.map(provider => 'permissionMatch' in provider ? provider.permissionMatch : undefined)
  const odd = matches.findIndex(match => (match ?? 'exact') !== (matches[0] ?? 'exact'))
  if (odd > 0) {
    throw new AUTH_OPTION_INVALID(`${factory}.${odd}.permissionMatch must be that of ${factory}.0: permissions from both are compared in one way`)
  }
  return matches[0] === undefined ? {} : { permissionMatch: matches[0] }
}
