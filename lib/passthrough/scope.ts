import { AsyncLocalStorage } from 'node:async_hooks'

import type { AuthPair } from '../../types/passthrough.js'

/** Where credentials may go, and as what. */
export interface Policy {
  /** Exactly as `URL.origin` writes them. */
  readonly allowedOrigins: ReadonlySet<string>
  /** Headers that carry credentials, in lower case: what a call has under these names of its own is replaced. */
  readonly names: ReadonlySet<string>
  /** Gives a token for an origin in exchange; `null`: the credentials go out as they came in. */
  readonly tokenFor: ((pairs: readonly AuthPair[], origin: string) => Promise<string>) | null
}

/** On whose behalf code runs. */
export interface Scope {
  /** The same for all scopes of one request. */
  readonly root: object
  /** Frozen. */
  readonly pairs: readonly AuthPair[]
  /** `null`: outside requests, where nobody said where credentials may go. */
  readonly policy: Policy | null
}

const scopes = new AsyncLocalStorage<Scope | null>()

const NOBODY: Scope = Object.freeze({ root: Object.freeze({}), pairs: Object.freeze([]), policy: null })

/** The scope that this code, and what it waits for, runs in. */
export function currentScope (): Scope {
  return scopes.getStore() ?? NOBODY
}

/** Runs `fn`, and all that it starts, in a scope. */
export function runWithin<T> (scope: Scope, fn: () => T): T {
  return scopes.run(scope, fn)
}

/** Runs `fn` on nobody's behalf: connections that it opens are kept, and serve others later. */
export function runOutside<T> (fn: () => T): T {
  return scopes.run(null, fn)
}
