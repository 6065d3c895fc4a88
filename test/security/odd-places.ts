import { AUTH_TOKEN_INVALID, not, requireGroups, requirePermissions, requirePolicy, requireRoles } from '../../lib/index.js'
import { jwt } from '../../lib/providers/jwt/index.js'
import { AUDIENCE, createKey, createToken, ISSUER } from './forge.js'
import { withToken } from './harness.js'

import type { FastifyRequest, InjectOptions } from 'fastify'
import type { TargetOptions } from './harness.js'
import type { Expectation } from './inspect.js'
import type { Witness } from './witness.js'
import type { AuthPluginOptions, AuthUser, Authenticator, Guard, JwtProvider, TokenSource } from '../../lib/index.js'

/** A function of the app's own that the plugin calls, and what becomes of a request when it throws. */
export interface OddPlace {
  readonly name: string
  /** An app in which this function is `fail`. */
  toOptions (fail: () => never, witness: Witness): TargetOptions
  readonly request: InjectOptions
  readonly answer: Pick<Expectation, 'status' | 'code' | 'reason'>
  /** Whether it is called by a handler: then that has run, and its guard has said yes. */
  readonly isInHandler: boolean
}

type Options = AuthPluginOptions
type Fail = () => never

const key = createKey('ES256')
const provider = jwt({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [key.jwk] } })
export const token = createToken(key, { claims: { name: 'name-of-the-corpus', email: 'mail@of.the.corpus', roles: ['role-of-the-corpus'], extra: 'extra-claim-of-the-corpus' } })

const unjudged = { status: 503, code: 'AUTH_PROVIDER_UNAVAILABLE', reason: 'provider_failed' } as const
const unentitled = { ...unjudged, code: 'AUTH_ENTITLEMENTS_UNAVAILABLE' } as const
const asked = { status: 401, code: 'AUTH_CREDENTIALS_MISSING', reason: 'credential_missing' } as const
const refused = { status: 401, code: 'AUTH_TOKEN_INVALID', reason: 'signature' } as const

const own: Authenticator<string> = {
  name: 'own',
  securityScheme: { type: 'apiKey', in: 'header', name: 'x-own' },
  read: ({ headers }) => headers['x-own'] as string | undefined ?? null,
  verify () { throw new AUTH_TOKEN_INVALID({ reason: 'signature' }) },
  challenge: () => 'Bearer realm="own"'
}
const source: TokenSource = { name: 'own', read: ({ headers }) => headers['x-own'] as string | undefined ?? null }
const withOwn: InjectOptions = { url: '/', headers: { 'x-own': token } }

/** The same function, once throwing and once rejecting. */
function twice (name: string, toPlace: (fail: () => never) => Options, place: Omit<OddPlace, 'name' | 'toOptions' | 'isInHandler'>): OddPlace[] {
  const toOptions = (isPromised: boolean) => (fail: Fail, witness: Witness): TargetOptions => ({
    jwtProvider: provider,
    ...toPlace(isPromised ? (async () => fail()) as Fail : fail),
    routes: app => declareAll(app, witness)
  })
  return [
    { name, toOptions: toOptions(false), isInHandler: false, ...place },
    { name: `${name}, promised`, toOptions: toOptions(true), isInHandler: false, ...place }
  ]
}

function once (...place: Parameters<typeof twice>): OddPlace[] {
  return twice(...place).slice(0, 1)
}

function asHandler (places: readonly OddPlace[]): OddPlace[] {
  return places.map(place => ({ ...place, name: `${place.name}, from a handler`, isInHandler: true }))
}

const policy = requirePolicy('own')

function declareAll (app: Parameters<NonNullable<TargetOptions['routes']>>[0], witness: Witness): void {
  const guards: Readonly<Record<string, Guard>> = { '/groups': requireGroups('any'), '/roles': requireRoles('any'), '/permissions': requirePermissions('any') }
  for (const [url, guard] of Object.entries(guards)) {
    witness.declare(app, url, guard, () => 'in')
  }
  const userOf = ({ user }: FastifyRequest): AuthUser => user as AuthUser
  witness.declare(app, '/user/groups', null, request => userOf(request).groups())
  witness.declare(app, '/user/profile', null, request => userOf(request).profile())
}

