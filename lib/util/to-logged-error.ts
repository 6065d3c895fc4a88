// what constructors and codes are called: short, and no place for somebody's token
const word = /^[A-Za-z_]\w{0,63}$/

/** What may be logged of an error of others: who it is, as far as its name and its code are words. Its text may hold claims, addresses and passwords. */
export function toLoggedError (error: unknown): object | null {
  try {
    if (!(error instanceof Error)) {
      return null
    }
    const { name, code } = error as { name: unknown, code?: unknown }
    return { name: toWord(name), code: toWord(code) }
  } catch {
    // An error that nobody can read says nothing.
    return null
  }
}

function toWord (value: unknown): string | null {
  return typeof value === 'string' && word.test(value) ? value : null
}
