import type { FastifyBaseLogger } from 'fastify'
import type { Seconds } from '../../../../types/units.js'

/** Who asks for an action. */
export interface ActionContext {
  /** The caller's address, which Amazon Cognito's threat protection looks at. Amazon Cognito API Reference, UserContextDataType. */
  readonly ipAddress?: string
  /** Where outages are noted: `request.log` for example. Default: nowhere. */
  readonly log?: FastifyBaseLogger
}

/** Tokens of a user. All three are secrets. */
export interface Tokens {
  readonly kind: 'tokens'
  readonly accessToken: string
  readonly idToken: string
  /** `null` after a refresh that gave no new one: the old one goes on. */
  readonly refreshToken: string | null
  /** How long the access token lives. Seconds. */
  readonly expiresInSeconds: Seconds
  readonly tokenType: 'Bearer'
  /** What the pool calls the user, as the access token says it without having been verified: what `refresh` needs beside a client secret. `null` when the token cannot be read. */
  readonly username: string | null
}

/** What the user has to do before there are tokens. */
export interface Challenge {
  readonly kind: 'challenge'
  /** Amazon Cognito's own name for it: `SOFTWARE_TOKEN_MFA`, `NEW_PASSWORD_REQUIRED` for example; or one that nobody knows yet. Amazon Cognito API Reference, InitiateAuth, "ChallengeName". */
  readonly challenge: string
  /** What ties the answer to the login: a secret, good for a few minutes and one answer. `null` where there is none. */
  readonly session: string | null
  /** What the answer must come with. */
  readonly username: string
  /** What Amazon Cognito says beside it, as it says it. */
  readonly parameters: Readonly<Record<string, string>>
}

/** Where a login leads. */
export type LoginResult = Tokens | Challenge

/** Where a code has gone. */
export interface Delivery {
  /** `'EMAIL'`, `'SMS'`. */
  readonly medium: string
  /** Most of it is stars. `null` when nobody may know. */
  readonly destination: string | null
}

/** A user, as his pool has him. */
export interface CognitoUser {
  /** His `sub`. */
  readonly id: string
  readonly username: string
  readonly email: string | null
  readonly emailVerified: boolean | null
  readonly name: string | null
  readonly groups: readonly string[]
  /** All of his attributes by their names, as Amazon Cognito writes them: texts. */
  readonly attributes: Readonly<Record<string, string>>
}

/** What an authenticator app needs. Secret and address are secrets. */
export interface TotpSetup {
  /** In base32. RFC 4648, section 6. */
  readonly secret: string
  /** What a QR code of it holds: `otpauth://totp/…`. */
  readonly uri: string
  /** What `verifyTotp` needs in place of the session that was given; `null` where there was an access token. */
  readonly session: string | null
}

/** A username and a password. */
export interface PasswordLogin {
  readonly username: string
  readonly password: string
}

/** The answer to a challenge. */
export interface ChallengeAnswer {
  readonly challenge: string
  /** The one that came with the challenge; `null` where none did. */
  readonly session: string | null
  /** The one that came with the challenge. */
  readonly username: string
  /** The one thing that most challenges ask for: a code, a new password, a choice. It goes where Amazon Cognito expects it. */
  readonly answer?: string
  /** What else there is to answer, by Amazon Cognito's own names: `userAttributes.given_name` for example. Amazon Cognito API Reference, RespondToAuthChallenge, "ChallengeResponses". */
  readonly answers?: Readonly<Record<string, string>>
}

/** A refresh token, and whose it is. */
export interface TokenRefresh {
  readonly refreshToken: string
  /** What the pool calls the user, `username` of the tokens for example. Needed beside a client secret, unless refresh tokens rotate. */
  readonly username?: string
}

/** An old password and a new one. */
export interface PasswordChange {
  readonly accessToken: string
  readonly previousPassword: string
  readonly proposedPassword: string
}

