import { collectLog } from '../../fixtures/collect-log.js'
import { bearer } from '../../fixtures/hand-issuer.js'
import { openApp } from '../../fixtures/open-app.js'

import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import type { Options, Row } from './row.js'
import type { CountingIssuer } from '../../fixtures/counting-issuer.js'
import type { JwtProvider } from '../../../lib/index.js'

/** A factory of JWT providers whose options are looked at. */
export interface Factory {
  readonly name: string
  readonly create: (options: Options) => JwtProvider
  readonly issuer: CountingIssuer
  /** What it must be given to verify tokens of the issuer. */
  readonly base: Options
  /** What it expects that others do not. */
  readonly dialect?: FactoryDialect
}

type Claims = Readonly<Record<string, unknown>>

/** Where the tokens of a factory differ from what the RFCs say. */
export interface FactoryDialect {
  /** Parts of a user that are not read where the RFCs put them: claims in which such a part is called `usual`; `null` where it is not read at all. */
  readonly usual?: Readonly<Record<string, Claims | null>>
  /** Claims that make an ID token of a token. */
  readonly idToken?: Claims
  /** Whose token one without further claims is. */
  readonly kind?: string
}

/** What the app says of a token: the user it sees, or else the status. */
export interface Seen {
  readonly status: number
  readonly user: Readonly<Record<string, unknown>>
}

/** An app whose one provider is made with these options. Tokens are verified anew for every request. */
export async function openAppWith (t: Test, { create }: Factory, options: Options): Promise<FastifyInstance> {
  return await openApp(t, { jwtProvider: create(options), tokenCache: null }, declareMe)
}

/** Sends a token. */
export async function send (app: FastifyInstance, token: string): Promise<Seen> {
  const response = await app.inject({ url: '/me', headers: bearer(token) })
  return { status: response.statusCode, user: response.json() }
}

/** Shows what becomes of one token, made when it is sent. */
export function ask (factory: Factory, toToken: () => string, at: (seen: Seen) => unknown): Row['observe'] {
  return async function observe (options, t) {
    const app = await openAppWith(t, factory, options)
    return at(await send(app, toToken()))
  }
}

/** Shows whether an app boots at all. */
export function boot (factory: Factory): Row['observe'] {
  return async function observe (options, t) {
    try {
      await openAppWith(t, factory, options)
      return 'ready'
    } catch (error) {
      return (error as { readonly code: string }).code
    }
  }
}

/** Shows how a provider calls itself when its keys cannot be fetched. */
export function nameInLog ({ create, issuer }: Factory): Row['observe'] {
  return async function observe (options, t) {
    failUntilEnd(t, issuer)
    const log = collectLog('warn')
    await openApp(t, { jwtProvider: create(options) }, declareMe, { logger: log.logger })
    return log.of('provider could not be warmed up; requests get 503 until it answers').map(line => line['provider'])
  }
}

/** From now on the issuer answers no question, until the test is over. */
export function failUntilEnd (t: Test, issuer: CountingIssuer): void {
  issuer.behaviour = 'fail'
  issuer.discoveryBehaviour = 'fail'
  t.teardown(function repair () {
    issuer.behaviour = 'well'
    issuer.discoveryBehaviour = 'well'
  })
}

export function status (seen: Seen): number {
  return seen.status
}

function declareMe (app: FastifyInstance): void {
  app.get('/me', async function readMe ({ user }) {
    const { id, name, email, clientId, kind, scopes } = user ?? {}
    const [groups, roles, permissions, profile] = await Promise.all([user?.groups(), user?.roles(), user?.permissions(), user?.profile()])
    return { id, name, email, clientId, kind, scopes, groups, roles, permissions, profile }
  })
}
