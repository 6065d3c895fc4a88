import { AUTH_OPTION_INVALID } from '../../errors.js'
import { describeError } from '../../util/describe-error.js'

/** A client of Amazon Cognito user pools, as the AWS SDK for JavaScript has it: `new CognitoIdentityProviderClient({ region })`. */
export interface CognitoClient {
  send (command: object, options?: { readonly abortSignal?: AbortSignal }): Promise<unknown>
  destroy? (): void
}

/** What is used of the package of the AWS SDK, in words of our own: who does not have it can read our types all the same. */
export interface CognitoSdk {
  readonly CognitoIdentityProviderClient: new (config: Readonly<Record<string, unknown>>) => CognitoClient
  readonly GetUserCommand: new (input: { readonly AccessToken: string }) => object
  readonly AdminGetUserCommand: new (input: { readonly UserPoolId: string, readonly Username: string }) => object
}

/** Loads the package. */
export type LoadSdk = () => Promise<CognitoSdk>

/** Loads the package of the AWS SDK: only who needs it has to install it. */
export async function loadSdk (): Promise<CognitoSdk> {
  return await import('@aws-sdk/client-cognito-identity-provider') as unknown as CognitoSdk
}

/**
 * What `load` gives.
 * @throws {AUTH_OPTION_INVALID} saying what to install, where the package is missing
 */
export async function requireSdk<T> (factory: string, load: () => Promise<T>, name = '@aws-sdk/client-cognito-identity-provider'): Promise<T> {
  try {
    return await load()
  } catch (error) {
    if (describeError(error)?.code !== 'ERR_MODULE_NOT_FOUND') {
      throw error
    }
    throw new AUTH_OPTION_INVALID(`${factory} needs a package that is not installed: npm install ${name}`)
  }
}
