import { KeyTable } from './key-table.js'
import { AUTH_PROVIDER_UNAVAILABLE, AUTH_TOKEN_INVALID } from '../../errors.js'
import { FetchError } from '../../util/fetch-json.js'

import type { KeyQuery, KeySet, VerificationKey } from './key-set.js'
import type { KeySource } from './key-source.js'
import type { JwtSettings } from './resolve-settings.js'
import type { ProviderContext } from '../../../types/providers.js'
import type { Count, Milliseconds, Seconds } from '../../../types/units.js'
import type { AuthError } from '../../../types/verdict.js'

/** The part of its lifetime after which a key set is fetched again, so that no request ever waits for it. */
const REFRESH_AT = 0.8

/** What became of a fetch. */
interface Outcome {
  readonly endedAtMs: Milliseconds
  /** `null` when it succeeded. */
  readonly failure: FetchError | null
}

/**
 * Keys that an issuer publishes. Whoever needs them first starts a fetch, everybody else waits for the same one; after that they are fetched
 * in the background, before they are too old. Between two fetches lies the cool-down, whatever became of the first, so a flood of made-up
 * tokens costs the issuer nothing. While the issuer cannot be reached, the keys it published last serve for the stale window.
 */
export class RemoteKeySet implements KeySet {
  readonly #source: KeySource
  readonly #settings: JwtSettings
  #table: KeyTable | null = null
  #loadedAtMs: Milliseconds = 0
  #outcome: Outcome | null = null
  #isReported = true
  #loading: Promise<Outcome> | null = null
  #controller = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #generation: Count = 0
  #uses: Count = 0

  constructor (source: KeySource, settings: JwtSettings) {
    this.#source = source
    this.#settings = settings
  }

  /** Grows when a key leaves the set, and when the set as a whole is too old to serve. */
  get generation (): Count {
    this.#dropOutdated()
    return this.#generation
  }

  find (wanted: KeyQuery, context: ProviderContext): VerificationKey | Promise<VerificationKey> {
    this.#report(context)
    this.#dropOutdated()
    const key = this.#table?.find(wanted) ?? null
    if (key === null) {
      return this.#findAfterFetch(wanted, context)
    }
    if (this.#isDue() && this.#isCool()) {
      this.#load()
    }
    return key
  }

  countUse (): void {
    this.#uses += 1
  }

  /** Rejects with a `FetchError` when the keys are not to be had. */
  async warmUp (): Promise<void> {
    this.#dropOutdated()
    if (this.#table !== null) {
      return
    }
    const { failure } = await this.#load()
    if (failure !== null) {
      throw failure
    }
  }

  /** Ends what is under way and plans nothing more. Whoever uses the keys later begins anew. */
  async close (): Promise<void> {
    clearTimeout(this.#timer)
    this.#controller.abort()
    this.#controller = new AbortController()
    await this.#loading
  }

  #findAfterFetch (wanted: KeyQuery, context: ProviderContext): Promise<VerificationKey> {
    if (!this.#isCool()) {
      throw this.#toMissing()
    }
    return this.#load().then(() => {
      this.#report(context)
      const key = this.#table?.find(wanted) ?? null
      if (key === null) {
        throw this.#toMissing()
      }
      return key
    })
  }

  /** Never rejects. */
  #load (): Promise<Outcome> {
    this.#loading ??= this.#fetch().finally(() => { this.#loading = null })
    return this.#loading
  }

  async #fetch (): Promise<Outcome> {
    const { signal } = this.#controller
    let failure: FetchError | null = null
    this.#uses = 0
    try {
      this.#adopt(new KeyTable(await this.#source.fetchKeys(signal), this.#settings.algorithms))
    } catch (error) {
      failure = error instanceof FetchError ? error : new FetchError('the issuer', 'usable keys')
    }
    const outcome = { endedAtMs: Date.now(), failure }
    this.#outcome = outcome
    this.#isReported = false
    if (!signal.aborted) {
      this.#plan(outcome)
    }
    return outcome
  }

  /** What was published replaces what was known: a key that is not there any more must not verify anything. */
  #adopt (table: KeyTable): void {
    if (this.#table !== null && !this.#table.isWithin(table)) {
      this.#generation += 1
    }
    this.#table = table
    this.#loadedAtMs = Date.now()
  }

  #plan ({ failure }: Outcome): void {
    const { jwksMaxAgeSeconds, jwksCooldownSeconds } = this.#settings
    const delaySeconds = failure === null ? Math.max(jwksMaxAgeSeconds * REFRESH_AT, jwksCooldownSeconds) : jwksCooldownSeconds
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => { this.#load() }, delaySeconds * 1000)
    this.#timer.unref()
  }

  /** The token is at fault only when the issuer has been asked, and did not publish its key. */
  #toMissing (): AuthError {
    const failure = this.#outcome?.failure
    if (failure) {
      return new AUTH_PROVIDER_UNAVAILABLE({ reason: 'keys_unavailable', expected: failure.expected, retryAfterSeconds: this.#toRetryAfter() })
    }
    return new AUTH_TOKEN_INVALID({ reason: 'kid_unknown' })
  }

  #toRetryAfter (): Seconds {
    return Math.max(1, Math.ceil(this.#coolDownLeftMs() / 1000))
  }

  /** Whether somebody may ask for a fetch: none has just ended, or one is under way anyway. */
  #isCool (): boolean {
    return this.#loading !== null || this.#coolDownLeftMs() === 0
  }

  #coolDownLeftMs (): Milliseconds {
    const coolDownMs = this.#settings.jwksCooldownSeconds * 1000
    const leftMs = this.#outcome === null ? 0 : coolDownMs - (Date.now() - this.#outcome.endedAtMs)
    // More than all of it is left only when the clock was set back.
    return leftMs > coolDownMs ? 0 : Math.max(0, leftMs)
  }

  #isDue (): boolean {
    const { jwksMaxAgeSeconds, jwksMaxUses } = this.#settings
    return this.#ageMs() >= jwksMaxAgeSeconds * 1000 || (jwksMaxUses !== null && this.#uses >= jwksMaxUses)
  }

  #dropOutdated (): void {
    const { jwksMaxAgeSeconds, jwksStaleSeconds } = this.#settings
    if (this.#table !== null && this.#ageMs() >= (jwksMaxAgeSeconds + jwksStaleSeconds) * 1000) {
      this.#table = null
      this.#generation += 1
    }
  }

  #ageMs (): Milliseconds {
    return Date.now() - this.#loadedAtMs
  }

  /** Says once per fetch what was wrong with it. */
  #report ({ log }: ProviderContext): void {
    if (this.#isReported || this.#outcome === null) {
      return
    }
    this.#isReported = true
    const { failure } = this.#outcome
    const provider = this.#settings.name
    const problems = this.#table?.problems.filter(problem => problem !== 'foreign') ?? []
    if (failure !== null) {
      log.error({ provider, reason: 'keys_unavailable', url: failure.url, expected: failure.expected }, 'the keys of an issuer could not be fetched')
    } else if (problems.length > 0 || this.#table?.size === 0) {
      log.warn({ provider, usable: this.#table?.size, problems }, 'an issuer publishes keys that are not used')
    }
  }
}
