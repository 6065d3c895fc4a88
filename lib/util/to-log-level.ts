import type { LogLevel } from '../../types/options.js'

const LEVELS: ReadonlyMap<string, LogLevel> = new Map([
  ['fatal', 'fatal'], ['critical', 'fatal'],
  ['error', 'error'],
  ['warn', 'warn'], ['warning', 'warn'],
  ['info', 'info'],
  ['debug', 'debug'],
  ['trace', 'trace'], ['notset', 'trace'],
  ['silent', 'silent']
])

/** The pino level that a text names, in pino's words or in Python's, in any case; `null` when it names none. */
export function toLogLevel (text: string): LogLevel | null {
  return LEVELS.get(text.trim().toLowerCase()) ?? null
}
