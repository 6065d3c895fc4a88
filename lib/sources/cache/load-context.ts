import type { FastifyBaseLogger } from 'fastify'
import type { LoadControl } from './create-cache.js'
import type { Identity } from '../../../types/identity.js'
import type { ProviderContext } from '../../../types/providers.js'

/** What belongs to one credential and not to its holder. */
const CREDENTIAL_MEMBERS = Object.freeze(['scopes', 'groups', 'roles', 'permissions'] as const)

/**
 * What the provider behind a cache gets beside its question. The answer is for everybody who asks about the same user, with whatever credential: so the
 * signal is that of the load, and what belongs to one credential is out of reach.
 */
export class LoadContext implements ProviderContext {
  readonly #cache: string
  readonly #context: ProviderContext
  readonly #control: LoadControl

  constructor (cache: string, context: ProviderContext, control: LoadControl) {
    this.#cache = cache
    this.#context = context
    this.#control = control
  }

  get token (): never {
    return this.#refuse('context.token')
  }

  get signal (): AbortSignal {
    return this.#control.signal
  }

  get log (): FastifyBaseLogger {
    return this.#context.log
  }

  /** The identity without what its credential carries. */
  toHolder (identity: Identity): Identity {
    const members = Object.getOwnPropertyDescriptors(identity) as PropertyDescriptorMap
    for (const name of CREDENTIAL_MEMBERS) {
      // Not enumerable: a copy of the identity has no such member.
      members[name] = { get: () => this.#refuse(`identity.${name}`) }
    }
    return Object.freeze(Object.defineProperties({}, members)) as Identity
  }

  #refuse (member: string): never {
    this.log.error({ cache: this.#cache, member }, 'a cached provider reads what belongs to one credential: it cannot be cached')
    throw new CredentialRead(`${member} is not for providers behind cached()`)
  }
}

/** A provider reads what it must not see. */
class CredentialRead extends Error {
  override readonly name = 'CredentialRead'
}
