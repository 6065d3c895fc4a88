import { Type } from '@sinclair/typebox'

import { oidcOptionsSchema } from './options.js'

import type { OidcOptions } from './options.js'
import type { OneOrMore } from '../../../types/units.js'

/** Options of `google`. */
export interface GoogleOptions extends Omit<OidcOptions, 'issuer' | 'tokenUse' | 'typ'> {
  /** For stand-ins of Google in tests. Default: Google's, in both of its spellings. */
  readonly issuer?: string
  /**
   * Domains of Google Workspace or Cloud organizations whose people may come in (`hd`), compared exactly. Default: everybody with a Google account.
   * https://developers.google.com/identity/openid-connect/openid-connect#validatinganidtoken
   */
  readonly hostedDomain?: OneOrMore<string>
  /**
   * Service accounts that may come in, by verified e-mail address or by unique id. Default: none, since anybody can make one and have it ask for a
   * token with whatever audience. https://cloud.google.com/docs/authentication/token-types#id
   */
  readonly serviceAccounts?: OneOrMore<string>
}

const text = Type.String({ minLength: 1, description: 'a text that is not empty' })
const oneOrMore = Type.Union([text, Type.Array(text, { minItems: 1, uniqueItems: true })], { description: 'a text, or a list of texts' })

const { issuer, tokenUse, typ, ...others } = oidcOptionsSchema.properties

/** What `google` accepts. */
export const googleOptionsSchema = Type.Object({
  ...others,
  issuer: Type.Optional(issuer),
  hostedDomain: Type.Optional(oneOrMore),
  serviceAccounts: Type.Optional(oneOrMore)
}, { additionalProperties: false, description: 'an object with options' })
