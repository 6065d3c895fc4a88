import { IDENTITY_PACKAGE } from './load-identity-sdk.js'
import { requireSdk } from './load-sdk.js'
import { toCredentialParts, toIdentityId } from './credential-answers.js'
import { AUTH_POLICY_DENIED, AUTH_PROVIDER_UNAVAILABLE } from '../../errors.js'
import { describeError } from '../../util/describe-error.js'

import type { FastifyBaseLogger } from 'fastify'
import type { IdentityPoolSettings } from './identity-pool-options.js'
import type { IdentitySdk } from './load-identity-sdk.js'
import type { CognitoClient } from './load-sdk.js'
import type { CredentialParts } from './temporary-credentials.js'
import type { AuthError } from '../../../types/verdict.js'
import type { Count } from '../../../types/units.js'

/** The first try counts, too: whoever asks waits, and asks again. */
const MAX_ATTEMPTS: Count = 2

/** What the service says of a user, and not of itself. Amazon Cognito Federated Identities API Reference, GetCredentialsForIdentity, "Errors". */
const REFUSALS: readonly unknown[] = ['NotAuthorizedException', 'ResourceConflictException']

/** Amazon Cognito's federated identities, asked with tokens of users: no key of the app signs. */
export class IdentityService {
  readonly #settings: IdentityPoolSettings
  readonly #load: () => Promise<IdentitySdk>
  #client: CognitoClient | null = null

  constructor (settings: IdentityPoolSettings, load: () => Promise<IdentitySdk>) {
    this.#settings = settings
    this.#load = load
  }

  /** @throws {AUTH_OPTION_INVALID} where the package of the AWS SDK is missing */
  async warmUp (): Promise<void> {
    await requireSdk('identityPool', this.#load, IDENTITY_PACKAGE)
  }

  /**
   * Credentials for whom a token is.
   * @throws {AUTH_POLICY_DENIED} 403, when the service gives this user none
   * @throws {AUTH_PROVIDER_UNAVAILABLE} 503, when it cannot be asked, or gives an answer that is none
   */
  async exchange (token: string, log: FastifyBaseLogger): Promise<CredentialParts> {
    const signal = AbortSignal.timeout(this.#settings.timeoutMs)
    try {
      return await this.#ask(token, signal)
    } catch (error) {
      throw toRefusal(error, signal, log)
    }
  }

  /** Closes its connections. Another app may go on with the same pool: then there are new ones. */
  close (): void {
    this.#client?.destroy?.()
    this.#client = null
  }

  async #ask (token: string, signal: AbortSignal): Promise<CredentialParts> {
    const { identityPoolId, providerName } = this.#settings
    const sdk = await requireSdk('identityPool', this.#load, IDENTITY_PACKAGE)
    const client = this.#client ??= this.#createClient(sdk)
    const logins = { [providerName]: token }
    const identityId = toIdentityId(await client.send(new sdk.GetIdCommand({ IdentityPoolId: identityPoolId, Logins: logins }), { abortSignal: signal }))
    return toCredentialParts(await client.send(new sdk.GetCredentialsForIdentityCommand({ IdentityId: identityId, Logins: logins }), { abortSignal: signal }), identityId)
  }

  #createClient ({ CognitoIdentityClient }: IdentitySdk): CognitoClient {
    const { region, endpoint } = this.#settings
    return new CognitoIdentityClient({ region, maxAttempts: MAX_ATTEMPTS, ...endpoint !== null && { endpoint } })
  }
}

function toRefusal (thrown: unknown, signal: AbortSignal, log: FastifyBaseLogger): AuthError {
  const error = describeError(thrown)
  if (REFUSALS.includes(error?.name)) {
    return new AUTH_POLICY_DENIED({ reason: 'identity_pool', error })
  }
  const reason = signal.aborted ? 'provider_timeout' : 'provider_failed'
  log.error({ provider: 'identityPool', reason, error }, 'Amazon Cognito gave no AWS credentials; who needs them gets 503')
  return new AUTH_PROVIDER_UNAVAILABLE({ reason })
}
