import { AUTH_CHALLENGE_REJECTED, AUTH_CREDENTIALS_AMBIGUOUS, AUTH_MFA_UNAVAILABLE, AUTH_PASSWORD_REJECTED, AUTH_PASSWORD_RESET_REQUIRED, AUTH_PASSWORD_UNSUITABLE, AUTH_TOKEN_INVALID, isAuthError } from '../../../../errors.js'
import { done, login, tokens, user } from './answer-schemas.js'
import { challengeBody, loginBody } from './body-schemas.js'
import { callerOf } from './caller.js'

import type { ChallengeAnswer, PasswordLogin } from '../actions.js'
import type { Office, OwnRoute } from './own-route.js'

/** Whoever wants to be gone is gone from his browser, whatever Amazon Cognito says. */
const FAILED: readonly number[] = [401, 429, 503]

/** Routes that begin, prolong and end a login, and the one that says whose it is. */
export function createSessionRoutes (office: Office): readonly OwnRoute[] {
  return [toLogin(office), toChallenge(office), toRefresh(office), toRevoke(office), toLogout(office), toMe(office)]
}

function toLogin ({ actions, attempts, carrier, contextOf }: Office): OwnRoute {
  return {
    method: 'POST',
    url: '/login',
    summary: 'Log in with a password',
    mode: 'public',
    body: loginBody,
    answer: login(carrier.tokenNames),
    refusals: [AUTH_PASSWORD_REJECTED],
    async handle (request, reply) {
      const body = request.body as PasswordLogin
      const result = await attempts.guess({ request, account: body.username, run: () => actions.logIn(body, contextOf(request)) })
      return carrier.giveLogin(reply, result)
    }
  }
}

function toChallenge ({ actions, attempts, carrier, contextOf }: Office): OwnRoute {
  return {
    method: 'POST',
    url: '/challenge',
    summary: 'Answer what the login asks for',
    mode: 'public',
    body: challengeBody,
    answer: login(carrier.tokenNames),
    refusals: [AUTH_CHALLENGE_REJECTED, AUTH_PASSWORD_UNSUITABLE, AUTH_MFA_UNAVAILABLE, AUTH_PASSWORD_RESET_REQUIRED],
    async handle (request, reply) {
      const body = request.body as ChallengeAnswer
      const result = await attempts.guess({ request, account: body.username, run: () => actions.respondToChallenge(body, contextOf(request)) })
      return carrier.giveLogin(reply, result)
    }
  }
}

function toRefresh ({ actions, carrier, contextOf, refreshNeedsUsername }: Office): OwnRoute {
  return {
    method: 'POST',
    url: '/refresh',
    summary: 'Get new tokens',
    mode: 'public',
    body: carrier.refreshBody,
    answer: tokens(carrier.tokenNames),
    refusals: [...toAmbiguous(carrier), AUTH_TOKEN_INVALID],
    endsWith: [401],
    async handle (request, reply) {
      const previous = carrier.readRefresh(request)
      if (refreshNeedsUsername && previous.username === undefined) {
        throw new AUTH_TOKEN_INVALID({ reason: 'cookie_syntax' })
      }
      return carrier.giveRefreshed(reply, await actions.refresh(previous, contextOf(request)), previous)
    }
  }
}

function toRevoke ({ actions, carrier, contextOf }: Office): OwnRoute {
  return {
    method: 'POST',
    url: '/revoke',
    summary: 'End this login',
    mode: 'public',
    body: carrier.revokeBody,
    answer: done,
    refusals: [...toAmbiguous(carrier), AUTH_TOKEN_INVALID],
    endsWith: FAILED,
    async handle (request, reply) {
      const { refreshToken } = carrier.readRefresh(request)
      await actions.revokeToken({ refreshToken }, contextOf(request))
      carrier.forget(reply)
      return reply.code(204).send()
    }
  }
}

function toLogout ({ actions, carrier, clientId, contextOf, revokeHere }: Office): OwnRoute {
  return {
    method: 'POST',
    url: '/logout',
    summary: 'End all logins of the user',
    mode: 'required',
    body: null,
    answer: done,
    refusals: [],
    endsWith: FAILED,
    async handle (request, reply) {
      const { accessToken, identity } = callerOf(request, clientId)
      const [there] = await Promise.allSettled([actions.logOut({ accessToken }, contextOf(request))])
      // A token that has been revoked there ends nobody's newer ones here. Else who cannot be logged out there is logged out here, and told that it is not all.
      if (there.status === 'fulfilled' || !isRefusedToken(there.reason)) {
        await revokeHere(identity)
      }
      if (there.status === 'rejected') {
        throw there.reason
      }
      carrier.forget(reply)
      return reply.code(204).send()
    }
  }
}

function toMe ({ actions, clientId, contextOf }: Office): OwnRoute {
  return {
    method: 'GET',
    url: '/me',
    summary: 'Who the user is',
    mode: 'required',
    body: null,
    answer: user,
    refusals: [],
    async handle (request) {
      const { accessToken } = callerOf(request, clientId)
      return await actions.fetchUser({ accessToken }, contextOf(request))
    }
  }
}

function isRefusedToken (error: unknown): boolean {
  return isAuthError(error) && error.statusCode === 401
}

function toAmbiguous ({ isAmbient }: Office['carrier']): OwnRoute['refusals'] {
  return isAmbient ? [AUTH_CREDENTIALS_AMBIGUOUS] : []
}
