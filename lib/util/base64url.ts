import { Buffer } from 'node:buffer'

// 1*( ALPHA / DIGIT / "-" / "_" ), RFC 4648, section 5, without padding
const base64urlText = /^[A-Za-z0-9_-]+$/

/**
 * The bytes that `text` stands for; `null` when it is empty or not the one canonical way to write them:
 * padding, white space, a foreign alphabet or bits left over at the end.
 * @see RFC 4648, sections 3.3, 3.5 and 5; RFC 7515, section 2
 */
export function decodeBase64url (text: string): Buffer | null {
  if (!base64urlText.test(text)) return null
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : null
}
