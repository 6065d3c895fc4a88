import { readBcrypt } from './bcrypt.js'
import { createFileRepository } from './file-repository.js'
import { FileProblem } from './file-source.js'

import type { Entries } from './file-source.js'
import type { CredentialsRepository, StoredCredentials } from '../../../types/credentials.js'

/** `username:hash`; blank lines and those that begin with `#` say nothing. */
const LINE = /^([^:]{1,255}):(.*)$/

/**
 * Those who sign in with a password, from a file that Apache's `htpasswd -B` wrote. Only bcrypt, of a cost up to 15; other schemes are refused.
 * Read when it is called, and again within a second after it has changed; a file that has gone bad is an error line, and what it said before still counts.
 *
 * @param file its path, from the working directory
 * @throws {AUTH_OPTION_INVALID} when it cannot be read, or has a line that is wrong, naming it
 * @example authenticators: [basic(htpasswd('/etc/books/.htpasswd'))]
 */
export function htpasswd (file: string): CredentialsRepository {
  return createFileRepository({ factory: 'htpasswd', file, parse: parseLines })
}

function parseLines (bytes: Uint8Array): Entries {
  const entries = new Map<string, StoredCredentials>()
  for (const [index, line] of decode(bytes).split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) {
      continue
    }
    const [, username = '', hash = ''] = LINE.exec(line) ?? []
    if (username === '') {
      throw new FileProblem(`:${index + 1}: must be <username>:<hash>`)
    }
    if (readBcrypt(hash) === null) {
      throw new FileProblem(`:${index + 1}: must have a hash of bcrypt, of a cost from 4 to 15: htpasswd -B`)
    }
    if (entries.has(username)) {
      throw new FileProblem(`:${index + 1}: names somebody again`)
    }
    entries.set(username, Object.freeze({ id: username, passwordHash: hash }))
  }
  return entries
}

function decode (bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new FileProblem(': is not UTF-8')
  }
}
