import t from 'tap'

import { isAuthError } from '../../../../lib/errors.js'
import { basic } from '../../../../lib/providers/basic/index.js'
import { createScryptHash } from '../../../../lib/providers/basic/scrypt.js'
import { ARGON2_RECORD, fakeArgon2, RIGHT_PASSWORD } from '../../../fixtures/fake-argon2.js'
import { createContext } from '../../../fixtures/provider-context.js'

import type { BasicCredentials, BasicOptions, CredentialsRepository, StoredCredentials } from '../../../../lib/providers/basic/index.js'
import type { AuthenticatedIdentity, Authenticator } from '../../../../lib/index.js'

const alice: StoredCredentials = { id: '7', passwordHash: ARGON2_RECORD }

function repositoryOf (users: Readonly<Record<string, unknown>>): CredentialsRepository {
  return { findByUsername: async username => (users[username] ?? null) as StoredCredentials | null }
}

async function signIn (authenticator: Authenticator<BasicCredentials>, password: string, username = 'alice', context = createContext()): Promise<string | AuthenticatedIdentity> {
  try {
    return await authenticator.verify({ username, password, network: '192.0.2.1' }, context)
  } catch (error) {
    return isAuthError(error) ? `${error.statusCode} ${error.code} ${error.cause.reason}` : String(error)
  }
}

const REJECTED = '401 AUTH_PASSWORD_REJECTED password'

t.test('the identity is what is stored', async t => {
  fakeArgon2(t)
  const full = { ...alice, name: 'Alice', email: 'a@example.com', emailVerified: true, groups: ['staff'], roles: ['editor'], permissions: ['book.read'], other: 'x' }
  t.strictSame(await signIn(basic(repositoryOf({ alice: full })), RIGHT_PASSWORD), {
    subject: '7', kind: 'human', name: 'Alice', email: 'a@example.com', emailVerified: true, clientId: null, scopes: [], claims: {}, expiresAt: null, groups: ['staff'], roles: ['editor'], permissions: ['book.read']
  })
  t.match(await signIn(basic(repositoryOf({ alice })), RIGHT_PASSWORD), { name: null, email: null, emailVerified: null, groups: null, roles: null, permissions: null })
})

t.test('strangers cost a hash like that of whoever was found last, and get the same refusal', async t => {
  const argon2 = fakeArgon2(t)
  const authenticator = basic(repositoryOf({ alice }))
  t.equal(await signIn(authenticator, 'one', 'stranger'), REJECTED)
  t.strictSame(argon2.asked, [], 'a new hash before anybody was found')
  t.equal(await signIn(authenticator, 'two'), REJECTED)
  t.equal(await signIn(authenticator, 'three', 'stranger'), REJECTED)
  t.equal(await signIn(authenticator, RIGHT_PASSWORD, 'stranger'), REJECTED, 'the password of somebody else')
  t.strictSame(argon2.asked, ['two', 'three', RIGHT_PASSWORD])
})

t.test('what was right is not hashed again; what was wrong is, and whatever changes counts at once', async t => {
  const argon2 = fakeArgon2(t)
  const users: Record<string, unknown> = { alice }
  const authenticator = basic(repositoryOf(users))
  for (const password of [RIGHT_PASSWORD, RIGHT_PASSWORD, 'wrong', 'wrong', RIGHT_PASSWORD]) await signIn(authenticator, password)
  t.strictSame(argon2.asked, [RIGHT_PASSWORD, 'wrong', 'wrong'])
  users['alice'] = { ...alice, id: '8' }
  t.match(await signIn(authenticator, RIGHT_PASSWORD), { subject: '8' }, 'the repository is asked')
  users['alice'] = { ...alice, passwordHash: ARGON2_RECORD.replace('t=1', 't=2') }
  await signIn(authenticator, RIGHT_PASSWORD)
  t.equal(argon2.asked.length, 4, 'a hash that changed')
  delete users['alice']
  t.equal(await signIn(authenticator, RIGHT_PASSWORD), REJECTED, 'somebody who is gone')
})

