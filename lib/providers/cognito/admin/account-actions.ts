import { COMMON, OF_ACCESS_TOKEN } from './failures.js'
import { fetchGroups } from './fetch-groups.js'
import { toDelivery, toUser } from './pool-answers.js'
import { ignore } from './pool-service.js'
import { readTexts } from './read-texts.js'
import { toSecretHash } from './secret-hash.js'
import { toUserContext } from './user-context.js'
import { AUTH_CODE_REJECTED, AUTH_PASSWORD_REJECTED, AUTH_PASSWORD_UNSUITABLE, AUTH_TOKEN_INVALID } from '../../../errors.js'

import type { ActionContext, CognitoActions, Delivery } from './actions.js'
import type { ActionsSettings } from './actions-options.js'
import type { Failure, Refusals } from './failures.js'
import type { Input } from './pool-sdk.js'
import type { PoolService } from './pool-service.js'

const OF_CHANGE: Refusals = Object.freeze({
  ...COMMON,
  token: AUTH_TOKEN_INVALID,
  NotAuthorizedException: AUTH_PASSWORD_REJECTED,
  UserNotFoundException: AUTH_TOKEN_INVALID,
  InvalidPasswordException: AUTH_PASSWORD_UNSUITABLE,
  PasswordHistoryPolicyViolationException: AUTH_PASSWORD_UNSUITABLE,
  'value.proposedpassword': AUTH_PASSWORD_UNSUITABLE,
  'value.previouspassword': AUTH_PASSWORD_REJECTED,
  value: AUTH_TOKEN_INVALID
})

/** Whatever would tell whether there is such a user is a wrong code. */
const OF_RESET: Refusals = Object.freeze({
  ...COMMON,
  CodeMismatchException: AUTH_CODE_REJECTED,
  ExpiredCodeException: AUTH_CODE_REJECTED,
  NotAuthorizedException: AUTH_CODE_REJECTED,
  UserNotFoundException: AUTH_CODE_REJECTED,
  UserNotConfirmedException: AUTH_CODE_REJECTED,
  PasswordResetRequiredException: AUTH_CODE_REJECTED,
  InvalidParameterException: AUTH_CODE_REJECTED,
  InvalidPasswordException: AUTH_PASSWORD_UNSUITABLE,
  PasswordHistoryPolicyViolationException: AUTH_PASSWORD_UNSUITABLE,
  'value.password': AUTH_PASSWORD_UNSUITABLE
})

const OF_FORGETTING: Refusals = Object.freeze({ ForbiddenException: COMMON['ForbiddenException'], TooManyRequestsException: COMMON['TooManyRequestsException'] }) as Refusals

/** There is nobody to send a code to; or he has been sent enough of them, or a trigger does not want it. */
const UNSENT: readonly string[] = [
  'UserNotFoundException', 'NotAuthorizedException', 'InvalidParameterException', 'UserNotConfirmedException', 'PasswordResetRequiredException', 'LimitExceededException',
  'UserLambdaValidationException'
]

/** There is somebody, and what should send it does not. */
const UNDELIVERED: readonly string[] = [
  'CodeDeliveryFailureException', 'InvalidEmailRoleAccessPolicyException', 'InvalidSmsRoleAccessPolicyException', 'InvalidSmsRoleTrustRelationshipException',
  'UnexpectedLambdaException', 'InvalidLambdaResponseException'
]

const NOWHERE: Delivery = Object.freeze({ medium: 'EMAIL', destination: null })

type AccountActions = Pick<CognitoActions, 'fetchUser' | 'changePassword' | 'forgotPassword' | 'resetPassword'>

/** What users do with their accounts. */
export function createAccountActions (settings: ActionsSettings, service: PoolService): AccountActions {
  return {
    async fetchUser (holder, context = {}) {
      const { accessToken } = readTexts(holder, { action: 'fetchUser', required: ['accessToken'] })
      const calls = service.begin(context)
      const user = await calls.ask({ operation: 'GetUser', input: { AccessToken: accessToken }, refusals: OF_ACCESS_TOKEN, toResult: toUser })
      return Object.freeze({ ...user, groups: await fetchGroups(calls, settings.userPoolId, user.username) })
    },

    async changePassword (change, context = {}) {
      const { accessToken, previousPassword, proposedPassword } = readTexts(change, { action: 'changePassword', required: ['accessToken', 'previousPassword', 'proposedPassword'] })
      const input = { AccessToken: accessToken, PreviousPassword: previousPassword, ProposedPassword: proposedPassword }
      await service.begin(context).ask({ operation: 'ChangePassword', input, refusals: OF_CHANGE, toResult: ignore })
    },

    async forgotPassword (user, context = {}) {
      const { username } = readTexts(user, { action: 'forgotPassword', required: ['username'] })
      const input = { ...toClient(settings, username), ...toUserContext(context) }
      return await service.begin(context).ask({
        operation: 'ForgotPassword',
        input,
        refusals: OF_FORGETTING,
        toResult: answer => settings.preventUserExistenceErrors ? toDelivery(answer) : NOWHERE,
        forgive: failure => forgive(failure, context.log)
      })
    },

    async resetPassword (reset, context = {}) {
      const { username, code, password } = readTexts(reset, { action: 'resetPassword', required: ['username', 'code', 'password'] })
      const input = { ...toClient(settings, username), ConfirmationCode: code, Password: password, ...toUserContext(context) }
      await service.begin(context).ask({ operation: 'ConfirmForgotPassword', input, refusals: OF_RESET, toResult: ignore })
    }
  }
}

/** Nobody hears that no code was sent: it would tell whether there is such a user. The log may know what went wrong, and not of whom. */
function forgive ({ kinds, error }: Failure, log: ActionContext['log']): Delivery | null {
  const line = { provider: 'cognitoActions', operation: 'ForgotPassword', error }
  if (kinds.some(kind => UNDELIVERED.includes(kind))) {
    log?.error(line, 'Amazon Cognito could not deliver a code; who asked for it is not told')
    return NOWHERE
  }
  if (kinds.some(kind => UNSENT.includes(kind))) {
    log?.warn(line, 'Amazon Cognito sent no code; who asked for it is not told')
    return NOWHERE
  }
  return null
}

function toClient (settings: ActionsSettings, username: string): Input {
  const hash = toSecretHash(settings, username)
  return { ClientId: settings.clientId, Username: username, ...hash !== null && { SecretHash: hash } }
}
