import t from 'tap'

import { isRecord } from '../../lib/util/is-record.js'

import type { Test } from 'tap'
import type { CredentialsRepository } from '../../lib/index.js'

/** A repository, and the names of somebody whom it knows. */
export interface CredentialsRepositorySubject {
  readonly repository: CredentialsRepository
  readonly username: string
  readonly id: string
}

const ODD_NAMES = ['', ' ', '*', '%', '_', '\0', '__proto__', 'constructor', 'toString', 'hasOwnProperty', "' OR ''='", '💶', 'x'.repeat(4_000)]

/** What every repository of credentials has to do, whoever wrote it. */
export function proveCredentialsRepository (name: string, create: (t: Test) => CredentialsRepositorySubject | Promise<CredentialsRepositorySubject>): void {
  t.test(`${name} finds whom it knows, the same every time`, async t => {
    const { repository, username, id } = await create(t)
    const found = await repository.findByUsername(username)
    t.ok(isRecord(found), 'a record')
    t.match(found, { id, passwordHash: /./ })
    for (const list of [found?.groups, found?.roles, found?.permissions]) t.ok(list === undefined || Array.isArray(list))
    t.strictSame(await repository.findByUsername(username), found)
  })

  t.test(`${name} answers null for whom it does not know, however he is called`, async t => {
    const { repository, username } = await create(t)
    for (const stranger of [...ODD_NAMES, `${username} `, ` ${username}`, `${username}x`, username.slice(1), username.toUpperCase(), `${username}\0`]) {
      t.equal(await repository.findByUsername(stranger), null, JSON.stringify(stranger).slice(0, 40))
    }
  })

  t.test(`${name} replaces a hash only where it is still the stored one`, async t => {
    const { repository, username } = await create(t)
    if (repository.updateHash === undefined) {
      t.notOk('updateHash' in repository, 'or says that it replaces none')
      return
    }
    const from = (await repository.findByUsername(username))?.passwordHash ?? ''
    await repository.updateHash(username, `not ${from}`, 'new')
    t.equal((await repository.findByUsername(username))?.passwordHash, from)
    await repository.updateHash(username, from, 'new')
    t.equal((await repository.findByUsername(username))?.passwordHash, 'new')
  })
}
