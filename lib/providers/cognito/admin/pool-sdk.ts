import { loadSdk } from '../load-sdk.js'

import type { CognitoClient } from '../load-sdk.js'

/** What is asked of a user pool, by the names of the Amazon Cognito API Reference. */
export type Operation =
  | 'InitiateAuth' | 'RespondToAuthChallenge' | 'GetTokensFromRefreshToken' | 'GlobalSignOut' | 'RevokeToken'
  | 'GetUser' | 'AdminListGroupsForUser' | 'ChangePassword' | 'ForgotPassword' | 'ConfirmForgotPassword'
  | 'AssociateSoftwareToken' | 'VerifySoftwareToken' | 'SetUserMFAPreference'

/** What an operation is given. */
export type Input = Readonly<Record<string, unknown>>

/** What is used of the package of the AWS SDK, in words of our own: who does not have it can read our types all the same. */
export type PoolSdk = { readonly [Name in Operation as `${Name}Command`]: new (input: Input) => object } & {
  readonly CognitoIdentityProviderClient: new (config: Input) => CognitoClient
}

/** Loads the package of the AWS SDK: only who needs it has to install it. */
export async function loadPoolSdk (): Promise<PoolSdk> {
  return await loadSdk() as unknown as PoolSdk
}
