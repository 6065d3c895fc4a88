import type { FastifyRequest } from 'fastify'

import { refreshBody, revokeBody } from './body-schemas.js'

import type { TokenRefresh } from '../actions.js'
import type { Carrier } from './carrier.js'

/** Tokens travel in bodies, and whoever gets them keeps them. */
export const bodyCarrier: Carrier = Object.freeze({
  isAmbient: false,
  refreshBody,
  revokeBody,
  tokenNames: ['accessToken', 'idToken', 'refreshToken'] as const,
  readRefresh: (request: FastifyRequest) => request.body as TokenRefresh,
  giveLogin: (_reply: unknown, result: object) => result,
  giveRefreshed: (_reply: unknown, tokens: object) => tokens,
  forget () {}
})
