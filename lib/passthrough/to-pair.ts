import type { AuthPair } from '../../types/passthrough.js'

/** `token = 1*tchar`. RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/i

/** `field-value`, as far as a header can hold it: no control characters, nothing beyond Latin-1. RFC 9110, section 5.5. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/** What a connection needs for itself says nothing of a caller. RFC 9110, sections 7.2, 7.6.1 and 8.6; RFC 9112, section 6.1. */
const FRAMING: readonly string[] = ['connection', 'content-length', 'expect', 'host', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade']

/** Whether a header of this name can carry a credential. */
export function isPairName (name: unknown): name is string {
  return typeof name === 'string' && TOKEN.test(name) && !FRAMING.includes(name.toLowerCase())
}

/**
 * A header that carries a credential, frozen; `null` where there is nothing in it.
 * @returns `undefined` for what can be no such header
 */
export function toPair (given: unknown): AuthPair | null | undefined {
  if (given === null || given === undefined) {
    return null
  }
  const [name, value, ...rest]: readonly unknown[] = Array.isArray(given) ? given : []
  if (rest.length > 0 || !isPairName(name) || typeof value !== 'string' || !VALUE.test(value)) {
    return undefined
  }
  const text = value.replace(/^[ \t]+|[ \t]+$/g, '')
  return text === '' ? null : Object.freeze([name.toLowerCase(), text] as const)
}
