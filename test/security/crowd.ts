import { EventEmitter, once } from 'node:events'

import Fastify from 'fastify'

import authPlugin, { allOf, AUTH_TOKEN_INVALID, requirePolicy, requireRoles } from '../../lib/index.js'
import { jwt } from '../../lib/providers/jwt/index.js'
import { AUDIENCE, createKey, createToken, ISSUER } from './forge.js'
import { turns } from './strays.js'
import { createWitness } from './witness.js'

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Test } from 'tap'
import type { AuthPluginOptions, AuthUser, JwtProvider } from '../../lib/index.js'
import type { SigningKey } from './forge.js'
import type { Witness } from './witness.js'

export const OTHER_ISSUER = 'https://other.example'
/** Where a user may be made to wait: the one called `roles-7` waits while his roles are loaded. */
export const PLACES = ['verify', 'revocation', 'roles', 'policy'] as const
export type Ending = 'yes' | 'no' | 'error'

const keys = new Map([[ISSUER, createKey('ES256')], [OTHER_ISSUER, createKey('ES256', 'key-of-the-other')]])

/** An app in which many are served at once, and some of them wait until they are told how their waiting ends. */
export interface Crowd {
  readonly app: FastifyInstance
  readonly witness: Witness
  /** Resolves when somebody waits there. */
  untilWaiting (subject: string): Promise<unknown>
  /** Resolves when an exchange is over on the server's side, answered or not. */
  untilGone (): Promise<unknown>
  end (subject: string, ending: Ending): void
}

export interface CrowdOptions {
  /** Whether the tokens of the first issuer are verified at once; those of the other one never are. */
  readonly isSync?: boolean
  readonly tokenCache?: AuthPluginOptions['tokenCache']
  readonly http2?: boolean
}

export function tokenOf (sub: string, iss = ISSUER): string {
  return createToken(keys.get(iss) as SigningKey, { claims: { iss, sub } })
}

/** Opens it until the test ends. `GET /me` tells who asked, to those who are an editor and whom the policy lets in. */
export async function openCrowd (t: Test, { isSync = false, tokenCache = null, http2 = false }: CrowdOptions = {}): Promise<Crowd> {
  const events = new EventEmitter().setMaxListeners(0)
  const endings = new Map<string, (ending: Ending) => void>()
  const witness = createWitness()

  /** Users with a number answer the later, the smaller it is: later ones overtake earlier ones. */
  async function wait (place: string, subject: string): Promise<Ending> {
    if (subject.startsWith(place)) {
      return await new Promise(resolve => {
        endings.set(subject, resolve)
        events.emit(subject)
      })
    }
    await turns(Math.max(0, 12 - Number(/\d*$/.exec(subject)?.[0] ?? 0) % 12))
    return 'yes'
  }

  async function judge<T> (place: string, subject: string, good: T, bad: () => T): Promise<T> {
    const ending = await wait(place, subject)
    if (ending === 'error') {
      throw new Error('internal text of the corpus')
    }
    return ending === 'yes' ? good : bad()
  }

  function toProvider (issuer: string): JwtProvider {
    const provider = jwt({ issuer, audience: AUDIENCE, jwks: { keys: [(keys.get(issuer) as SigningKey).jwk] } })
    return {
      ...provider,
      async verify (token, context) {
        const identity = await provider.verify(token, context)
        return await judge('verify', identity.subject, identity, () => { throw new AUTH_TOKEN_INVALID({ reason: 'signature' }) })
      }
    }
  }

  const jwtProvider = [isSync ? instant(ISSUER) : toProvider(ISSUER), toProvider(OTHER_ISSUER)]
  const app = Fastify({ http2 } as { http2: false })
  t.teardown(() => app.close())
  app.addHook('onRequest', async (_request, reply) => { reply.raw.once('close', () => events.emit('gone')) })
  await app.register(authPlugin, {
    jwtProvider,
    tokenCache,
    revocation: { isRevoked: ({ subject }) => judge('revocation', subject, false, () => true) },
    rolesProvider: { fetchRoles: ({ subject, issuer }) => judge('roles', subject, ['editor', `${subject} of ${issuer}`], () => []) },
    policies: { own: ({ user }) => judge('policy', user.id, true, () => false) }
  })
  witness.declare(app, '/me', allOf(requireRoles(['editor']), requirePolicy('own')), tell)
  app.post('/me', { preHandler: requireRoles(['editor']) }, tell)
  await app.listen({ host: '127.0.0.1', port: 0 })

  return {
    app,
    witness,
    untilWaiting: async subject => endings.has(subject) || await once(events, subject),
    untilGone: () => once(events, 'gone'),
    end (subject, ending) {
      endings.get(subject)?.(ending)
      endings.delete(subject)
    }
  }
}

/** Who asked, as the request knows it now and after others had their turn. */
async function tell (request: FastifyRequest): Promise<object> {
  const { id, issuer } = request.user as AuthUser
  await turns(3)
  const roles = await (request.user as AuthUser).roles()
  return { id, issuer, later: request.user?.id, claim: request.user?.claims['sub'], role: roles[1] }
}

/** What `tell` says of one. */
export function toldOf (id: string, issuer: string = ISSUER): object {
  return { id, issuer, later: id, claim: id, role: `${id} of ${issuer}` }
}

/** Believes the token at once: how it is verified is not what is looked at. */
function instant (issuer: string): JwtProvider {
  return {
    name: 'instant',
    issuers: [issuer],
    cacheable: true,
    verify (token) {
      const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
      return { subject: claims['sub'] as string, issuer, kind: 'unknown', name: null, email: null, emailVerified: null, clientId: null, scopes: [], claims, expiresAt: claims['exp'] as number, groups: null, roles: null, permissions: null }
    }
  }
}
