import type { JwtProvider } from '../../lib/index.js'

/** A provider that says how often it was asked to verify. */
export interface CountingProvider extends JwtProvider {
  readonly verified: () => number
}

/** The same provider, counted. */
export function counting (provider: JwtProvider): CountingProvider {
  let count = 0
  return {
    ...provider,
    get keyGeneration () { return provider.keyGeneration ?? 0 },
    verify (token, context) {
      count += 1
      return provider.verify(token, context)
    },
    verified: () => count
  }
}
