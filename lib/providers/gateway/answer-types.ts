import type { IdentityKind } from '../../../types/identity.js'
import type { AuthenticatedIdentity } from '../../../types/scheme.js'

/** What the service answered, as functions of the app's own get it. */
export interface ServiceAnswer {
  readonly status: number
  /** By name in lower case, one value a field. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  /** The body, where it is a JSON object by its type; else `null`. */
  readonly json: Readonly<Record<string, unknown>> | null
  readonly body: Uint8Array
}

/** A header of the answer. */
export interface AnswerHeaderSource {
  /** Its name, in any case. */
  readonly header: string
}

/**
 * Where in an answer a value stands: a member of the payload by its literal name, a path of names, a header; `null` reads nothing. A function finds it
 * itself; `undefined` and `null` are nothing.
 */
export type AnswerSource = string | readonly string[] | AnswerHeaderSource | null | ((answer: ServiceAnswer) => unknown)

/** Which parts of an answer make the user. */
export interface GatewayIdentityMapping {
  /** Where the payload is: a header that holds a JSON object, as it is or in base64. Default: the body, if it is JSON. It becomes `user.claims`. */
  readonly payload?: { readonly header: string, readonly encoding?: 'json' | 'base64' }
  /** Who it is: a text of 1 to 255 characters. An answer without is 503. Default `'sub'`, and where the answer has none, a digest of the credential. */
  readonly id?: AnswerSource
  /** Who says so. Default `null`: the gateway itself. */
  readonly issuer?: AnswerSource
  /** Default `'name'`. */
  readonly name?: AnswerSource
  /** Default `'email'`. */
  readonly email?: AnswerSource
  /** `true` or `false`. Default `null`, and `'email_verified'` where `email` has its default. */
  readonly emailVerified?: AnswerSource
  /** Default `'client_id'`. */
  readonly clientId?: AnswerSource
  /** A text with spaces between scopes, or a list. Default `'scope'`. */
  readonly scopes?: AnswerSource
  /** A list; a header is taken apart at its commas. Default `null`. */
  readonly groups?: AnswerSource
  /** Like `groups`. */
  readonly roles?: AnswerSource
  /** Like `groups`. */
  readonly permissions?: AnswerSource
  /** Seconds since 1970. Default `'exp'`. */
  readonly expiresAt?: AnswerSource
  /** `'human'` or `'machine'`; anything else is unknown. Default `null`. */
  readonly kind?: AnswerSource
}

/** A user as a function of the app's own makes it of an answer: who it is, and whatever else is known. */
export type GatewayIdentity = Partial<Omit<AuthenticatedIdentity, 'subject' | 'answerHeaders'>> & { readonly subject: string, readonly kind?: IdentityKind }

/** Makes the user of an answer. */
export type ToGatewayIdentity = (answer: ServiceAnswer) => GatewayIdentity | Promise<GatewayIdentity>
