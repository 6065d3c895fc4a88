import type { FieldValues } from './ruling.js'
import type { Seconds } from '../../../types/units.js'

/** What is longer is no time to wait but a way to say never. */
const MAX_SECONDS: Seconds = 86_400

/** How long the service wants to be left alone; `null` when it does not say. `Retry-After = HTTP-date / delay-seconds`. RFC 9110, section 10.2.3. */
export function readRetryAfter (headers: FieldValues): Seconds | null {
  const text = headers['retry-after']?.[0] ?? ''
  const seconds = /^\d{1,10}$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000
  return Number.isNaN(seconds) ? null : Math.min(Math.max(Math.ceil(seconds), 0), MAX_SECONDS)
}
