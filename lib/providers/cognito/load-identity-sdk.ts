import type { CognitoClient } from './load-sdk.js'

/** The package that is used of the AWS SDK. */
export const IDENTITY_PACKAGE = '@aws-sdk/client-cognito-identity'

/** Who somebody is to the user pools and others that an identity pool trusts: their names there, and a token of each. */
type Logins = Readonly<Record<string, string>>

/** What is used of it, in words of our own: who does not have it can read our types all the same. */
export interface IdentitySdk {
  readonly CognitoIdentityClient: new (config: Readonly<Record<string, unknown>>) => CognitoClient
  readonly GetIdCommand: new (input: { readonly IdentityPoolId: string, readonly Logins: Logins }) => object
  readonly GetCredentialsForIdentityCommand: new (input: { readonly IdentityId: string, readonly Logins: Logins }) => object
}

/** Loads the package: only who needs it has to install it. */
export async function loadIdentitySdk (): Promise<IdentitySdk> {
  return await import('@aws-sdk/client-cognito-identity') as unknown as IdentitySdk
}
