import { Type } from '@sinclair/typebox'

import { CREDENTIALS, isCredentials } from '../is-credentials.js'
import { toRegion } from '../to-region.js'
import { ALLOWED_URL, isAllowedUrl } from '../../jwt/is-allowed-url.js'
import { assertOptions } from '../../jwt/resolve-settings.js'
import { AUTH_OPTION_INVALID } from '../../../errors.js'
import { isRecord } from '../../../util/is-record.js'

import type { CognitoClient } from '../load-sdk.js'
import type { AwsKeys } from '../profile-options.js'
import type { Milliseconds } from '../../../../types/units.js'

/** Options of `cognitoActions`. */
export interface CognitoActionsOptions {
  /** The id of the pool, `us-east-1_abcdEFGH1` for example. */
  readonly userPoolId: string
  /** The app client that everything is done as. For `logIn` it needs the flow `ALLOW_USER_PASSWORD_AUTH`. */
  readonly clientId: string
  /** The secret of the app client, where it has one. Amazon Cognito Developer Guide, "Computing secret hash values". */
  readonly clientSecret?: string
  /** The region of the pool, which is checked against its id. Default: the region in the id; for ids without one, of emulators, it must be given. */
  readonly region?: string
  /** Where Amazon Cognito is, for emulators: https, or http on this machine outside production. Default: that of the region. */
  readonly endpoint?: string
  /**
   * The app's credentials, or what gives them: `fetchUser` asks for groups with them (`cognito-idp:AdminListGroupsForUser`), nothing else does. Default: those
   * that the AWS SDK finds in the environment, its files, the container or the instance.
   */
  readonly credentials?: AwsKeys | (() => Promise<AwsKeys>)
  /** A client of the app's own, with its region, credentials and endpoint. It is not closed with the app. */
  readonly client?: CognitoClient
  /** What authenticator apps show as the issuer: no colon. Default: the id of the pool. */
  readonly totpIssuer?: string
  /**
   * Whether the app client has `PreventUserExistenceErrors` on `ENABLED`. Only then is it passed on where a code went: Amazon Cognito makes something up for
   * users who do not exist. Default `false`: nobody hears it.
   */
  readonly preventUserExistenceErrors?: boolean
  /** Whether the app client rotates refresh tokens: `refresh` then gives a new one each time. Default `false`. */
  readonly refreshTokenRotation?: boolean
  /** How long an action may take, all its calls and their second tries. Milliseconds, 1 to 60,000; default 5,000. */
  readonly timeoutMs?: Milliseconds
}

/** What follows from the options. */
export interface ActionsSettings {
  readonly userPoolId: string
  readonly clientId: string
  readonly clientSecret: string | null
  /** The app's own client; `null`: one is made of `config`. */
  readonly client: CognitoClient | null
  readonly config: Readonly<Record<string, unknown>>
  readonly totpIssuer: string
  readonly preventUserExistenceErrors: boolean
  readonly refreshTokenRotation: boolean
  readonly timeoutMs: Milliseconds
}

const flag = Type.Optional(Type.Boolean({ description: 'true or false' }))

/** What `cognitoActions` accepts. */
export const cognitoActionsOptionsSchema = Type.Object({
  userPoolId: Type.String({ pattern: '^[A-Za-z0-9_-]+_[A-Za-z0-9]+$', maxLength: 55, description: 'the id of a user pool, like us-east-1_abcdEFGH1' }),
  clientId: Type.String({ pattern: '^[\\w+]+$', maxLength: 128, description: 'the id of an app client: letters, digits, _ and +' }),
  clientSecret: Type.Optional(Type.String({ minLength: 1, description: 'a text that is not empty' })),
  region: Type.Optional(Type.String({ minLength: 1, description: 'a region' })),
  endpoint: Type.Optional(Type.String({ description: ALLOWED_URL })),
  credentials: Type.Optional(Type.Unknown({ description: CREDENTIALS })),
  client: Type.Optional(Type.Unknown({ description: 'a client of the AWS SDK' })),
  totpIssuer: Type.Optional(Type.String({ pattern: '^[^:]+$', description: 'a text that is not empty, without a colon' })),
  preventUserExistenceErrors: flag,
  refreshTokenRotation: flag,
  timeoutMs: Type.Optional(Type.Integer({ minimum: 1, maximum: 60_000, description: 'a whole number from 1 to 60,000' }))
}, { additionalProperties: false, description: 'an object with options' })

/**
 * The settings that the options make.
 * @throws {AUTH_OPTION_INVALID} naming the first that is unknown or wrong, or does not go with the others
 */
export function resolveActionsOptions (options: unknown): ActionsSettings {
  assertOptions<CognitoActionsOptions>(cognitoActionsOptionsSchema, options, path => ['cognitoActions', ...path].join('.'))
  assertTogether(options)
  const {
    userPoolId, clientId, clientSecret = null, client = null, totpIssuer = userPoolId, preventUserExistenceErrors = false, refreshTokenRotation = false, timeoutMs = 5_000
  } = options
  const config = client === null ? toConfig(options) : {}
  return Object.freeze({ userPoolId, clientId, clientSecret, client, config, totpIssuer, preventUserExistenceErrors, refreshTokenRotation, timeoutMs })
}

/** What a client of the SDK is made of. It writes into the credentials that it is given. */
function toConfig (options: CognitoActionsOptions): ActionsSettings['config'] {
  const { userPoolId, region, endpoint, credentials } = options
  return {
    region: toRegion({ factory: 'cognitoActions', idOption: 'userPoolId', home: userPoolId.slice(0, userPoolId.lastIndexOf('_')), region }),
    ...endpoint !== undefined && { endpoint },
    ...credentials !== undefined && { credentials: typeof credentials === 'function' ? credentials : { ...credentials } }
  }
}

function assertTogether ({ region, endpoint, credentials, client }: CognitoActionsOptions): void {
  assertThat(endpoint === undefined || isAllowedUrl(endpoint), `endpoint must be ${ALLOWED_URL}`)
  assertThat(client === undefined || (isRecord(client) && typeof client['send'] === 'function'), 'client must be a client of the AWS SDK: an object with the method send')
  const isAlone = region === undefined && endpoint === undefined && credentials === undefined
  assertThat(client === undefined || isAlone, 'client has a region, credentials and an endpoint of its own: they must not be given beside it')
  assertThat(credentials === undefined || isCredentials(credentials), `credentials must be ${CREDENTIALS}`)
}

function assertThat (isRight: boolean, problem: string): void {
  if (!isRight) {
    throw new AUTH_OPTION_INVALID(`cognitoActions.${problem}`)
  }
}