/** Two policies need an option that other apps must not have. */
function withPolicy (places: readonly OddPlace[]): OddPlace[] {
  return places.map(({ toOptions, ...place }) => ({
    ...place,
    toOptions: (fail, witness) => ({
      ...toOptions(fail, witness),
      routes (app) {
        witness.declare(app, '/policy', policy, () => 'in')
        witness.declare(app, '/policy/negated', not(policy), () => 'in')
        witness.declare(app, '/policy/can', null, async request => ({ can: await request.can(policy) }))
      }
    })
  }))
}

const policies = (fail: Fail): Options => ({ policies: { own: fail } })
const errorBody = (fail: Fail): Options => ({ errorBody: fail })
const ownSource = (read: Fail): Options => ({ tokenSources: [{ ...source, read }] })
const ownAuthenticator = (members: Partial<Authenticator>): Options => ({ authenticators: [{ ...own, ...members } as Authenticator] })
const groupsProvider = (fetchGroups: Fail): Options => ({ groupsProvider: { fetchGroups } })

export const ODD_PLACES: readonly OddPlace[] = [
  ...twice('JwtProvider.verify', verify => ({ jwtProvider: { ...provider, verify } as JwtProvider }), { request: withToken(token), answer: unjudged }),
  ...once('claims.kind', kind => ({ jwtProvider: jwt({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [key.jwk] }, claims: { kind } }) }), { request: withToken(token), answer: unjudged }),
  ...twice('fetch', fetch => ({ jwtProvider: jwt({ issuer: ISSUER, audience: AUDIENCE, jwksUri: `${ISSUER}/keys`, fetch }) }), { request: withToken(token), answer: { ...unjudged, reason: 'keys_unavailable' } }),
  ...twice('fetchGroups', groupsProvider, { request: withToken(token, { url: '/groups' }), answer: unentitled }),
  ...twice('fetchRoles', fetchRoles => ({ rolesProvider: { fetchRoles } }), { request: withToken(token, { url: '/roles' }), answer: unentitled }),
  ...twice('fetchPermissions', fetchPermissions => ({ permissionsProvider: { fetchPermissions } }), { request: withToken(token, { url: '/permissions' }), answer: unentitled }),
  ...asHandler(twice('fetchGroups', groupsProvider, { request: withToken(token, { url: '/user/groups' }), answer: unentitled })),
  ...asHandler(twice('fetchProfile', fetchProfile => ({ profileProvider: { fetchProfile } }), { request: withToken(token, { url: '/user/profile' }), answer: unentitled })),
  ...twice('isRevoked', isRevoked => ({ revocation: { isRevoked } }), { request: withToken(token), answer: unjudged }),
  ...withPolicy([
    ...twice('policy', policies, { request: withToken(token, { url: '/policy' }), answer: unentitled }),
    ...once('policy, negated', policies, { request: withToken(token, { url: '/policy/negated' }), answer: unentitled }),
    ...asHandler(twice('policy', policies, { request: withToken(token, { url: '/policy/can' }), answer: unentitled }))
  ]),
  ...once('TokenSource.read', ownSource, { request: withOwn, answer: unjudged }),
  ...twice('TokenSource.read', ownSource, { request: withOwn, answer: { ...unjudged, reason: 'provider_answer' } }).slice(1),
  ...once('Authenticator.read', read => ownAuthenticator({ read }), { request: withOwn, answer: unjudged }),
  ...twice('Authenticator.read', read => ownAuthenticator({ read }), { request: withOwn, answer: { ...unjudged, reason: 'provider_answer' } }).slice(1),
  ...twice('Authenticator.verify', verify => ownAuthenticator({ verify }), { request: withOwn, answer: unjudged }),
  ...twice('Authenticator.challenge, for nobody', challenge => ownAuthenticator({ challenge }), { request: { url: '/' }, answer: asked }),
  ...twice('Authenticator.challenge, for a failure', challenge => ownAuthenticator({ challenge }), { request: withOwn, answer: refused }),
  ...twice('errorBody, for nobody', errorBody, { request: { url: '/' }, answer: asked }),
  ...twice('errorBody, for a failure', errorBody, { request: withToken(createToken(createKey('ES256', key.kid))), answer: refused })
]
