import type { FastifyRequest } from 'fastify'

import { AUTH_OPTION_INVALID, AUTH_TOKEN_INVALID } from './errors.js'
import { isJwtShaped, unverifiedIssuer } from './util/jwt-text.js'

import type { Desk } from './desk.js'
import type { Verified } from './reader.js'

type Send = (token: string, request: FastifyRequest) => Verified | Promise<Verified>

/**
 * Sends every token to the one desk that judges it: a JWT to the owner of its issuer, any other to the first that knows it. Attempts count where somebody
 * could guess a token.
 *
 * @throws {AUTH_OPTION_INVALID} when two would take any token
 */
export function createSendToDesk (desks: readonly Desk[]): Send {
  const opaqueDesks = desks.filter(desk => desk.provider.opaqueTokens !== undefined)
  const sendJwt = createSendJwt(desks)
  if (opaqueDesks.length === 0) {
    return sendJwt
  }
  const sendOpaque = createSendOpaque(opaqueDesks)
  return (token, request) => isJwtShaped(token) ? sendJwt(token, request) : sendOpaque(token, request)
}

function createSendJwt (desks: readonly Desk[]): Send {
  const deskOfIssuer = new Map(desks.flatMap(desk => desk.provider.issuers.map(issuer => [issuer, desk] as const)))
  const rulingDesks = desks.filter(desk => desk.provider.ownsIssuer !== undefined)
  const expected = Object.freeze([...deskOfIssuer.keys()])
  return function sendJwt (token, request) {
    const issuer = readIssuer(token)
    const desk = deskOfIssuer.get(issuer) ?? rulingDesks.find(candidate => candidate.knowsIssuer(issuer))
    if (desk === undefined) {
      throw new AUTH_TOKEN_INVALID({ reason: 'issuer_unknown', expected })
    }
    return desk.failureLimit === null ? desk.verify(token, request) : desk.failureLimit.attempt(request, { account: null, verify: () => desk.verify(token, request) })
  }
}

function createSendOpaque (desks: readonly Desk[]): Send {
  const [deskOfAny, another] = desks.filter(desk => desk.provider.opaqueTokens === 'any')
  if (deskOfAny !== undefined && another !== undefined) {
    throw new AUTH_OPTION_INVALID(`jwtProvider: ${deskOfAny.provider.name} and ${another.provider.name} both take any opaque token; of each source there can be one`)
  }
  const limit = desks.find(desk => desk.failureLimit !== null)?.failureLimit ?? null

  function send (token: string, request: FastifyRequest): Verified | Promise<Verified> {
    const desk = desks.find(({ provider: { opaqueTokens } }) => typeof opaqueTokens === 'function' && opaqueTokens(token)) ?? deskOfAny
    if (desk === undefined) {
      throw new AUTH_TOKEN_INVALID({ reason: 'token_unknown' })
    }
    return desk.verify(token, request)
  }

  return limit === null ? send : (token, request) => limit.attempt(request, { account: null, verify: () => send(token, request) })
}

function readIssuer (token: string): string {
  const issuer = unverifiedIssuer(token)
  if (issuer === null) {
    throw new AUTH_TOKEN_INVALID({ reason: 'token_syntax' })
  }
  return issuer
}
