import { toAttributes } from '../profile-attributes.js'
import { isRecord } from '../../../util/is-record.js'
import { parseUnverifiedJwt } from '../../../util/jwt-text.js'

import type { Challenge, CognitoUser, Delivery, LoginResult, Tokens } from './actions.js'
import type { Seconds } from '../../../../types/units.js'

/** What Amazon Cognito means when it says nothing. Amazon Cognito API Reference, AuthenticationResultType. */
const DEFAULT_SECONDS: Seconds = 3600

/**
 * Where an answer to a login, or to a challenge of one, leads. It says one of two things, never both.
 * @throws {TypeError} when the answer has another shape; it is never quoted
 * @see Amazon Cognito API Reference, InitiateAuth and RespondToAuthChallenge, "Response Elements"
 */
export function toLoginResult (answer: unknown, username: string): LoginResult {
  const { AuthenticationResult: result, ChallengeName: challenge } = toRecord(answer)
  if (isText(challenge) === isRecord(result)) {
    throw new TypeError('neither tokens nor a challenge')
  }
  return isText(challenge) ? toChallenge(answer, challenge, username) : toTokens(answer)
}

/**
 * The tokens of an answer.
 * @throws {TypeError} when the answer has another shape, or leads to a challenge; it is never quoted
 */
export function toTokens (answer: unknown): Tokens {
  const { AuthenticationResult: result, ChallengeName: challenge } = toRecord(answer)
  const { AccessToken: accessToken, IdToken: idToken, RefreshToken: refreshToken, ExpiresIn: expiresIn, TokenType: type } = toRecord(result)
  const expiresInSeconds = expiresIn ?? DEFAULT_SECONDS
  assertThat(!isText(challenge) && isText(accessToken) && isText(idToken))
  assertThat(typeof expiresInSeconds === 'number' && Number.isSafeInteger(expiresInSeconds) && expiresInSeconds > 0)
  assertThat(/^bearer$/i.test(String(type ?? 'Bearer')))
  return Object.freeze({ kind: 'tokens', accessToken, idToken, refreshToken: toOptionalText(refreshToken), expiresInSeconds, tokenType: 'Bearer', username: toUsername(accessToken) })
}

/** What the pool calls the user, as his access token says it; nobody has verified it. `null` when it says nothing. */
export function toUsername (accessToken: string): string | null {
  const username = parseUnverifiedJwt(accessToken)?.payload['username']
  return isText(username) ? username : null
}

/**
 * Where a code has gone.
 * @throws {TypeError} when the answer has another shape
 */
export function toDelivery (answer: unknown): Delivery {
  const { CodeDeliveryDetails: details = {} } = toRecord(answer)
  assertThat(isRecord(details))
  const { DeliveryMedium: medium, Destination: destination } = details
  return Object.freeze({ medium: toOptionalText(medium) ?? 'EMAIL', destination: toOptionalText(destination) })
}

/**
 * A user in an answer to `GetUser`, without his groups.
 * @throws {TypeError} when the answer has another shape; it is never quoted
 */
export function toUser (answer: unknown): Omit<CognitoUser, 'groups'> {
  const attributes = toAttributes(answer) as Readonly<Record<string, string>>
  const { Username: username } = toRecord(answer)
  const { sub: id, email = null, name = null } = attributes
  assertThat(isText(username) && isText(id))
  return { id, username, email, emailVerified: toBoolean(attributes['email_verified']), name, attributes }
}

/** Some of a user's groups. */
export interface GroupsPage {
  readonly names: readonly string[]
  /** What to ask for the next ones with; `null` when there are none. */
  readonly next: string | null
}

/**
 * The groups in an answer to `AdminListGroupsForUser`.
 * @throws {TypeError} when the answer has another shape: a list that is missing is never an empty one
 */
export function toGroupsPage (answer: unknown): GroupsPage {
  const { Groups: groups, NextToken: next } = toRecord(answer)
  assertThat(Array.isArray(groups))
  const names = (groups as readonly unknown[]).map(group => toRecord(group)['GroupName'])
  assertThat(names.every(isText))
  return { names: names as readonly string[], next: toOptionalText(next) }
}

/**
 * A text of an answer that has to be there.
 * @throws {TypeError} when it is not
 */
export function toText (answer: unknown, name: string): string {
  const text = toRecord(answer)[name]
  assertThat(isText(text))
  return text
}

/**
 * What the next call needs in place of the session that was given; `null` where there is none.
 * @throws {TypeError} when it is no text
 */
export function toSession (answer: unknown): string | null {
  return toOptionalText(toRecord(answer)['Session'])
}

function toChallenge (answer: unknown, challenge: string, typed: string): Challenge {
  const parameters = toParameters(toRecord(answer)['ChallengeParameters'])
  const { USER_ID_FOR_SRP: username } = parameters
  return Object.freeze({ kind: 'challenge', challenge, session: toSession(answer), username: isText(username) ? username : typed, parameters })
}

/** Without a prototype: a trigger may name them as it likes. */
function toParameters (value: unknown): Readonly<Record<string, string>> {
  const parameters = value ?? {}
  assertThat(isRecord(parameters) && Object.values(parameters).every(text => typeof text === 'string'))
  return Object.freeze(Object.assign(Object.create(null) as Record<string, string>, parameters))
}

function toBoolean (text: string | undefined): boolean | null {
  assertThat(text === undefined || /^(?:true|false)$/i.test(text))
  return text === undefined ? null : text.toLowerCase() === 'true'
}

function toOptionalText (value: unknown): string | null {
  const text = value ?? null
  assertThat(text === null || isText(text))
  return text
}

function toRecord (value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {}
}

function isText (value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function assertThat (isRight: boolean): asserts isRight {
  if (!isRight) {
    throw new TypeError('the answer has another shape')
  }
}
