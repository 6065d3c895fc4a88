import type { FastifyBaseLogger, FastifyRequest } from 'fastify'

import { AUTH_ENTITLEMENTS_UNAVAILABLE } from '../errors.js'
import { isNames } from '../util/is-names.js'
import { isRecord } from '../util/is-record.js'
import { toFrozen } from '../util/to-frozen.js'
import { toFrozenNames } from '../util/to-frozen-names.js'
import { isPromised } from '../util/when.js'
import { askProvider } from './ask-provider.js'
import { assertUnrevoked } from './assert-unrevoked.js'
import { createUser } from './create-user.js'

import type { ProviderRuntime } from './ask-provider.js'
import type { NameSources } from './name-sources.js'
import type { EntitlementName, Identity } from '../../types/identity.js'
import type { Names, Profile, ProviderContext } from '../../types/providers.js'
import type { RevocationList } from '../../types/revocation.js'
import type { AuthUser } from '../../types/user.js'

const NOBODYS_NAMES: readonly string[] = Object.freeze([])
const NO_PROFILE: Profile = Object.freeze(Object.create(null) as Profile)

/** Where a principal comes from. */
export interface Origin {
  readonly request: FastifyRequest
  readonly runtime: ProviderRuntime
  /** The token that was verified; `null` where the credential is none. */
  readonly token: string | null
  /** Who verified it, where that was a provider of tokens. */
  readonly provider: object | null
  /** Says who has been revoked; `null`: nobody has. */
  readonly revocation: RevocationList | null
}

/** What one request knows of who sent it. Everything is loaded on first use and kept for the request; failures are not kept. */
export class Principal {
  readonly identity: Identity
  readonly sources: NameSources
  readonly #origin: Origin
  #loaded: Map<string, unknown> | null = null
  #user: AuthUser | null = null

  constructor (identity: Identity, sources: NameSources, origin: Origin) {
    this.identity = identity
    this.sources = sources
    this.#origin = origin
  }

  get user (): AuthUser {
    this.#user ??= createUser(this)
    return this.#user
  }

  /** The token that was verified, for calls on the user's behalf. Never log it. */
  get token (): string | null {
    return this.#origin.token
  }

  /** Who verified the token; `null` where that was no provider of tokens. */
  get provider (): object | null {
    return this.#origin.provider
  }

  get log (): FastifyBaseLogger {
    return this.#origin.runtime.logOf(this.#origin.request)
  }

  /** Asks again, for what goes on when the request has long been let in. */
  assertUnrevoked (): void | Promise<void> {
    return assertUnrevoked(this.identity, this.#origin)
  }

  /** @throws {AUTH_ENTITLEMENTS_UNAVAILABLE} 503, at once or as a rejection */
  names (name: EntitlementName): Names {
    const question = this.#toQuestion(name)
    return question === null ? this.#carried(name) : this.#once(name, () => this.#ask(`${name}Provider`, question, isNames, toFrozenNames))
  }

  /** @throws {AUTH_ENTITLEMENTS_UNAVAILABLE} 503, at once or as a rejection */
  profile (): Profile | Promise<Profile> {
    const provider = this.sources.profile
    if (provider === null) {
      return NO_PROFILE
    }
    return this.#once('profile', () => this.#ask<Profile>('profileProvider', context => provider.fetchProfile(this.identity, context), isRecord, toFrozen))
  }

  #toQuestion (name: EntitlementName): ((context: ProviderContext) => Names) | null {
    const { groups, roles, permissions } = this.sources
    switch (name) {
      case 'groups': return groups && (context => groups.fetchGroups(this.identity, context))
      case 'roles': return roles && (context => roles.fetchRoles(this.identity, context))
      case 'permissions': return permissions && (context => permissions.fetchPermissions(this.identity, context))
    }
  }

  #carried (name: EntitlementName): readonly string[] {
    const carried = this.sources.carried.includes(name) ? this.identity[name] : null
    if (carried === 'unknown') {
      throw new AUTH_ENTITLEMENTS_UNAVAILABLE({ reason: 'names_not_carried' })
    }
    return carried ?? NOBODYS_NAMES
  }

  #ask<T> (asked: string, ask: (context: ProviderContext) => T | Promise<T>, isAnswer: (answer: unknown) => boolean, seal: (answer: T) => T): T | Promise<T> {
    const { runtime, request, token } = this.#origin
    return askProvider({
      runtime,
      request,
      token,
      asked,
      Unavailable: AUTH_ENTITLEMENTS_UNAVAILABLE,
      mayRefuse: false,
      ask,
      isAnswer,
      seal
    })
  }

  /** One load for all who ask, while it runs and after; a failed one is forgotten. */
  #once<T> (key: string, load: () => T | Promise<T>): T | Promise<T> {
    const kept = this.#loaded ??= new Map()
    if (kept.has(key)) {
      return kept.get(key) as T | Promise<T>
    }
    const value = load()
    kept.set(key, value)
    if (isPromised(value)) {
      value.then(loaded => kept.set(key, loaded), () => kept.delete(key))
    }
    return value
  }
}
