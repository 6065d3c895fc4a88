import type { FailureLimitSettings } from './failure-limit.js'
import type { FailureLimitOptions } from '../types/options.js'

/** The option `failureLimit` after its check, with its defaults. */
export function resolveFailureLimit ({ max = 10, windowSeconds = 300, store }: FailureLimitOptions = {}): FailureLimitSettings {
  return Object.freeze({ max, windowSeconds, store: store ?? null })
}
