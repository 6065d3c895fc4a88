import Fastify from 'fastify'
import authPlugin, { bearer, fromCookie, fromHeader, fromQuery, fromWebSocketProtocol, memoryRevocations, reqSerializer } from 'fastify-gatekeeper'
import { jwt } from 'fastify-gatekeeper/jwt'
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'

import type { AccessRow, AuthenticatedIdentity, Authenticator, AuthPluginOptions, BearerOptions, CookieSourceOptions, Identity, MemoryRevocations, PublicAuthError, RequestLine, RevocationList, TokenAuthenticator, TokenSource } from 'fastify-gatekeeper'
import type { FastifyRequest } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'

const jwtProvider = jwt({ issuer: 'https://issuer.example/', audience: 'api', jwksUri: 'https://issuer.example/keys' })
const app = Fastify({ logger: { serializers: { req: reqSerializer } } })

// An authenticator of one's own.

interface Badge { readonly number: number }

const badges: Authenticator<Badge> = {
  name: 'badgeAuth',
  securityScheme: { type: 'apiKey', in: 'header', name: 'x-badge' },
  supplies: ['groups'],
  read (request) {
    const badge = request.headers['x-badge']
    return typeof badge === 'string' ? { number: Number(badge) } : null
  },
  async verify ({ number }, { signal, log }): Promise<AuthenticatedIdentity> {
    log.debug({ aborted: signal.aborted }, 'asked')
    return {
      subject: String(number),
      kind: 'human',
      name: null,
      email: null,
      emailVerified: null,
      clientId: null,
      scopes: [],
      claims: {},
      expiresAt: null,
      groups: ['staff'],
      roles: null,
      permissions: 'unknown'
    }
  },
  challenge: failure => failure === null ? 'Badge realm="office"' : null
}

const byPath: TokenSource = { name: 'path', read: request => (request.params as { token?: string }).token ?? null }
const revocations: RevocationList = { isRevoked: async ({ subject, claims }: Identity) => subject === 'mallory' || claims['jti'] === undefined }

export const everything: AuthPluginOptions = {
  jwtProvider,
  tokenSources: [fromHeader(), fromHeader('x-token', null), fromCookie('__Host-token', { signed: { secret: ['new', 'old'] } }), fromQuery('token'), fromWebSocketProtocol('bearer.'), byPath],
  authenticators: [badges, bearer(jwtProvider, { name: 'partnerAuth', sources: byPath }), bearer([jwtProvider])],
  strict: true,
  csrf: { trustedOrigins: ['https://app.example.com'] },
  revocation: revocations,
  errorBody: (error: PublicAuthError, request) => ({ code: error.code, at: request.url, scopes: error.scopes }),
  disabled: false,
  allowDisabledInProduction: false,
  override: true
}

await app.register(authPlugin, everything)
await app.register(authPlugin, { authenticators: [badges], csrf: null, errorBody: 'problem', revocation: memoryRevocations({ max: 10 }) })

// Whatever the functions take and give can be written down.

const cookie: CookieSourceOptions = { signed: { secret: 'new' } }
const partner: BearerOptions = { name: 'partnerAuth', sources: fromCookie('token', cookie) }
const revoked: MemoryRevocations = memoryRevocations()
revoked.revokeUser('https://issuer.example/', 'mallory')
export const ways: readonly TokenAuthenticator[] = [bearer(jwtProvider, partner)]
export const serialize: (request: FastifyRequest) => RequestLine = reqSerializer

// @ts-expect-error a list
await app.register(authPlugin, { jwtProvider, tokenSources: fromHeader() })
// @ts-expect-error a factory is no source: it must be called
await app.register(authPlugin, { jwtProvider, tokenSources: [fromCookie] })
// @ts-expect-error off is null
await app.register(authPlugin, { jwtProvider, csrf: false })
// @ts-expect-error origins are a list
await app.register(authPlugin, { jwtProvider, csrf: { trustedOrigins: 'https://app.example.com' } })
// @ts-expect-error neither a word nor a body
await app.register(authPlugin, { jwtProvider, errorBody: 'html' })
// @ts-expect-error it could not say no
await app.register(authPlugin, { jwtProvider, revocation: { isRevoked: () => undefined } })
// @ts-expect-error a cookie has a name
fromCookie()
// @ts-expect-error a secret is given by its name
fromCookie('token', { signed: 'secret' })
// @ts-expect-error nobody would be asked
bearer()
// @ts-expect-error says no challenge
export const half: Authenticator<Badge> = { name: badges.name, securityScheme: badges.securityScheme, read: badges.read, verify: badges.verify }
// @ts-expect-error an identity has a kind
export const noKind: AuthenticatedIdentity = { subject: 'alice' }

// What a route says of itself, on every kind of instance.

const typed = [app, app.withTypeProvider<TypeBoxTypeProvider>().setValidatorCompiler(TypeBoxValidatorCompiler)] as const
typed[1].get('/a', { config: { auth: { mode: 'required', authenticators: ['badgeAuth'] } } }, async () => '')
app.withTypeProvider<ZodTypeProvider>().get('/a', { config: { auth: 'tolerant' } }, async () => '')
const secure = Fastify({ http2: true })
secure.get('/a', { config: { auth: { mode: 'optional', authenticators: 'badgeAuth' } } }, async () => '')
secure.route({ method: 'GET', url: '/b', config: { auth: 'public' }, handler: async () => '' })

// @ts-expect-error no such mode
secure.get('/typo', { config: { auth: 'requierd' } }, async () => '')
// @ts-expect-error no such mode
secure.route({ method: 'GET', url: '/typo', config: { auth: { mode: 'requierd' } }, handler: async () => '' })
// @ts-expect-error the mode is always said
app.withTypeProvider<ZodTypeProvider>().get('/half', { config: { auth: { authenticators: ['badgeAuth'] } } }, async () => '')

// The matrix.

const rows: readonly AccessRow[] = app.accessMatrix()
export const text: string = secure.printAccessMatrix()
export const open = rows.filter(({ mode, declaredBy }) => mode === 'public' && declaredBy === 'exclude').map(({ url }) => url)
// @ts-expect-error rows are frozen
rows[0].mode = 'public'
