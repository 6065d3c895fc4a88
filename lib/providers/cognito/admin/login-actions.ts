import { readAnswers, toChallengeResponses } from './challenge-responses.js'
import { COMMON, OF_ACCESS_TOKEN } from './failures.js'
import { toLoginResult, toTokens } from './pool-answers.js'
import { ignore } from './pool-service.js'
import { readTexts } from './read-texts.js'
import { toSecretHash } from './secret-hash.js'
import { toUserContext } from './user-context.js'
import { AUTH_CHALLENGE_REJECTED, AUTH_MFA_UNAVAILABLE, AUTH_PASSWORD_REJECTED, AUTH_PASSWORD_UNSUITABLE, AUTH_TOKEN_INVALID } from '../../../errors.js'

import type { ActionContext, ChallengeAnswer, CognitoActions, LoginResult, PasswordLogin, TokenRefresh, Tokens } from './actions.js'
import type { ActionsSettings } from './actions-options.js'
import type { Refusals } from './failures.js'
import type { PoolService, Question } from './pool-service.js'

const OF_PASSWORD: Refusals = Object.freeze({
  ...COMMON,
  NotAuthorizedException: AUTH_PASSWORD_REJECTED,
  UserNotFoundException: AUTH_PASSWORD_REJECTED,
  value: AUTH_PASSWORD_REJECTED
})

const OF_CHALLENGE: Refusals = Object.freeze({
  ...COMMON,
  CodeMismatchException: AUTH_CHALLENGE_REJECTED,
  ExpiredCodeException: AUTH_CHALLENGE_REJECTED,
  NotAuthorizedException: AUTH_CHALLENGE_REJECTED,
  UserNotFoundException: AUTH_CHALLENGE_REJECTED,
  // An answer that is missing, or one too many: the flow itself was fine when there was a challenge.
  InvalidParameterException: AUTH_CHALLENGE_REJECTED,
  AliasExistsException: AUTH_CHALLENGE_REJECTED,
  InvalidPasswordException: AUTH_PASSWORD_UNSUITABLE,
  PasswordHistoryPolicyViolationException: AUTH_PASSWORD_UNSUITABLE,
  SoftwareTokenMFANotFoundException: AUTH_MFA_UNAVAILABLE,
  MFAMethodNotFoundException: AUTH_MFA_UNAVAILABLE
})

const OF_REFRESH: Refusals = Object.freeze({
  ...COMMON,
  NotAuthorizedException: AUTH_TOKEN_INVALID,
  UserNotFoundException: AUTH_TOKEN_INVALID,
  RefreshTokenReuseException: AUTH_TOKEN_INVALID,
  // The token is another user's.
  'secret.hash': AUTH_TOKEN_INVALID,
  value: AUTH_TOKEN_INVALID
})

/** RevokeToken says `UnauthorizedException` of the client, and nothing but `InvalidParameterException` of a token that it cannot read. */
const OF_REVOCATION: Refusals = Object.freeze({
  ...COMMON,
  NotAuthorizedException: AUTH_TOKEN_INVALID,
  InvalidParameterException: AUTH_TOKEN_INVALID,
  UnsupportedTokenTypeException: AUTH_TOKEN_INVALID
})

type LoginActions = Pick<CognitoActions, 'logIn' | 'respondToChallenge' | 'refresh' | 'logOut' | 'revokeToken'>

/** Ways in and out. */
export function createLoginActions (settings: ActionsSettings, service: PoolService): LoginActions {
  const { clientId, clientSecret } = settings
  return {
    async logIn (login, context = {}) {
      return await service.begin(context).ask(toLoginQuestion(settings, login, context))
    },

    async respondToChallenge (answer, context = {}) {
      return await service.begin(context).ask(toChallengeQuestion(settings, answer, context))
    },

    async refresh (given, context = {}) {
      return await service.begin(context).ask(toRefreshQuestion(settings, given))
    },

    async logOut (holder, context = {}) {
      const { accessToken } = readTexts(holder, { action: 'logOut', required: ['accessToken'] })
      await service.begin(context).ask({ operation: 'GlobalSignOut', input: { AccessToken: accessToken }, refusals: OF_ACCESS_TOKEN, toResult: ignore })
    },

    async revokeToken (given, context = {}) {
      const { refreshToken } = readTexts(given, { action: 'revokeToken', required: ['refreshToken'] })
      const input = { ClientId: clientId, ...clientSecret !== null && { ClientSecret: clientSecret }, Token: refreshToken }
      await service.begin(context).ask({ operation: 'RevokeToken', input, refusals: OF_REVOCATION, toResult: ignore })
    }
  }
}

function toLoginQuestion (settings: ActionsSettings, login: PasswordLogin, context: ActionContext): Question<LoginResult> {
  const { username, password } = readTexts(login, { action: 'logIn', required: ['username', 'password'] })
  const input = {
    ClientId: settings.clientId,
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: username, PASSWORD: password, ...toHashParameter(settings, username) },
    ...toUserContext(context)
  }
  return { operation: 'InitiateAuth', input, refusals: OF_PASSWORD, toResult: answer => toLoginResult(answer, username) }
}

function toChallengeQuestion (settings: ActionsSettings, given: ChallengeAnswer, context: ActionContext): Question<LoginResult> {
  const hasSession = given?.session !== null
  const texts = readTexts(given, { action: 'respondToChallenge', required: hasSession ? ['challenge', 'username', 'session'] : ['challenge', 'username'], optional: ['answer'] })
  const { challenge, username } = texts
  const input = {
    ClientId: settings.clientId,
    ChallengeName: challenge,
    ...hasSession && { Session: texts.session },
    ChallengeResponses: toChallengeResponses({ ...texts, answers: readAnswers(given.answers) }, toSecretHash(settings, username)),
    ...toUserContext(context)
  }
  return { operation: 'RespondToAuthChallenge', input, refusals: OF_CHALLENGE, toResult: answer => toLoginResult(answer, username) }
}

function toRefreshQuestion (settings: ActionsSettings, given: TokenRefresh): Question<Tokens> {
  const { clientId, clientSecret, refreshTokenRotation } = settings
  const isHashed = clientSecret !== null && !refreshTokenRotation
  const { refreshToken, username = '' } = readTexts(given, isHashed ? { action: 'refresh', required: ['refreshToken', 'username'] } : { action: 'refresh', required: ['refreshToken'], optional: ['username'] })
  if (refreshTokenRotation) {
    const input = { ClientId: clientId, ...clientSecret !== null && { ClientSecret: clientSecret }, RefreshToken: refreshToken }
    return { operation: 'GetTokensFromRefreshToken', input, refusals: OF_REFRESH, toResult: toTokens }
  }
  const input = { ClientId: clientId, AuthFlow: 'REFRESH_TOKEN_AUTH', AuthParameters: { REFRESH_TOKEN: refreshToken, ...toHashParameter(settings, username) } }
  return { operation: 'InitiateAuth', input, refusals: OF_REFRESH, toResult: toTokens }
}

function toHashParameter (settings: ActionsSettings, username: string): Readonly<Record<string, string>> {
  const hash = toSecretHash(settings, username)
  return hash === null ? {} : { SECRET_HASH: hash }
}
