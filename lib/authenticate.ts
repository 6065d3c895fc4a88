import type { FastifyRequest } from 'fastify'

import { assertOwnOrigin } from './csrf.js'
import { publishDecision } from './diagnostics.js'
import { AUTH_CREDENTIALS_AMBIGUOUS, AUTH_CREDENTIALS_MISSING, AUTH_PROVIDER_UNAVAILABLE, isAuthError } from './errors.js'
import { syntheticUser } from './synthetic-user.js'
import { assertUnrevoked } from './user/assert-unrevoked.js'
import { markDegraded } from './user/degraded.js'
import { injectedUserOf } from './user/injected-users.js'
import { resolveNameSources } from './user/name-sources.js'
import { Principal } from './user/principal.js'
import { isPromised, when } from './util/when.js'

import type { Reader, Verified } from './reader.js'
import type { Route } from './routes.js'
import type { ProviderRuntime } from './user/ask-provider.js'
import type { Verdict } from './user/verdict-slot.js'
import type { EntitlementName, Identity } from '../types/identity.js'
import type { RevocationList } from '../types/revocation.js'
import type { AuthError } from '../types/verdict.js'

const ALL_NAMES: readonly EntitlementName[] = ['groups', 'roles', 'permissions']
const NO_SOURCES = resolveNameSources({}, {}, [])

/** What holds for every request of a registration. */
export interface Rules {
  readonly runtime: ProviderRuntime
  readonly revocation: RevocationList | null
  /** Who may use credentials that browsers send by themselves; `null`: everybody. */
  readonly trustedOrigins: ReadonlySet<string> | null
  readonly isDisabled: boolean
}

/** One way to sign in, and what it found in the request. */
interface Reading {
  readonly reader: Reader
  readonly credentials: unknown
}

interface Attempt {
  readonly request: FastifyRequest
  readonly route: Route
  readonly rules: Rules
  reading: Reading | null
  /** Whether the credentials were good: what goes wrong later is nobody's outage but ours. */
  isVerified: boolean
}

/**
 * From the request's credentials to its verdict: the one place that decides what is refused, what cannot be judged, and whom a mode lets in.
 * Never throws nor rejects; at once where no provider has to be waited for.
 */
export function authenticate (request: FastifyRequest, route: Route, rules: Rules): Verdict | Promise<Verdict> {
  if (route.mode === 'public') {
    return route.nobody
  }
  const attempt: Attempt = { request, route, rules, reading: null, isVerified: false }
  try {
    const verified = verifyCredentials(attempt)
    if (verified === null) {
      return decideAnonymous(route)
    }
    const verdict = when(verified, found => admitUnrevoked(found, attempt))
    return isPromised(verdict) ? verdict.catch(error => decideFailure(error, attempt)) : verdict
  } catch (error) {
    return decideFailure(error, attempt)
  }
}

function verifyCredentials (attempt: Attempt): Verified | Promise<Verified> | null {
  const { request, route, rules } = attempt
  if (rules.isDisabled) {
    return { identity: syntheticUser, sources: NO_SOURCES }
  }
  const injected = injectedUserOf(request.raw)
  if (injected !== null) {
    return toVerified(injected, route)
  }
  const reading = readCredentials(request, route.readers)
  if (reading === null) {
    return null
  }
  attempt.reading = reading
  if (rules.trustedOrigins !== null && reading.reader.isAmbient(reading.credentials, request)) {
    assertOwnOrigin(request, rules.trustedOrigins)
  }
  return reading.reader.verify(reading.credentials, request)
}

/** Two places may hold one and the same credential; then it counts as sent where browsers do not send it by themselves. */
function readCredentials (request: FastifyRequest, readers: readonly Reader[]): Reading | null {
  let found: Reading | null = null
  for (const reader of readers) {
    const credentials = reader.read(request)
    if (credentials === null) {
      continue
    }
    if (found !== null && found.credentials !== credentials) {
      throw new AUTH_CREDENTIALS_AMBIGUOUS({ reason: 'credentials_several' })
    }
    if (found === null || found.reader.isAmbient(found.credentials, request)) {
      found = { reader, credentials }
    }
  }
  return found
}

/** A test's user: whatever it says of its names counts, where no provider is asked. `null` where the route does not accept its authenticator. */
function toVerified (identity: Identity, route: Route): Verified | null {
  const door = route.doors.find(candidate => candidate.name === identity.authenticator)
  return door === undefined ? null : { identity, sources: { ...NO_SOURCES, ...door.sources[0], carried: ALL_NAMES } }
}

function admitUnrevoked (verified: Verified, attempt: Attempt): Verdict | Promise<Verdict> {
  const { request, rules: { runtime } } = attempt
  attempt.isVerified = true
  const revocation = listFor(attempt)
  return revocation === null ? admit(verified, attempt) : when(assertUnrevoked(verified.identity, { revocation, runtime, request }), () => admit(verified, attempt))
}

/** Where everybody passes, nobody has been revoked. */
function listFor ({ rules: { revocation, isDisabled } }: Attempt): RevocationList | null {
  return isDisabled ? null : revocation
}

function admit ({ identity, sources, provider = null }: Verified, attempt: Attempt): Verdict {
  const { request, route, rules: { runtime }, reading } = attempt
  const token = reading === null ? null : reading.reader.toToken(reading.credentials)
  const principal = new Principal(identity, sources, { request, runtime, token, provider, revocation: listFor(attempt) })
  return { error: null, principal, authenticators: reading === null ? null : reading.reader.authenticators, route }
}

function decideAnonymous (route: Route): Verdict {
  return route.mode === 'required' ? toVerdict(new AUTH_CREDENTIALS_MISSING({ reason: 'credential_missing' }), route, null) : route.nobody
}

function decideFailure (thrown: unknown, attempt: Attempt): Verdict {
  const { route, reading } = attempt
  const authenticators = reading?.reader.authenticators ?? null
  const error = toAuthError(thrown, attempt)
  const openDoor = error.statusCode >= 500 ? findOpenDoor(attempt) : undefined
  if (openDoor !== undefined) {
    return degrade(error, attempt, openDoor)
  }
  const isRefused = error.statusCode < 500
  return isRefused && route.mode === 'tolerant' ? route.nobody : toVerdict(error, route, authenticators)
}

/** One of ours for the boot is a mistake in the app's code, whose text is for nobody outside. */
function toAuthError (thrown: unknown, { request, rules, reading }: Attempt): AuthError {
  if (isAuthError(thrown) && thrown.statusCode !== 500) {
    return thrown
  }
  rules.runtime.logOf(request).error({ reason: 'provider_failed', authenticators: reading?.reader.authenticators ?? null }, 'a credential could not be judged')
  return new AUTH_PROVIDER_UNAVAILABLE({ reason: 'provider_failed' })
}

/** Only where the app said so of this way to sign in, and nobody has to be signed in: settled at boot. */
function findOpenDoor ({ route, reading, isVerified }: Attempt): string | undefined {
  return isVerified ? undefined : reading?.reader.authenticators.find(name => route.openDoors.has(name))
}

function degrade (error: AuthError, { request, route, rules }: Attempt, gateway: string): Verdict {
  const { reason = 'provider_failed' } = error.cause
  rules.runtime.logOf(request).warn({ authenticator: gateway, reason, route: route.name }, 'a credential could not be judged; its caller goes on as nobody')
  publishDecision({ gateway, outcome: 'degraded', reason, status: null, durationMs: null })
  markDegraded(request)
  return route.nobody
}

function toVerdict (error: AuthError, route: Route, authenticators: readonly string[] | null): Verdict {
  return { error, principal: null, authenticators, route }
}
