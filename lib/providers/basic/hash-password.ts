import { AUTH_OPTION_INVALID } from '../../errors.js'
import { createScryptHash } from './scrypt.js'

/**
 * The hash of a password, to be stored in place of it: scrypt, with a salt of its own. Takes 128 MiB and some tenths of a second, on a thread of Node's pool.
 *
 * @throws {AUTH_OPTION_INVALID} for what nobody could sign in with: an empty text, one with control characters (RFC 7617, section 2), or half a character
 * @example const passwordHash = await hashPassword('correct horse battery staple')
 */
export async function hashPassword (password: string): Promise<string> {
  if (typeof password !== 'string' || password === '' || /\p{Cc}|\p{Cs}/u.test(password)) {
    throw new AUTH_OPTION_INVALID('hashPassword: a password is a text that is not empty and has no control characters')
  }
  return await createScryptHash(password)
}