t.test('a repository that fails, or answers anything else, is an outage and a line', async t => {
  const odd: ReadonlyArray<readonly [reason: string, find: () => unknown]> = [
    ['provider_failed', () => { throw Object.assign(new Error('postgres://user:secret@db'), { code: 'ECONNREFUSED' }) }],
    ['provider_failed', async () => { throw new (await import('../../../../lib/errors.js')).AUTH_TOKEN_INVALID({ reason: 'signature' }) }],
    ...[undefined, false, 'alice', 7, [], {}, { id: '7' }, { passwordHash: ARGON2_RECORD }, { id: '', passwordHash: ARGON2_RECORD }, { id: 7, passwordHash: ARGON2_RECORD }, { id: '7', passwordHash: null }]
      .map(answer => ['provider_answer', () => answer] as const)
  ]
  for (const [reason, findByUsername] of odd) {
    const context = createContext()
    const authenticator = basic({ findByUsername } as unknown as CredentialsRepository)
    t.equal(await signIn(authenticator, RIGHT_PASSWORD, 'alice', context), `503 AUTH_PROVIDER_UNAVAILABLE ${reason}`)
    t.match(context.lines, [{ level: 'error', members: { asked: 'credentials repository', reason } }])
    t.notMatch(JSON.stringify(context.lines), 'secret')
  }
})

t.test('an outdated hash is replaced once, behind the back of whoever signs in', async t => {
  const old = await createScryptHash(RIGHT_PASSWORD, { ln: 4, r: 8, p: 1 })
  const users = { alice: { id: '7', passwordHash: old } }
  const updates: string[][] = []
  class Users implements CredentialsRepository {
    readonly #users = users
    async findByUsername (username: string) { return username === 'alice' ? this.#users.alice : null }
    async updateHash (username: string, from: string, to: string) {
      updates.push([username, from, to])
      this.#users.alice = { id: '7', passwordHash: to }
    }
  }
  const authenticator = basic(new Users())
  t.equal(await signIn(authenticator, 'wrong'), REJECTED)
  await authenticator.close?.()
  t.strictSame(updates, [], 'not by a wrong password')
  await Promise.all([signIn(authenticator, RIGHT_PASSWORD), signIn(authenticator, RIGHT_PASSWORD)])
  await authenticator.close?.()
  t.match(updates, [['alice', old, /^\$scrypt\$ln=17,r=8,p=1\$/]])
  t.equal(updates.length, 1)
  t.match(await signIn(authenticator, RIGHT_PASSWORD), { subject: '7' }, 'and the new one is good')
  await authenticator.close?.()
  t.equal(updates.length, 1, 'which is not outdated')
})

t.test('a hash that cannot be replaced is a line, and the sign-in counts', async t => {
  const context = createContext()
  const passwordHash = await createScryptHash(RIGHT_PASSWORD, { ln: 4, r: 8, p: 1 })
  const authenticator = basic({ findByUsername: async () => ({ id: '7', passwordHash }), updateHash: async () => { throw new TypeError('read-only: secret') } })
  t.match(await signIn(authenticator, RIGHT_PASSWORD, 'alice', context), { subject: '7' })
  await authenticator.close?.()
  t.match(context.lines, [{ level: 'error', members: { error: { name: 'TypeError' } }, text: 'an outdated password hash could not be replaced' }])
  t.notMatch(JSON.stringify(context.lines), 'secret')
})

t.test('what is no repository, and what is no option, stops the boot by its name', async t => {
  for (const [repository, message] of [
    [undefined, /basic: the repository is missing/], [{}, /basic: the repository must be a CredentialsRepository/], [() => {}, /if it is a factory, call it/],
    [{ findByUsername: async () => null, updateHash: 'x' }, /the repository must be/]
  ] as const) t.throws(() => basic(repository as never), { code: 'AUTH_OPTION_INVALID', message })
  const wrong: Record<string, unknown> = { realm: 'a"b', name: '', challenge: 'no', unsaltedSha256: true, maxHashes: 0, groupsProvider: {}, rolesProvider: null, permissionsProvider: { fetchPermissions () {}, permissionMatch: 'any' }, profileProvider: 7, other: 1 }
  for (const [name, value] of Object.entries(wrong)) t.throws(() => basic(repositoryOf({}), { [name]: value } as BasicOptions), { code: 'AUTH_OPTION_INVALID', message: `basic.${name} ` }, name)
  t.throws(() => basic(repositoryOf({}), null as never), { code: 'AUTH_OPTION_INVALID' })
})

t.test('the account of a failed attempt is the name that was typed', async t => {
  t.equal(basic(repositoryOf({})).accountOf?.({ username: 'alice', password: 'x', network: '' }), 'alice')
})
