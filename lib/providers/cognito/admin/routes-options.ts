import { Type } from '@sinclair/typebox'

import { failureLimitSchema } from '../../../options-schema.js'

import type { CognitoActions } from './actions.js'
import type { FailureLimitOptions } from '../../../../types/options.js'
import type { Seconds } from '../../../../types/units.js'

/** A list of the revoked that can be told of users: what `memoryRevocations` gives for example. */
export interface UserRevocations {
  revokeUser (issuer: string, id: string): void | Promise<void>
}

/** Options of the plugin `cognitoRoutes`, beside `prefix`. */
export interface CognitoRoutesOptions {
  /** What the routes call: what `cognitoActions` gave. */
  readonly actions: CognitoActions
  /** How tokens travel: in bodies, or in cookies that no script can read, for browsers. Default `'body'`. */
  readonly tokens?: 'body' | 'cookies'
  /**
   * How many wrong passwords, codes and challenges of an address, and of an account at an address, are answered; every request for a code counts. The rest is
   * 429 before Amazon Cognito is asked. Default: none; then `@fastify/rate-limit` must have been registered before.
   */
  readonly failureLimit?: FailureLimitOptions
  /** For `tokens: 'cookies'`: origins whose pages may use the routes, beside the app's own. Default none. */
  readonly trustedOrigins?: readonly string[]
  /** For `tokens: 'cookies'`: how long browsers keep the refresh token, which is what the app client says in Amazon Cognito. 60 to 315,360,000; default 2,592,000 (30 days). */
  readonly refreshTokenSeconds?: Seconds
  /** Is told of users who log out and of users with a new password: their access tokens end here, too. Give the gate the same list as `revocation`. Default: they end when they expire. */
  readonly revocations?: UserRevocations
}

/** What `cognitoRoutes` accepts. */
export const cognitoRoutesOptionsSchema = Type.Object({
  actions: Type.Object({}, { description: 'what cognitoActions({ … }) gave' }),
  tokens: Type.Optional(Type.Union([Type.Literal('body'), Type.Literal('cookies')], { description: "'body' or 'cookies'" })),
  failureLimit: Type.Optional(failureLimitSchema),
  trustedOrigins: Type.Optional(Type.Array(Type.String({ description: 'an origin' }), { description: 'a list of origins' })),
  refreshTokenSeconds: Type.Optional(Type.Integer({ minimum: 60, maximum: 315_360_000, description: 'a whole number of seconds from 60 to 315,360,000' })),
  revocations: Type.Optional(Type.Union([Type.Object({ revokeUser: Type.Function([], Type.Unknown()) }), Type.Never()], { description: 'an object with the method revokeUser' }))
}, { additionalProperties: false, description: 'an object with options' })
