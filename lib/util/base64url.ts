import { Buffer } from 'node:buffer'

/**
 * The bytes that `text` stands for; `null` when it is empty or not the one canonical way to write them:
 * padding, white space, a foreign alphabet or bits left over at the end.
 * @see RFC 4648, sections 3.3, 3.5 and 5; RFC 7515, section 2
 */
export function decodeBase64url (text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url')
  // Node reads much that it would not write.
  return text !== '' && bytes.toString('base64url') === text ? bytes : null
}
