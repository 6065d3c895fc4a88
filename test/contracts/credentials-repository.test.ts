import { join } from 'node:path'

import { proveCredentialsRepository } from './credentials-repository.js'
import { htpasswd, jsonCredentials } from '../../lib/providers/basic/index.js'

import type { CredentialsRepository, StoredCredentials } from '../../lib/index.js'

const BCRYPT = '$2b$04$gh6C4HRGMzAU78tYCSse/.tavqcHHU4gsxE2cnoWX6B3muQWi8t0y'

/** As an app may write it. */
class Users implements CredentialsRepository {
  readonly #users = new Map<string, StoredCredentials>([['alice', { id: '7', passwordHash: 'old', groups: ['staff'] }]])

  async findByUsername (username: string): Promise<StoredCredentials | null> {
    return this.#users.get(username) ?? null
  }

  async updateHash (username: string, from: string, to: string): Promise<void> {
    const stored = this.#users.get(username)
    if (stored?.passwordHash === from) this.#users.set(username, { ...stored, passwordHash: to })
  }
}

proveCredentialsRepository('a repository of an app', () => ({ repository: new Users(), username: 'alice', id: '7' }))

proveCredentialsRepository('jsonCredentials of an object', t => {
  const folder = t.testdir({ 'users.json': JSON.stringify({ alice: { passwordHash: BCRYPT, groups: ['staff'] } }) })
  return { repository: jsonCredentials(join(folder, 'users.json')), username: 'alice', id: 'alice' }
})

proveCredentialsRepository('jsonCredentials of a list', t => {
  const folder = t.testdir({ 'users.json': JSON.stringify([{ username: 'alice', id: '7', passwordHash: BCRYPT }]) })
  return { repository: jsonCredentials(join(folder, 'users.json')), username: 'alice', id: '7' }
})

proveCredentialsRepository('htpasswd', t => {
  const folder = t.testdir({ '.htpasswd': `alice:${BCRYPT}\n` })
  return { repository: htpasswd(join(folder, '.htpasswd')), username: 'alice', id: 'alice' }
})
