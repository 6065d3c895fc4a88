import { bearer, handIssuer } from '../../fixtures/hand-issuer.js'
import { openApp } from '../../fixtures/open-app.js'
import { bearer as bearerOf, fromCookie, fromHeader } from '../../../lib/index.js'

import type { FastifyInstance, InjectOptions } from 'fastify'
import type { Row } from './row.js'

const issuer = handIssuer()
const partners = handIssuer('https://partners.example')
const jwtProvider = issuer.provider()
const cookie = `token=${issuer.token()}`
const tokenSources = [fromHeader(), fromCookie('token')]
const foreign = { method: 'POST', url: '/plain', headers: { cookie, host: 'api.example', origin: 'https://app.example', 'sec-fetch-site': 'same-site' } } as const

/** The status of one request to one app. */
function ask (request: InjectOptions): Row['observe'] {
  return async function observe (options, t) {
    const app = await openApp(t, options, declarePlain)
    return (await app.inject(request)).statusCode
  }
}

function declarePlain (app: FastifyInstance): void {
  app.route({ method: ['GET', 'POST'], url: '/plain', handler: async () => 'ok' })
}

/** The options that say how one may sign in. */
export const wayInRows: readonly Row[] = [
  { option: 'tokenSources', beside: { jwtProvider }, observe: ask({ url: '/plain', headers: { cookie } }), value: tokenSources, without: 401, with: 200 },
  { option: 'authenticators', beside: { jwtProvider }, observe: ask({ url: '/plain', headers: bearer(partners.token()) }), value: [bearerOf(partners.provider(), { name: 'partnerAuth' })], without: 401, with: 200 },
  { option: 'csrf', beside: { jwtProvider, tokenSources }, observe: ask(foreign), value: null, without: 403, with: 200 },
  { option: 'csrf.trustedOrigins', beside: { jwtProvider, tokenSources }, observe: ask(foreign), value: { trustedOrigins: ['https://app.example'] }, without: 403, with: 200 }
]
