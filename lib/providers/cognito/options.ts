import { Type } from '@sinclair/typebox'

import { commonJwtProperties } from '../jwt/options.js'

import type { CommonJwtOptions } from '../jwt/common-options.js'
import type { OneOrMore } from '../../../types/units.js'

/** Options of `cognito`. */
export interface CognitoOptions extends Omit<CommonJwtOptions, 'audience'> {
  /** The id of the user pool, `us-east-1_abcdEFGH1` for example. Its region and its issuers are known from it. Amazon Cognito API Reference, UserPoolType. */
  readonly userPoolId: string
  /**
   * The app clients whose tokens count: `client_id` of access tokens, `aud` of ID tokens. No default: write `null` to accept every client of the pool,
   * those that others make tomorrow too. Amazon Cognito Developer Guide, "Verifying JSON web tokens".
   */
  readonly clientId: OneOrMore<string> | null
  /**
   * The region of the pool, which is checked against its id; or a list of it and the regions that the pool is replicated to, whose tokens may name their own
   * region in `iss` and are verified with the keys of that region. Default: the region in the id. Amazon Cognito Developer Guide, "Multi-Region replication for user pools".
   */
  readonly region?: OneOrMore<string>
  /**
   * What an access token that has an `aud` must be meant for, at least one of these. Cognito writes `aud` into access tokens only when a client asks for
   * one resource or a Lambda function adds it; a token without is not refused for that. Default: the app clients. Amazon Cognito Developer Guide, "Resource binding".
   */
  readonly audience?: OneOrMore<string>
  /** What tokens write in `iss`, in place of Amazon's addresses: for emulators. Any pool id goes with it. */
  readonly issuer?: string
  /**
   * Where the keys are: https, or http on this machine outside production. Default: `/.well-known/jwks.json` below the pool's original issuer,
   * which every pool has, or below `issuer`.
   */
  readonly jwksUri?: string
  /**
   * Where people sign in: the pool's own domain (`auth.example.com`, `https://auth.example.com`), or its prefix at `amazoncognito.com`. OpenAPI documents
   * then describe tokens by the authorization code flow. Default: none, and they are described as bearer tokens.
   */
  readonly domain?: string
}

const text = Type.String({ minLength: 1, description: 'a text that is not empty' })
const texts = Type.Array(text, { minItems: 1, uniqueItems: true })

/** What `cognito` accepts. */
export const cognitoOptionsSchema = Type.Object({
  userPoolId: Type.String({ pattern: '^[A-Za-z0-9_-]+_[A-Za-z0-9]+$', maxLength: 55, description: 'the id of a user pool, like us-east-1_abcdEFGH1' }),
  clientId: Type.Union([text, texts, Type.Null()], { description: 'a text, a list of texts, or null to accept every app client of the pool' }),
  ...commonJwtProperties,
  audience: Type.Optional(Type.Union([text, texts], { description: 'a text or a list of texts' })),
  region: Type.Optional(Type.Union([text, texts], { description: 'a region or a list of regions' })),
  issuer: Type.Optional(text),
  jwksUri: Type.Optional(text),
  domain: Type.Optional(text)
}, { additionalProperties: false, description: 'an object with options' })
