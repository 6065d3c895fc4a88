/** What is kept of somebody who signs in with a password. */
export interface StoredCredentials {
  /** Who it is: 1 to 255 characters, for good. What he types to sign in may change. */
  readonly id: string
  /** As `hashPassword` made it; for other formats see `docs/basic.md`. */
  readonly passwordHash: string
  readonly name?: string | null
  readonly email?: string | null
  readonly emailVerified?: boolean | null
  readonly groups?: readonly string[]
  readonly roles?: readonly string[]
  readonly permissions?: readonly string[]
}

/** Finds those who sign in with a password. */
export interface CredentialsRepository {
  /** `null`: there is nobody of that name. Anything else that is no `StoredCredentials`, and a throw, is an outage: 503. */
  findByUsername (username: string): Promise<StoredCredentials | null>
  /** Called after a sign-in whose hash is outdated: replaces `from`, should it still be the stored one, with `to`. What it throws is logged, and the sign-in counts. */
  updateHash? (username: string, from: string, to: string): Promise<void>
  /** Called when the app closes. */
  close? (): Promise<void>
}
