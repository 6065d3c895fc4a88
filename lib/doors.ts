import { AUTH_OPTION_INVALID } from './errors.js'
import { assertPlacesDistinct, placeOf } from './schemes/places.js'
import { Desk } from './desk.js'
import { FailureLimit } from './failure-limit.js'
import { createOwnReader } from './own-reader.js'
import { createTokenChallenge } from './schemes/token-challenge.js'
import { describeTokens } from './schemes/token-scheme.js'
import { traitsOf } from './schemes/token-source.js'
import { TokenCache } from './token-cache.js'
import { createTokenReader } from './token-reader.js'
import { resolveNameSources } from './user/name-sources.js'

import type { FastifyRequest } from 'fastify'
import type { Settings } from './options.js'
import type { Door, Reader } from './reader.js'
import type { Post } from './schemes/places.js'
import type { SourceKind } from './schemes/token-source.js'
import type { ProviderRuntime } from './user/ask-provider.js'
import type { JwtProvider } from '../types/providers.js'
import type { RouteTerms } from '../types/route.js'
import type { Authenticator, TokenAuthenticator, TokenSource } from '../types/scheme.js'

/** The short form makes one authenticator of each kind of source. */
const NAMES: Readonly<Record<SourceKind, string>> = Object.freeze({ header: 'bearerAuth', websocket: 'bearerAuth', cookie: 'cookieAuth', query: 'queryAuth' })

/** A door for tokens: where they are read and who verifies them. */
interface TokenDoor extends Door {
  readonly kind: 'tokens'
  readonly tokenSources: readonly TokenSource[]
  readonly desks: readonly Desk[]
}

/** A door of the app's own, with its one reader. */
interface OwnDoor extends Door {
  readonly kind: 'own'
  readonly reader: Reader
  readonly tokenSources: readonly TokenSource[]
  /** Where its credentials stand, if its scheme tells, and no source does. */
  readonly place: string | null
}

export type AnyDoor = TokenDoor | OwnDoor

/** All ways to sign in that one registration offers. */
export function createDoors (settings: Settings, runtime: ProviderRuntime): readonly AnyDoor[] {
  const failureLimit = settings.failureLimit === null ? null : new FailureLimit(settings.failureLimit)
  const authenticators = [...toShortForm(settings), ...settings.authenticators]
  const isAlone = new Set(authenticators.flatMap(authenticator => isTokenAuthenticator(authenticator) ? authenticator.jwtProviders : [])).size === 1
  const parts = { settings, runtime, isAlone, failureLimit }
  const doors = authenticators.map(authenticator => isTokenAuthenticator(authenticator) ? createTokenDoor(authenticator, parts) : createOwnDoor(authenticator, parts))
  assertDistinct(doors)
  assertPlacesDistinct(doors.flatMap(toPosts))
  return Object.freeze(doors)
}

/** What has to be done with each request before anything else, whatever its route asks. */
export function createWithdrawal (doors: readonly AnyDoor[]): (request: FastifyRequest) => void {
  const withdrawals = doors.flatMap(door => door.tokenSources.flatMap(source => traitsOf(source).withdraw ?? []))
  return function withdraw (request) {
    for (const withdrawFrom of withdrawals) {
      withdrawFrom(request)
    }
  }
}

function toPosts (door: AnyDoor): Post[] {
  if (door.kind === 'own') {
    const places = [...door.tokenSources.map(source => source.name), ...door.place === null ? [] : [door.place]]
    return places.map(place => ({ authenticator: door.name, place, source: null, providers: [] }))
  }
  const providers = door.desks.map(desk => desk.provider)
  return door.tokenSources.map(source => ({ authenticator: door.name, place: source.name, source, providers }))
}

