import { isRecord } from '../../../util/is-record.js'

import type { ChallengeAnswer } from './actions.js'

/** Where the answer goes. Amazon Cognito API Reference, RespondToAuthChallenge, "ChallengeResponses". All others, and those that nobody knows yet, have `ANSWER`. */
const PARAMETERS: ReadonlyMap<string, string> = new Map([
  ['SOFTWARE_TOKEN_MFA', 'SOFTWARE_TOKEN_MFA_CODE'], ['SMS_MFA', 'SMS_MFA_CODE'], ['SMS_OTP', 'SMS_OTP_CODE'], ['EMAIL_OTP', 'EMAIL_OTP_CODE'],
  ['NEW_PASSWORD_REQUIRED', 'NEW_PASSWORD']
])

/** The responses to a challenge: who answers, and that the client knows its secret, is said last, so that nothing else says it. */
export function toChallengeResponses ({ challenge, username, answer, answers = {} }: Omit<ChallengeAnswer, 'session'>, secretHash: string | null): Readonly<Record<string, string>> {
  const { SECRET_HASH: _hash, USERNAME: _name, ...others } = answers
  return {
    ...others,
    ...answer !== undefined && { [PARAMETERS.get(challenge) ?? 'ANSWER']: answer },
    USERNAME: username,
    ...secretHash !== null && { SECRET_HASH: secretHash }
  }
}

/**
 * Further answers, copied.
 * @throws {TypeError} when they are no object with texts
 */
export function readAnswers (given: unknown): Readonly<Record<string, string>> {
  if (given === undefined) {
    return {}
  }
  const answers = isRecord(given) ? { ...given } : null
  if (answers === null || !Object.values(answers).every(text => typeof text === 'string')) {
    throw new TypeError('answers of respondToChallenge must be an object with texts')
  }
  return answers as Record<string, string>
}
