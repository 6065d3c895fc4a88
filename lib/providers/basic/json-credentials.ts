import { createFileRepository } from './file-repository.js'
import { parseJsonEntries } from './parse-json-entries.js'

import type { CredentialsRepository } from '../../../types/credentials.js'

/**
 * Those who sign in with a password, from a JSON file: `{ "alice": { "passwordHash": "…" } }`, or a list of such objects with a `username` each.
 * Read when it is called, and again within a second after it has changed; a file that has gone bad is an error line, and what it said before still counts.
 *
 * @param file its path, from the working directory
 * @throws {AUTH_OPTION_INVALID} when it cannot be read, or is wrong, naming the line or the member
 * @example authenticators: [basic(jsonCredentials('users.json'))]
 */
export function jsonCredentials (file: string): CredentialsRepository {
  return createFileRepository({ factory: 'jsonCredentials', file, parse: parseJsonEntries })
}
