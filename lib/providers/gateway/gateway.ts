import { publishDecision } from '../../diagnostics.js'
import { AUTH_GATEWAY_BODY_TOO_LARGE, AUTH_GATEWAY_DENIED, AUTH_GATEWAY_FORBIDDEN, AUTH_GATEWAY_RATE_LIMITED, AUTH_PROVIDER_UNAVAILABLE } from '../../errors.js'
import { fromHeader } from '../../schemes/from-header.js'
import { createTokenChallenge } from '../../schemes/token-challenge.js'
import { traitsOf } from '../../schemes/token-source.js'
import { onCallerGone } from './on-caller-gone.js'
import { readCredentials } from './read-credentials.js'
import { ServiceClient } from './service-client.js'

import type { FastifyRequest } from 'fastify'
import type { GatewayClient } from './gateway-client.js'
import type { GatewayOptions } from './options.js'
import type { GatewayDenied, GatewayOutcome } from './outcome.js'
import type { GatewayCredentials } from './read-credentials.js'
import type { NameOption } from './resolve-settings.js'
import type { GatewayTerms } from './route-terms.js'
import type { OwnProviders, ProviderContext } from '../../../types/providers.js'
import type { RouteTerms, SettledRoute } from '../../../types/route.js'
import type { AuthenticatedIdentity, Authenticator, SecurityScheme, TokenSource } from '../../../types/scheme.js'
import type { Milliseconds } from '../../../types/units.js'

/** What the core waits longer than the gateway does itself: for a body to come, and for the answer. */
const MARGIN_MS: Milliseconds = 1_000

const BEARER: SecurityScheme = Object.freeze({ type: 'http', scheme: 'bearer' })
const REFUSALS = Object.freeze({ 401: AUTH_GATEWAY_DENIED, 403: AUTH_GATEWAY_FORBIDDEN, 429: AUTH_GATEWAY_RATE_LIMITED })

/** A way to sign in by asking an external service. */
export interface GatewayAuthenticator extends Authenticator<GatewayCredentials> {
  /** What it asks: for whoever wants something forgotten, or to ask without a request. */
  readonly client: GatewayClient
}

/**
 * A way to sign in with credentials that only an external service can judge: it is asked about each request, over HTTP, and says yes, no, or nothing
 * that counts as an answer (503).
 *
 * @throws {AUTH_OPTION_INVALID} when an option is unknown, missing or wrong
 * @see docs/gateway.md
 * @example authenticators: [gateway({ url: 'https://auth.example.com/validate' })]
 */
export function gateway (options: GatewayOptions): GatewayAuthenticator {
  return createGateway(options, path => ['gateway', ...path].join('.'))
}

/** A gateway whose options were given under other names. */
export function createGateway (options: GatewayOptions, nameOption: NameOption): GatewayAuthenticator {
  const client = new ServiceClient(options, nameOption)
  const { sources = fromHeader(), realm = 'api', timeoutMs = 10_000, customError } = options
  const tokenSources = Object.freeze([sources].flat() as TokenSource[])
  const { name } = client

  function read (request: FastifyRequest): GatewayCredentials | null {
    const credentials = readCredentials(tokenSources, request)
    if (credentials === null) {
      publishDecision({ gateway: name, outcome: 'missing', reason: null, status: null, durationMs: null })
    }
    return credentials
  }

  return Object.freeze({
    ...toOwnProviders(options),
    ...customError !== undefined && { errorBody: customError },
    name,
    client,
    tokenSources,
    securityScheme: describe(tokenSources),
    supplies: Object.freeze(['groups', 'roles', 'permissions'] as const),
    read,
    verify: async (credentials: GatewayCredentials, context: ProviderContext) => admit(await ask(client, credentials, context)),
    challenge: createTokenChallenge(realm),
    isAmbient: ({ isAmbient }: GatewayCredentials) => isAmbient,
    timeoutMs: 2 * timeoutMs + MARGIN_MS,
    relaysAnswers: true,
    settleRoute: ({ config, name }: SettledRoute) => toRouteTerms(client.routes.read(config, name)),
    close: () => client.close()
  })
}

/** Who hangs up needs no answer. */
async function ask (client: GatewayClient, { token, request }: GatewayCredentials, { signal, log }: ProviderContext): Promise<GatewayOutcome> {
  const controller = new AbortController()
  const abort = (): void => controller.abort()
  const stop = onCallerGone(request, abort)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await client.validate(token, { request, log, signal: controller.signal })
  } finally {
    stop()
    signal.removeEventListener('abort', abort)
  }
}

function admit (outcome: GatewayOutcome): AuthenticatedIdentity {
  switch (outcome.kind) {
    case 'allowed': return outcome.identity
    case 'denied': throw toRefusal(outcome)
    default: throw new AUTH_PROVIDER_UNAVAILABLE({ reason: outcome.reason, ...outcome.retryAfterSeconds !== null && { retryAfterSeconds: outcome.retryAfterSeconds } })
  }
}

function toRouteTerms ({ failOpen, maxBodyBytes }: GatewayTerms): RouteTerms {
  const tooLarge = maxBodyBytes === null ? [] : [new AUTH_GATEWAY_BODY_TOO_LARGE()]
  return { failOpen, refusals: [new AUTH_GATEWAY_FORBIDDEN(), ...tooLarge, new AUTH_GATEWAY_RATE_LIMITED()] }
}

function toRefusal ({ refusal, reason, answer, retryAfterSeconds, status }: GatewayDenied): Error {
  const Refusal = REFUSALS[refusal]
  return new Refusal({ reason, answer, expected: { status }, ...retryAfterSeconds !== null && { retryAfterSeconds } })
}

/** As documents describe it: by the first of its places that they know. */
function describe (sources: readonly TokenSource[]): SecurityScheme {
  const schemes = sources.filter(source => traitsOf(source).kind !== 'websocket').map(source => source.securityScheme ?? traitsOf(source).securityScheme)
  return schemes[0] ?? BEARER
}

function toOwnProviders ({ groupsProvider, rolesProvider, permissionsProvider, profileProvider }: GatewayOptions): OwnProviders {
  return {
    ...groupsProvider !== undefined && { groupsProvider },
    ...rolesProvider !== undefined && { rolesProvider },
    ...permissionsProvider !== undefined && { permissionsProvider },
    ...profileProvider !== undefined && { profileProvider }
  }
}
