import { inspect } from 'node:util'

/** What was thrown, for a terminal: code or name, message and, when it has no code, the first line of the app that it came from. */
export function toReport (thrown: unknown): string {
  if (!(thrown instanceof Error)) return inspect(thrown)
  if ('code' in thrown && typeof thrown.code === 'string') return `${thrown.code}: ${thrown.message.replace(`${thrown.code}: `, '')}`
  const place = (thrown.stack ?? '').split('\n').find(line => /^(?: +at |file:)(?!.*(?:node:|node_modules))/.test(line))
  return `${thrown.name}: ${thrown.message}${place === undefined ? '' : `\n  ${place.trim()}`}`
}
