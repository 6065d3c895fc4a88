/** AWS credentials of one user, for a while. The AWS SDK takes them as they are. */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  /** When they end. */
  readonly expiration: Date
  /** Who the user is in the identity pool, `us-east-1:aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee` for example: what roles call `${cognito-identity.amazonaws.com:sub}`. */
  readonly identityId: string
}

/** The same, as plain data. */
export interface CredentialParts {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  /** In milliseconds since 1970. */
  readonly expiresAtMs: number
  readonly identityId: string
}

/** Shows its keys to who asks for one by name, and to nobody who copies, prints or serialises all there is. */
export class TemporaryCredentials implements AwsCredentials {
  readonly #parts: CredentialParts
  /** Where the AWS SDK notes how it came by credentials. */
  readonly #source: Record<string, unknown> = {}

  constructor (parts: CredentialParts) {
    this.#parts = parts
    Object.freeze(this)
  }

  get accessKeyId (): string {
    return this.#parts.accessKeyId
  }

  get secretAccessKey (): string {
    return this.#parts.secretAccessKey
  }

  get sessionToken (): string {
    return this.#parts.sessionToken
  }

  get expiration (): Date {
    return new Date(this.#parts.expiresAtMs)
  }

  get identityId (): string {
    return this.#parts.identityId
  }

  get $source (): Record<string, unknown> {
    return this.#source
  }

  toJSON (): object {
    return { identityId: this.identityId, expiration: this.expiration }
  }
}