/** The readers of the doors that a route accepts: one for each place that credentials are read from, whoever verifies what is found there. */
export function createReaders (doors: readonly AnyDoor[]): readonly Reader[] {
  const tokenDoors = doors.filter(door => door.kind === 'tokens')
  const sources = new Map(tokenDoors.flatMap(door => door.tokenSources.map(source => [source.name, source] as const)))
  const tokenReaders = [...sources.values()].map(function toReader (source) {
    const behind = tokenDoors.filter(door => door.tokenSources.some(candidate => candidate.name === source.name))
    return createTokenReader(source, behind.flatMap(door => door.desks), behind.map(door => door.name)) as Reader
  })
  return Object.freeze([...tokenReaders, ...doors.flatMap(door => door.kind === 'own' ? [door.reader] : [])])
}

/** The option `jwtProvider` as authenticators: one for each kind of source. */
function toShortForm ({ jwtProviders, tokenSources }: Settings): TokenAuthenticator[] {
  if (jwtProviders.length === 0) {
    return []
  }
  const names = new Set(tokenSources.map(nameOf))
  return [...names].map(name => ({ name, tokenSources: tokenSources.filter(source => nameOf(source) === name), jwtProviders }))
}

function nameOf (source: TokenSource): string {
  return NAMES[traitsOf(source).kind]
}

function isTokenAuthenticator (authenticator: Authenticator | TokenAuthenticator): authenticator is TokenAuthenticator {
  return 'jwtProviders' in authenticator
}

/** What doors for tokens, and most others, do not do. */
const PLAIN = Object.freeze({ errorBody: null, relaysAnswers: false, settleRoute: (): RouteTerms => NO_TERMS })
const NO_TERMS: RouteTerms = Object.freeze({})

interface DoorParts {
  readonly settings: Settings
  readonly runtime: ProviderRuntime
  readonly isAlone: boolean
  readonly failureLimit: FailureLimit | null
}

function createTokenDoor ({ name, tokenSources, jwtProviders }: TokenAuthenticator, { settings, runtime, isAlone, failureLimit }: DoorParts): TokenDoor {
  const desks = jwtProviders.map(function toDesk (provider) {
    const sources = resolveNameSources(provider, settings.shared, toCarried(provider, isAlone))
    const cache = provider.cacheable === true && settings.tokenCache !== null ? new TokenCache(settings.tokenCache) : null
    return new Desk({ provider, sources, cache, authenticator: name, runtime, failureLimit })
  })
  return Object.freeze({ kind: 'tokens', name, challenge: createTokenChallenge(settings.realm), sources: desks.map(desk => desk.sources), tokenSources, desks, describe: () => describeTokens(tokenSources, jwtProviders), countsFailures: desks.some(desk => desk.failureLimit !== null), ...PLAIN })
}

function createOwnDoor (authenticator: Authenticator, { settings, runtime, failureLimit }: DoorParts): OwnDoor {
  const sources = resolveNameSources(authenticator, settings.shared, authenticator.supplies ?? [])
  const reader = createOwnReader(authenticator, { sources, runtime, failureLimit })
  const { name, tokenSources = [], errorBody = null, relaysAnswers = false } = authenticator
  return Object.freeze({
    kind: 'own',
    name,
    challenge: failure => authenticator.challenge(failure),
    sources: [sources],
    reader,
    tokenSources,
    place: tokenSources.length > 0 ? null : placeOf(authenticator.securityScheme),
    describe: () => authenticator.securityScheme,
    countsFailures: failureLimit !== null && authenticator.accountOf !== undefined,
    errorBody,
    relaysAnswers,
    settleRoute: route => authenticator.settleRoute?.(route) ?? NO_TERMS
  } satisfies OwnDoor)
}

/** Among several issuers each grants only what was configured for it: a half-trusted one must not make admins. */
function toCarried ({ supplies = [], suppliesByDefault = [] }: JwtProvider, isAlone: boolean) {
  return isAlone ? supplies : supplies.filter(name => !suppliesByDefault.includes(name))
}

function assertDistinct (doors: readonly AnyDoor[]): void {
  const names = new Set<string>()
  for (const { name } of doors) {
    if (names.has(name)) {
      throw new AUTH_OPTION_INVALID(`authenticators: two are called ${name}; give one another name`)
    }
    names.add(name)
  }
}
