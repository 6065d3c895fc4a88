/** Others' errors may carry claims, addresses and passwords in their text: only who they are is told. */
export function toLoggedError (error: unknown): object | null {
  if (!(error instanceof Error)) {
    return null
  }
  const { code } = error as { code?: unknown }
  return { name: error.name, code: typeof code === 'string' ? code : null }
}
