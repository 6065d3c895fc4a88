import { Type } from '@sinclair/typebox'

import { CREDENTIALS, isCredentials } from './is-credentials.js'
import { ALLOWED_URL, isAllowedUrl } from '../jwt/is-allowed-url.js'
import { assertOptions } from '../jwt/resolve-settings.js'
import { AUTH_OPTION_INVALID } from '../../errors.js'
import { isRecord } from '../../util/is-record.js'

import type { CognitoClient } from './load-sdk.js'

/** Credentials of the app, as the AWS SDK has them. */
export interface AwsKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** Options of `cognitoProfile`. */
export interface CognitoProfileOptions {
  /**
   * Asks as the app, for users of this pool alone: `AdminGetUser`, which the app's role must be allowed (`cognito-idp:AdminGetUser`). Default: the user's own
   * access token asks, for users of every pool: `GetUser`, for which the token needs the scope `aws.cognito.signin.user.admin`. Amazon Cognito API Reference.
   */
  readonly userPoolId?: string
  /** The app's credentials, or what gives them, beside `userPoolId`. Default: those that the AWS SDK finds in the environment, its files, the container or the instance. */
  readonly credentials?: AwsKeys | (() => Promise<AwsKeys>)
  /** Where Amazon Cognito is, for emulators: https, or http on this machine outside production. Default: that of the pool's region. */
  readonly endpoint?: string
  /** A client of the app's own in place of one for each region, with its region, credentials and endpoint. It is not closed with the app. */
  readonly client?: CognitoClient
}

/** What `cognitoProfile` accepts. */
export const cognitoProfileOptionsSchema = Type.Object({
  userPoolId: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]+_[A-Za-z0-9]+$', maxLength: 55, description: 'the id of a user pool, like us-east-1_abcdEFGH1' })),
  credentials: Type.Optional(Type.Unknown({ description: CREDENTIALS })),
  endpoint: Type.Optional(Type.String({ description: ALLOWED_URL })),
  client: Type.Optional(Type.Unknown({ description: 'a client of the AWS SDK' }))
}, { additionalProperties: false, description: 'an object with options' })

/**
 * A frozen copy of options that anybody may have written.
 * @throws {AUTH_OPTION_INVALID} naming the first that is unknown or wrong, or does not go with the others
 */
export function resolveProfileOptions (options: unknown): CognitoProfileOptions {
  assertOptions<CognitoProfileOptions>(cognitoProfileOptionsSchema, options, path => ['cognitoProfile', ...path].join('.'))
  const { userPoolId, credentials, endpoint, client } = options
  assertThat(endpoint === undefined || isAllowedUrl(endpoint), `endpoint must be ${ALLOWED_URL}`)
  assertThat(client === undefined || (isRecord(client) && typeof client['send'] === 'function'), 'client must be a client of the AWS SDK: an object with the method send')
  assertThat(client === undefined || (credentials === undefined && endpoint === undefined), 'client has credentials and an endpoint of its own: they must not be given beside it')
  assertThat(credentials === undefined || isCredentials(credentials), `credentials must be ${CREDENTIALS}`)
  assertThat(credentials === undefined || userPoolId !== undefined, 'credentials need userPoolId beside them: without it, the token of the user is what asks')
  return Object.freeze({ ...options, ...typeof credentials === 'object' && { credentials: Object.freeze({ ...credentials }) } })
}

function assertThat (isRight: boolean, problem: string): void {
  if (!isRight) {
    throw new AUTH_OPTION_INVALID(`cognitoProfile.${problem}`)
  }
}
