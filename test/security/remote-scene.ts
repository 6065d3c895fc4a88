import { jwt } from '../../lib/providers/jwt/index.js'
import { stopClock } from '../fixtures/clock.js'
import { AUDIENCE, createKey, createToken, ISSUER } from './forge.js'
import { assertAccepted, assertRefused, createTarget } from './harness.js'
import { hangUp, json, listen, status } from './listen.js'

import type { Test } from 'tap'
import type { JwtOptions } from '../../lib/providers/jwt/index.js'
import type { Clock } from '../fixtures/clock.js'
import type { SigningKey } from './forge.js'
import type { Target } from './harness.js'
import type { Listener } from './listen.js'

/** How long the issuer may take for an answer, in milliseconds of the clock that stands still. */
export const TIMEOUT_MS = 10_000

/** The defaults of the options, in seconds. */
export const MAX_AGE = 1_200
export const STALE = 43_200
export const COOLDOWN = 10
export const DAY = 86_400

export const first = createKey('ES256', 'first')
export const second = createKey('ES256', 'second')
export const unavailable = { status: 503, code: 'AUTH_PROVIDER_UNAVAILABLE', reason: 'keys_unavailable' } as const
export const unknown = { reason: 'kid_unknown' } as const

/** An issuer, an app that fetches its keys, and a clock that stands still. */
export interface Scene {
  readonly clock: Clock
  readonly issuer: Listener
  readonly target: Target
  publish (...keys: readonly SigningKey[]): void
  /** The issuer does not answer any more. */
  breakDown (): void
  accepts (token: string): Promise<void>
  refuses (token: string, answer: typeof unavailable | typeof unknown | { readonly reason: 'signature' | 'key_ambiguous' }): Promise<void>
}

/** A token that outlives every age and window of these tests. */
export function tokenOf (key: SigningKey, header: Readonly<Record<string, unknown>> = {}): string {
  return createToken(key, { header, claims: { exp: Math.floor(Date.now() / 1000) + 30 * DAY } })
}

/** `keys` are published when the app boots; without any the issuer does not answer. */
export async function setScene (t: Test, keys: readonly SigningKey[] = [first], options: Partial<JwtOptions> = {}): Promise<Scene> {
  const clock = stopClock(t)
  const issuer = await listen(t, hangUp)
  const publish = (...published: readonly SigningKey[]) => { issuer.answer = json({ keys: published.map(key => key.jwk) }) }
  if (keys.length > 0) {
    publish(...keys)
  }
  const target = await createTarget(t, { jwtProvider: jwt({ issuer: ISSUER, audience: AUDIENCE, jwksUri: `${issuer.url}/jwks`, jwksTimeoutMs: TIMEOUT_MS, ...options }) })
  return {
    clock,
    issuer,
    target,
    publish,
    breakDown: () => { issuer.answer = status(503) },
    accepts: token => assertAccepted(t, target, token),
    refuses: (token, answer) => assertRefused(t, target, { name: 'refused', token, ...answer })
  }
}

/** Goes on to the next refresh in the background, and waits until the issuer was asked, and until what it said is known. */
export async function refresh ({ clock, target, issuer }: Scene, seconds = MAX_AGE): Promise<void> {
  const { length } = issuer.hits
  clock.advance(seconds)
  // An unknown kid waits for a fetch that is under way.
  await target.send({ token: tokenOf(createKey('ES256', 'nobody')) })
  if (issuer.hits.length === length) {
    throw new Error('nobody asked')
  }
}

/** Lets the time for an answer run out as soon as the issuer was asked so often. */
export async function runOut ({ clock, issuer }: Pick<Scene, 'clock' | 'issuer'>, hits: number): Promise<void> {
  await issuer.untilHits(hits)
  clock.advance(TIMEOUT_MS / 1000)
}
