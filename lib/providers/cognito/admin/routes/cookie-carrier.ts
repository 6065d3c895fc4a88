import { Buffer } from 'node:buffer'

import type { FastifyReply, FastifyRequest } from 'fastify'

import { AUTH_CREDENTIALS_MALFORMED, AUTH_CREDENTIALS_MISSING, AUTH_PROVIDER_UNAVAILABLE } from '../../../../errors.js'
import { fromCookie } from '../../../../schemes/from-cookie.js'
import { isToken } from '../../../../schemes/is-token.js'
import { emptyBody } from './body-schemas.js'

import type { FastifyBaseLogger } from 'fastify'
import type { TokenRefresh, Tokens } from '../actions.js'
import type { Carrier } from './carrier.js'
import type { Bytes, Seconds } from '../../../../../types/units.js'

/** Browsers take cookies of these names from this host only, over https only, and for the whole host. RFC 6265bis, section 4.1.3.2. */
export const ACCESS_COOKIE = '__Host-access_token'
export const REFRESH_COOKIE = '__Host-refresh_token'

/** What browsers keep at least of name, value and attributes; longer ones they drop in silence. RFC 6265, section 6.1. */
const MAX_COOKIE: Bytes = 4_096

const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Lax'

/** `username "~" refresh-token`, the first in base64url: what a secret hash is made of must come with the token. */
const REFRESH = /^(?<name>[A-Za-z0-9_-]*)~(?<token>[^~]+)$/

/** What the cookies are made with. */
export interface CookieSettings {
  readonly refreshTokenSeconds: Seconds
  logOf (request: FastifyRequest): FastifyBaseLogger
}

interface Cookie {
  readonly name: string
  readonly value: string
  readonly seconds: Seconds
}

const source = fromCookie(REFRESH_COOKIE)
const NO_ACCESS: Cookie = { name: ACCESS_COOKIE, value: '', seconds: 0 }
const NO_REFRESH: Cookie = { name: REFRESH_COOKIE, value: '', seconds: 0 }

/** Access token and refresh token travel in cookies that no script can read; the ID token nowhere. */
export function createCookieCarrier (settings: CookieSettings): Carrier {
  const { refreshTokenSeconds } = settings

  function toRefresh (token: string, username: string | null): Cookie {
    return { name: REFRESH_COOKIE, value: `${Buffer.from(username ?? '').toString('base64url')}~${token}`, seconds: refreshTokenSeconds }
  }

  return Object.freeze<Carrier>({
    isAmbient: true,
    refreshBody: emptyBody,
    revokeBody: emptyBody,
    tokenNames: [],
    readRefresh,
    giveLogin (reply, result) {
      if (result.kind === 'challenge') {
        // Whose login begins, his session is not that of the one before.
        setCookies(reply, [NO_ACCESS, NO_REFRESH], settings)
        return result
      }
      const { refreshToken, username } = result
      setCookies(reply, [toAccess(result), refreshToken === null ? NO_REFRESH : toRefresh(refreshToken, username)], settings)
      return withoutTokens(result)
    },
    giveRefreshed (reply, tokens, previous) {
      const { refreshToken, username } = tokens
      setCookies(reply, [toAccess(tokens), ...refreshToken === null ? [] : [toRefresh(refreshToken, username ?? previous.username ?? null)]], settings)
      return withoutTokens(tokens)
    },
    forget: reply => { setCookies(reply, [NO_ACCESS, NO_REFRESH], settings) }
  })
}

/** @throws {AUTH_CREDENTIALS_AMBIGUOUS} 400, when there are two of the name */
function readRefresh (request: FastifyRequest): TokenRefresh {
  const value = source.read(request)
  if (value === null) {
    throw new AUTH_CREDENTIALS_MISSING({ reason: 'credential_missing' })
  }
  const { name, token } = REFRESH.exec(value)?.groups ?? {}
  if (name === undefined || token === undefined) {
    throw new AUTH_CREDENTIALS_MALFORMED({ reason: 'cookie_syntax', expected: REFRESH_COOKIE })
  }
  return { refreshToken: token, ...name !== '' && { username: Buffer.from(name, 'base64url').toString() } }
}

function toAccess ({ accessToken, expiresInSeconds }: Tokens): Cookie {
  return { name: ACCESS_COOKIE, value: accessToken, seconds: expiresInSeconds }
}

function withoutTokens ({ kind, expiresInSeconds, tokenType, username }: Tokens): object {
  return { kind, expiresInSeconds, tokenType, username }
}

/** All or none: who has one of the two and not the other is signed in by halves. */
function setCookies (reply: FastifyReply, cookies: readonly Cookie[], { logOf }: CookieSettings): void {
  const texts = cookies.map(cookie => toText(cookie, logOf(reply.request)))
  reply.header('set-cookie', texts)
}

/** @throws {AUTH_PROVIDER_UNAVAILABLE} 503, when browsers would not keep it */
function toText ({ name, value, seconds }: Cookie, log: FastifyBaseLogger): string {
  const text = `${name}=${value}; ${ATTRIBUTES}; Max-Age=${seconds}`
  if (text.length > MAX_COOKIE || (value !== '' && !isToken(value))) {
    log.error({ cookie: name, bytes: text.length, maxBytes: MAX_COOKIE }, "a token does not fit into a cookie: have fewer claims and groups in it, or use tokens: 'body'")
    throw new AUTH_PROVIDER_UNAVAILABLE({ reason: 'provider_answer' })
  }
  return text
}
