import { randomBytes } from 'node:crypto'

import { AUTH_TOKEN_EXPIRED, AUTH_TOKEN_INVALID, requireGroups } from '../../lib/index.js'
import { openApp } from '../fixtures/open-app.js'
import { counting } from './counting-provider.js'
import { compact, encode, fixed, ISSUER } from './forge.js'
import { withToken } from './harness.js'
import { createWitness } from './witness.js'

import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import type { AuthPluginOptions, JwtProvider, ProvidedIdentity } from '../../lib/index.js'
import type { Witness } from './witness.js'

const exp = Math.floor(Date.now() / 1000) + 600
const HEADER = { alg: 'ES256' }

/** A token of its own for each number; nobody verifies signatures here, so that a storm costs no more than the plugin does. */
export function good (number: number, claims: Readonly<Record<string, unknown>> = {}): string {
  return compact(HEADER, { iss: ISSUER, sub: `user-${number}`, exp, ...claims }, fixed(randomBytes(64)))
}

/** Bad tokens, each of its own for each number. */
export const BAD: Readonly<Record<string, (number: number) => string>> = {
  'forged ones': number => good(number, { isForged: true }),
  'ones that are over': number => good(number, { exp: 1 }),
  'those of issuers that nobody knows': number => good(number, { iss: `https://issuer-${number}.example` }),
  'those with keys that nobody knows': number => compact({ ...HEADER, kid: `kid-${number}` }, { iss: ISSUER, sub: 'user', isForged: true }, fixed(randomBytes(64))),
  'no tokens at all': () => randomBytes(48).toString('base64url'),
  'two segments': number => `${encode(HEADER)}.${encode({ iss: ISSUER, number })}`,
  'ones that are too long': number => good(number, { padding: 'x'.repeat(15_000) }),
  'what cannot be a token': number => `${number} ${number}`,
  'ones with the same end': number => `${good(number, { isForged: true }).slice(0, -40)}${'A'.repeat(40)}`
}

/** Believes every token but those that say that they are bad. */
export const jwtProvider: JwtProvider = {
  name: 'believing',
  issuers: [ISSUER],
  cacheable: true,
  supplies: ['groups'],
  verify (token): ProvidedIdentity {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
    if (claims['isForged'] === true) {
      throw new AUTH_TOKEN_INVALID({ reason: 'signature' })
    }
    if (claims['exp'] === 1) {
      throw new AUTH_TOKEN_EXPIRED({ reason: 'expired' })
    }
    return { subject: claims['sub'] as string, issuer: ISSUER, kind: 'unknown', name: null, email: null, emailVerified: null, clientId: null, scopes: [], claims, expiresAt: exp, groups: claims['groups'] as readonly string[] | undefined ?? null, roles: null, permissions: null }
  }
}
/** The same, but it answers with a promise. */
export const promising: JwtProvider = { ...jwtProvider, verify: async (...question) => await jwtProvider.verify(...question) }

/** An app, and a way to send it more tokens than anybody would. */
export interface Storm {
  /** Sends the tokens, a hundred at a time, and gives what came back, as `200 user-1` or `401`. */
  send (tokens: readonly string[], url?: string): Promise<readonly string[]>
  readonly app: FastifyInstance
  readonly verified: () => number
  readonly witness: Witness
}

/** Opens an app that nothing is logged by and nothing kept of, until the test ends. */
export async function createStorm (t: Test, options: Partial<AuthPluginOptions> = {}, declare: (app: FastifyInstance) => void = () => {}): Promise<Storm> {
  const witness = createWitness()
  const provider = counting(options.jwtProvider as JwtProvider | undefined ?? jwtProvider)
  const app = await openApp(t, { providerTimeoutMs: 60_000, ...options, jwtProvider: provider }, function declareRoutes (app) {
    witness.declare(app, '/id', null, ({ user }) => user?.id)
    witness.declare(app, '/groups', requireGroups(['staff']), ({ user }) => user?.id)
    declare(app)
  })
  async function send (tokens: readonly string[], url = '/id'): Promise<readonly string[]> {
    const answers: string[] = []
    for (let start = 0; start < tokens.length; start += 100) {
      const replies = await Promise.all(tokens.slice(start, start + 100).map(token => app.inject(withToken(token, { url }))))
      answers.push(...replies.map(({ statusCode, body }) => statusCode === 200 ? `200 ${body}` : String(statusCode)))
    }
    return answers
  }
  return { app, send, verified: provider.verified, witness }
}
