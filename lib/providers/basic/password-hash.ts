/** A stored hash, taken apart. */
export interface PasswordHash {
  /** Whether a new hash would be made in another way. */
  readonly isOutdated: boolean
  /** Never on the event loop. Rejects where it could not be found out. */
  verify (password: string): Promise<boolean>
}

/** Takes a stored hash of one format apart; `null` for what is none, or asks for more work than anybody would have meant. */
export type HashReader = (text: string) => PasswordHash | null
