import { COMMON, OF_ACCESS_TOKEN, createRefusal } from './failures.js'
import { toSession, toText, toUsername } from './pool-answers.js'
import { ignore } from './pool-service.js'
import { readTexts } from './read-texts.js'
import { toTotpUri } from './totp-uri.js'
import { AUTH_CHALLENGE_REJECTED, AUTH_CODE_REJECTED, AUTH_MFA_UNAVAILABLE } from '../../../errors.js'

import type { CognitoActions } from './actions.js'
import type { ActionsSettings } from './actions-options.js'
import type { Refusals } from './failures.js'
import type { Calls, PoolService } from './pool-service.js'
import type { Texts } from './read-texts.js'

const OF_MFA: Refusals = Object.freeze({
  SoftwareTokenMFANotFoundException: AUTH_MFA_UNAVAILABLE,
  InvalidParameterException: AUTH_MFA_UNAVAILABLE,
  CodeMismatchException: AUTH_CODE_REJECTED,
  ExpiredCodeException: AUTH_CODE_REJECTED,
  EnableSoftwareTokenMFAException: AUTH_CODE_REJECTED,
  'value.usercode': AUTH_CODE_REJECTED,
  'value.friendlydevicename': AUTH_MFA_UNAVAILABLE
})

const OF_TOKEN: Refusals = Object.freeze({ ...OF_ACCESS_TOKEN, ...OF_MFA })

const OF_SESSION: Refusals = Object.freeze({
  ...COMMON,
  ...OF_MFA,
  NotAuthorizedException: AUTH_CHALLENGE_REJECTED,
  UserNotFoundException: AUTH_CHALLENGE_REJECTED,
  value: AUTH_CHALLENGE_REJECTED
})

/** Who sets up an authenticator app, as calls have it. */
interface Holder {
  readonly input: { readonly AccessToken: string } | { readonly Session: string }
  readonly accessToken: string | null
  readonly refusals: Refusals
}

type TotpActions = Pick<CognitoActions, 'setUpTotp' | 'verifyTotp' | 'disableTotp'>

/** Authenticator apps. */
export function createTotpActions ({ totpIssuer }: ActionsSettings, service: PoolService): TotpActions {
  return {
    async setUpTotp (start, context = {}) {
      const given = readTexts(start, { action: 'setUpTotp', required: [], optional: ['accessToken', 'session', 'account'] })
      const { input, accessToken, refusals } = toHolder(given, 'setUpTotp')
      const { secret, session } = await service.begin(context).ask({
        operation: 'AssociateSoftwareToken', input, refusals, toResult: answer => ({ secret: toText(answer, 'SecretCode'), session: toSession(answer) })
      })
      const account = given.account ?? (accessToken === null ? null : toUsername(accessToken))
      return Object.freeze({ secret, uri: toTotpUri({ secret, issuer: totpIssuer, account }), session })
    },

    async verifyTotp (proof, context = {}) {
      const given = readTexts(proof, { action: 'verifyTotp', required: ['code'], optional: ['accessToken', 'session', 'deviceName'] })
      const holder = toHolder(given, 'verifyTotp')
      const calls = service.begin(context)
      const session = await verifyCode(calls, holder, given)
      if (holder.accessToken !== null) {
        await setPreference(calls, holder.accessToken, true)
      }
      return Object.freeze({ session })
    },

    async disableTotp (proof, context = {}) {
      const { accessToken, code } = readTexts(proof, { action: 'disableTotp', required: ['accessToken', 'code'] })
      const calls = service.begin(context)
      await verifyCode(calls, { input: { AccessToken: accessToken }, accessToken, refusals: OF_TOKEN }, { code })
      await setPreference(calls, accessToken, false)
    }
  }
}

function toHolder ({ accessToken, session }: Texts<never, 'accessToken' | 'session'>, action: string): Holder {
  if (accessToken !== undefined && session === undefined) {
    return { input: { AccessToken: accessToken }, accessToken, refusals: OF_TOKEN }
  }
  if (accessToken === undefined && session !== undefined) {
    return { input: { Session: session }, accessToken: null, refusals: OF_SESSION }
  }
  throw new TypeError(`${action} needs either accessToken or session`)
}

/**
 * The session that goes on.
 * @throws {AUTH_CODE_REJECTED} 400, unless the answer says that the code is right
 */
async function verifyCode (calls: Calls, { input, refusals }: Holder, { code, deviceName }: Texts<'code', 'deviceName'>): Promise<string | null> {
  const { isRight, session } = await calls.ask({
    operation: 'VerifySoftwareToken',
    input: { ...input, UserCode: code, ...deviceName !== undefined && { FriendlyDeviceName: deviceName } },
    refusals,
    toResult: answer => ({ isRight: toStatus(toText(answer, 'Status')) === 'SUCCESS', session: toSession(answer) })
  })
  if (!isRight) {
    throw createRefusal(AUTH_CODE_REJECTED)
  }
  return session
}

/** Amazon Cognito API Reference, VerifySoftwareToken, "Status". */
function toStatus (status: string): string {
  if (status !== 'SUCCESS' && status !== 'ERROR') {
    throw new TypeError('a status that means nothing')
  }
  return status
}

async function setPreference (calls: Calls, accessToken: string, isOn: boolean): Promise<void> {
  const input = { AccessToken: accessToken, SoftwareTokenMfaSettings: { Enabled: isOn, PreferredMfa: isOn } }
  await calls.ask({ operation: 'SetUserMFAPreference', input, refusals: OF_TOKEN, toResult: ignore })
}
