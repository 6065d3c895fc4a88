/** `TypeError`, `ECONNREFUSED`, `ERR_INVALID_URL`, `23505`, `42P01`: nothing that could be a secret or a sentence. */
const WORD = /^(?:[A-Z][A-Za-z]{0,49}|[A-Z][A-Z\d]*(?:_[A-Z\d]+)*|\d{1,8}|\d[\dA-Z]{4})$/

/** Who an error of others is, where that is a name. */
export interface DescribedError {
  readonly name: string | null
  readonly code: string | null
}

/**
 * What of somebody else's error may stand in a log: its text, its cause and its other members may hold claims, addresses and passwords.
 * `null` for what is no error, and for what fails who reads it.
 */
export function describeError (error: unknown): DescribedError | null {
  try {
    return error instanceof Error ? { name: toWord(error.name), code: toWord((error as { readonly code?: unknown }).code) } : null
  } catch {
    return null
  }
}

function toWord (text: unknown): string | null {
  return typeof text === 'string' && text.length <= 60 && WORD.test(text) ? text : null
}