/** A new password, and the code that allows it. */
export interface PasswordReset {
  readonly username: string
  readonly code: string
  readonly password: string
}

/** Who sets up an authenticator app: somebody signed in, or somebody who has to do it while signing in. Exactly one of the two. */
export interface TotpHolder {
  readonly accessToken?: string
  /** The session of the challenge `MFA_SETUP`. */
  readonly session?: string
}

/** What an authenticator app is to be set up for. */
export interface TotpStart extends TotpHolder {
  /** What the app shows beside the issuer. Default: the username in the access token, where there is one. */
  readonly account?: string
}

/** The first code of an authenticator app. */
export interface TotpProof extends TotpHolder {
  readonly code: string
  /** What the pool calls the device. */
  readonly deviceName?: string
}

/**
 * What users of a pool do with their accounts. Every action rejects with a {@link TypeError}, which names it, for an argument of the wrong type, and with
 * `AUTH_PROVIDER_UNAVAILABLE` (503) when Amazon Cognito cannot be asked or its answer makes no sense; with `AUTH_TOO_MANY_REQUESTS` and `AUTH_TOO_MANY_FAILURES`
 * (429) when it is asked too often.
 */
export interface CognitoActions {
  /**
   * Signs a user in by his password.
   * @throws {AUTH_PASSWORD_REJECTED} 401, when there is no such user, or the password is another one: nobody learns which
   * @throws {AUTH_PASSWORD_RESET_REQUIRED} 401, when an administrator has reset it
   * @throws {AUTH_USER_UNCONFIRMED} 403, when he has signed up, and has not confirmed it
   * @throws {AUTH_LOGIN_DENIED} 403, when a trigger or the firewall of the pool says no
   * @see Amazon Cognito API Reference, InitiateAuth (`USER_PASSWORD_AUTH`)
   */
  logIn (login: PasswordLogin, context?: ActionContext): Promise<LoginResult>
  /**
   * Answers a challenge. The next may follow.
   * @throws {AUTH_CHALLENGE_REJECTED} 400, when the answer is wrong, or the session is over
   * @throws {AUTH_PASSWORD_UNSUITABLE} 400, when a new password is too weak
   * @throws {AUTH_MFA_UNAVAILABLE} 400, when an authenticator app is asked for, and none is set up
   * @throws {AUTH_USER_UNCONFIRMED} 403
   * @throws {AUTH_LOGIN_DENIED} 403, when a trigger or the firewall of the pool says no
   * @see Amazon Cognito API Reference, RespondToAuthChallenge
   */
  respondToChallenge (answer: ChallengeAnswer, context?: ActionContext): Promise<LoginResult>
  /**
   * New tokens for a refresh token.
   * @throws {AUTH_TOKEN_INVALID} 401, when it is over or revoked, or is none
   * @see Amazon Cognito API Reference, InitiateAuth (`REFRESH_TOKEN_AUTH`) and GetTokensFromRefreshToken
   */
  refresh (refresh: TokenRefresh, context?: ActionContext): Promise<Tokens>
  /**
   * Ends all logins of a user: his refresh tokens are over. Access tokens that nobody asks Amazon Cognito about stay valid until they expire.
   * @throws {AUTH_TOKEN_INVALID} 401
   * @see Amazon Cognito API Reference, GlobalSignOut
   */
  logOut (holder: { readonly accessToken: string }, context?: ActionContext): Promise<void>
  /**
   * Ends the login that a refresh token is of, and its access tokens where somebody asks Amazon Cognito about them.
   * @throws {AUTH_TOKEN_INVALID} 401, when it is no refresh token: then nothing has ended
   * @see Amazon Cognito API Reference, RevokeToken; RFC 7009, section 2.2
   */
  revokeToken (token: { readonly refreshToken: string }, context?: ActionContext): Promise<void>
  /**
   * Who a user is, with all his attributes and groups. The groups are asked for as the app, which must be allowed `cognito-idp:AdminListGroupsForUser`.
   * @throws {AUTH_TOKEN_INVALID} 401
   * @see Amazon Cognito API Reference, GetUser and AdminListGroupsForUser
   */
  fetchUser (holder: { readonly accessToken: string }, context?: ActionContext): Promise<CognitoUser>
  /**
   * Gives a user another password.
   * @throws {AUTH_PASSWORD_REJECTED} 401, when the previous one is wrong
   * @throws {AUTH_TOKEN_INVALID} 401, when the access token is over or revoked
   * @throws {AUTH_PASSWORD_UNSUITABLE} 400, when the new one is too weak, or was used before
   * @see Amazon Cognito API Reference, ChangePassword
   */
  changePassword (change: PasswordChange, context?: ActionContext): Promise<void>
  /**
   * Sends a code to a user who has forgotten his password. Nobody learns whether there is such a user.
   * @see Amazon Cognito API Reference, ForgotPassword
   */
  forgotPassword (user: { readonly username: string }, context?: ActionContext): Promise<Delivery>
  /**
   * Gives a user who has been sent a code a new password.
   * @throws {AUTH_CODE_REJECTED} 400, when the code is wrong or over, or there is no such user: nobody learns which
   * @throws {AUTH_PASSWORD_UNSUITABLE} 400, when the password is too weak, or was used before
   * @see Amazon Cognito API Reference, ConfirmForgotPassword
   */
  resetPassword (reset: PasswordReset, context?: ActionContext): Promise<void>
  /**
   * A secret for an authenticator app. It counts once `verifyTotp` has seen a code of it.
   * @throws {AUTH_TOKEN_INVALID} 401, for an access token that is none or over
   * @throws {AUTH_CHALLENGE_REJECTED} 400, for a session that is none or over
   * @throws {AUTH_MFA_UNAVAILABLE} 400, when the pool does not have authenticator apps
   * @see Amazon Cognito API Reference, AssociateSoftwareToken
   */
  setUpTotp (start: TotpStart, context?: ActionContext): Promise<TotpSetup>
  /**
   * Shows that an authenticator app has the secret. With an access token it is then asked for at every login; with a session, whose successor this gives,
   * the challenge `MFA_SETUP` can be answered.
   * @throws {AUTH_CODE_REJECTED} 400, when the code is wrong
   * @throws {AUTH_TOKEN_INVALID} 401, for an access token that is none or over
   * @throws {AUTH_CHALLENGE_REJECTED} 400, for a session that is none or over
   * @throws {AUTH_MFA_UNAVAILABLE} 400, when no secret has been asked for, or the pool does not have authenticator apps
   * @see Amazon Cognito API Reference, VerifySoftwareToken and SetUserMFAPreference
   */
  verifyTotp (proof: TotpProof, context?: ActionContext): Promise<{ readonly session: string | null }>
  /**
   * Stops asking a user for codes of his authenticator app. It takes one of them, of the app that was set up last. That keeps away mistakes, and no thief: with
   * an access token Amazon Cognito lets anybody set up an app of his own.
   * @throws {AUTH_CODE_REJECTED} 400, when the code is wrong
   * @throws {AUTH_TOKEN_INVALID} 401
   * @throws {AUTH_MFA_UNAVAILABLE} 400, when there is no authenticator app, or the pool demands one
   * @see Amazon Cognito API Reference, VerifySoftwareToken and SetUserMFAPreference
   */
  disableTotp (proof: { readonly accessToken: string, readonly code: string }, context?: ActionContext): Promise<void>
  /**
   * Sees to it that what the actions need is there.
   * @throws {AUTH_OPTION_INVALID} where the package of the AWS SDK is missing, or older than `refreshTokenRotation` needs
   */
  warmUp (): Promise<void>
  /** Closes connections. The next action opens new ones. */
  close (): void
}
