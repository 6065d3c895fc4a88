import Fastify from 'fastify'
import authPlugin, { fromCookie, fromHeader } from 'fastify-gatekeeper'
import { gateway, gatewayClient, gatewayFromEnv, isDegraded } from 'fastify-gatekeeper/gateway'

import type { AuthError, Authenticator, GatewayRouteConfig, RelayedAnswer, RouteTerms, SettledRoute } from 'fastify-gatekeeper'
import type { AnswerSource, CredentialPlace, GatewayAllowed, GatewayAuthenticator, GatewayBreakerEvent, GatewayBreakerOptions, GatewayCacheEvent, GatewayCacheOptions, GatewayClient, GatewayDecisionEvent, GatewayDenied, GatewayIdentity, GatewayIdentityMapping, GatewayOptions, GatewayOutcome, GatewayTlsOptions, GatewayUnavailable, HeadersContext, SentHeaders, ServiceAnswer, ToGatewayIdentity, ValidateOptions } from 'fastify-gatekeeper/gateway'

const mapping: GatewayIdentityMapping = { payload: { header: 'x-userinfo', encoding: 'base64' }, id: 'sub', groups: { header: 'x-groups' }, roles: ['realm', 'roles'], name: null, kind: ({ json }: ServiceAnswer) => json?.['kind'] }
const make: ToGatewayIdentity = async ({ json }): Promise<GatewayIdentity> => ({ subject: String(json?.['id']), roles: ['reader'] })
const tls: GatewayTlsOptions = { ca: ['-----BEGIN CERTIFICATE-----'], servername: 'auth.example.com' }
const breaker: GatewayBreakerOptions = { minFailures: 3, openSeconds: 10 }
const cache: GatewayCacheOptions = { allowedSeconds: 10, deniedSeconds: 1, honorCacheControl: true }
const place: CredentialPlace = { cookie: 'session' }
const source: AnswerSource = ['realm', 'roles']
const options: GatewayOptions = {
  url: 'https://auth.example.com/validate',
  sources: [fromHeader(), fromCookie('session')],
  credential: place,
  headers: async ({ token, request, signal }: HeadersContext): Promise<SentHeaders> => ({ 'x-digest': `${token.length} ${String(request?.id)} ${String(signal.aborted)}` }),
  forwarded: ['method', 'uri'],
  introspection: { clientId: 'a', clientSecret: 'b' },
  statusMap: { 404: 403 },
  allow: ({ json }) => json?.['ok'] === true,
  identity: { ...mapping, permissions: source },
  customError: ({ code }: { readonly code: string }) => ({ code }),
  tls,
  breaker,
  cache
}
const authenticator: GatewayAuthenticator = gateway(options)
const app = Fastify()
await app.register(authPlugin, { authenticators: [authenticator, gateway({ url: 'https://auth.example.com/', name: 'other', identity: make, cache: null }), gatewayFromEnv({ AUTH_GATEWAY_URL: 'https://auth.example.com/' }, { failOpen: true })] })

// @ts-expect-error the address is mandatory
gateway({})
// @ts-expect-error a misspelt option
gateway({ url: 'https://auth.example.com/', failopen: true })
// @ts-expect-error a status is refused as one of four
gateway({ url: 'https://auth.example.com/', statusMap: { 404: 200 } })

const config: GatewayRouteConfig = { cache: false, failOpen: false, maxBodyBytes: null, url: 'https://auth.example.com/pay' }
app.get('/', { config: { gateway: config } }, async request => isDegraded(request))
// @ts-expect-error a member of a wrong type
app.get('/typo', { config: { gateway: { cache: 'no' } } }, async () => 'in')

const client: GatewayClient = gatewayClient({ url: 'https://auth.example.com/' })
const how: ValidateOptions = { signal: new AbortController().signal }
const outcome: GatewayOutcome = await client.validate('token', how)
switch (outcome.kind) {
  case 'allowed': {
    const allowed: GatewayAllowed = outcome
    const subject: string = allowed.identity.subject
    await client.forgetSubject(subject)
    break
  }
  case 'denied': {
    const denied: GatewayDenied = outcome
    const answer: RelayedAnswer = denied.answer
    console.log(answer.challenges, denied.refusal satisfies 401 | 403 | 429)
    break
  }
  default: {
    const unavailable: GatewayUnavailable = outcome
    console.log(unavailable.reason)
  }
}

export function listen (decision: GatewayDecisionEvent, use: GatewayCacheEvent, turn: GatewayBreakerEvent): readonly unknown[] {
  return [decision.durationMs, use.result, turn.state, turn.origin]
}

export const own: Authenticator<string> = {
  name: 'ownAuth',
  securityScheme: { type: 'http', scheme: 'own' },
  read: () => null,
  verify: () => { throw new Error('down') },
  challenge: (failure: AuthError | null) => failure?.cause.answer?.challenges[0] ?? null,
  timeoutMs: 1_000,
  relaysAnswers: true,
  errorBody: { message: 'Unauthorized' },
  tokenSources: [fromHeader('x-own', null)],
  isAmbient: credentials => credentials.length > 0,
  settleRoute: (route: SettledRoute): RouteTerms => ({ failOpen: route.mode === 'optional', refusals: [{ statusCode: 403, code: 'OWN', message: 'no' }] })
}
