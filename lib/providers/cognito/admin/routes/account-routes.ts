import type { FastifyRequest } from 'fastify'

import { AUTH_CHALLENGE_REJECTED, AUTH_CODE_REJECTED, AUTH_MFA_UNAVAILABLE, AUTH_PASSWORD_UNSUITABLE } from '../../../../errors.js'
import { delivery, done, totpSetUp, totpVerified } from './answer-schemas.js'
import { passwordChangeBody, passwordForgotBody, passwordResetBody, totpDisableBody, totpSetUpBody, totpVerifyBody } from './body-schemas.js'
import { callerOf } from './caller.js'

import type { PasswordChange, PasswordReset, TotpHolder, TotpProof, TotpStart } from '../actions.js'
import type { Office, OwnRoute } from './own-route.js'

/** Routes for passwords and authenticator apps. */
export function createAccountRoutes (office: Office): readonly OwnRoute[] {
  return [toPasswordChange(office), toPasswordForgot(office), toPasswordReset(office), toTotpSetUp(office), toTotpVerify(office), toTotpDisable(office)]
}

function toPasswordChange ({ actions, attempts, clientId, contextOf, revokeHere }: Office): OwnRoute {
  return {
    method: 'POST',
    url: '/password/change',
    summary: 'Change the password',
    mode: 'required',
    body: passwordChangeBody,
    answer: done,
    refusals: [AUTH_PASSWORD_UNSUITABLE],
    async handle (request, reply) {
      const { accessToken, identity } = callerOf(request, clientId)
      const { previousPassword, proposedPassword } = request.body as PasswordChange
      await attempts.guess({ request, account: identity.subject, run: () => actions.changePassword({ accessToken, previousPassword, proposedPassword }, contextOf(request)) })
      await revokeHere(identity)
      return reply.code(204).send()
    }
  }
}

function toPasswordForgot ({ actions, attempts, contextOf }: Office): OwnRoute {
  return {
    method: 'POST',
    url: '/password/forgot',
    summary: 'Get a code for a new password',
    mode: 'public',
    body: passwordForgotBody,
    answer: delivery,
    refusals: [],
    async handle (request, reply) {
      const body = request.body as { readonly username: string }
      const sent = await attempts.disturb({ request, account: body.username, run: () => actions.forgotPassword(body, contextOf(request)) })
      return reply.code(202).send(sent)
    }
  }
}

function toPasswordReset ({ actions, attempts, contextOf }: Office): OwnRoute {
  return {
    method: 'POST',
    url: '/password/reset',
    summary: 'Set a new password with a code',
    mode: 'public',
    body: passwordResetBody,
    answer: done,
    refusals: [AUTH_CODE_REJECTED, AUTH_PASSWORD_UNSUITABLE],
    async handle (request, reply) {
      const body = request.body as PasswordReset
      await attempts.guess({ request, account: body.username, run: () => actions.resetPassword(body, contextOf(request)) })
      return reply.code(204).send()
    }
  }
}

function toTotpSetUp (office: Office): OwnRoute {
  const { actions, attempts, contextOf } = office
  return {
    method: 'POST',
    url: '/totp/setup',
    summary: 'Begin to set up an authenticator app',
    mode: 'optional',
    body: totpSetUpBody,
    answer: totpSetUp,
    refusals: [AUTH_CHALLENGE_REJECTED, AUTH_MFA_UNAVAILABLE],
    async handle (request) {
      const { holder, account } = toHolder(request, office)
      const start: TotpStart = { ...request.body as TotpStart | undefined, ...holder }
      return await attempts.guess({ request, account, run: () => actions.setUpTotp(start, contextOf(request)) })
    }
  }
}

function toTotpVerify (office: Office): OwnRoute {
  const { actions, attempts, contextOf } = office
  return {
    method: 'POST',
    url: '/totp/verify',
    summary: 'Finish setting up an authenticator app',
    mode: 'optional',
    body: totpVerifyBody,
    answer: totpVerified,
    refusals: [AUTH_CODE_REJECTED, AUTH_CHALLENGE_REJECTED, AUTH_MFA_UNAVAILABLE],
    async handle (request) {
      const { holder, account } = toHolder(request, office)
      const proof = { ...request.body as TotpProof, ...holder }
      return await attempts.guess({ request, account, run: () => actions.verifyTotp(proof, contextOf(request)) })
    }
  }
}

function toTotpDisable ({ actions, attempts, clientId, contextOf }: Office): OwnRoute {
  return {
    method: 'POST',
    url: '/totp/disable',
    summary: 'Stop using an authenticator app',
    mode: 'required',
    body: totpDisableBody,
    answer: done,
    refusals: [AUTH_CODE_REJECTED, AUTH_MFA_UNAVAILABLE],
    async handle (request, reply) {
      const { accessToken, identity } = callerOf(request, clientId)
      const { code } = request.body as { readonly code: string }
      await attempts.guess({ request, account: identity.subject, run: () => actions.disableTotp({ accessToken, code }, contextOf(request)) })
      return reply.code(204).send()
    }
  }
}

/** Who sets up an authenticator app: whoever has a session is in the middle of a login, and has no token yet. */
function toHolder (request: FastifyRequest, { clientId }: Office): { readonly holder: TotpHolder, readonly account: string | null } {
  const { session } = { ...request.body as TotpHolder | undefined }
  if (session !== undefined) {
    return { holder: { session }, account: null }
  }
  const { accessToken, identity } = callerOf(request, clientId)
  return { holder: { accessToken }, account: identity.subject }
}
