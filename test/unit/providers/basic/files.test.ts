import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

import { basic, htpasswd, jsonCredentials } from '../../../../lib/providers/basic/index.js'
import { createContext } from '../../../fixtures/provider-context.js'

import type { Test } from 'tap'
import type { CredentialsRepository } from '../../../../lib/index.js'

const BCRYPT = '$2b$04$gh6C4HRGMzAU78tYCSse/.tavqcHHU4gsxE2cnoWX6B3muQWi8t0y'
const SECRET = 'hash-that-nobody-may-see'

/** A file that a test changes, and a clock that it turns: every look at the file is one second after the last. */
function createScene (t: Test, factory: (file: string) => CredentialsRepository, text: string) {
  const file = join(t.testdir({ file: text }), 'file')
  let now = performance.now()
  t.intercept(performance, 'now', { value: () => now })
  const repository = factory(file)
  return {
    file,
    repository,
    find: async (username: string) => {
      now += 1_001
      return await repository.findByUsername(username)
    },
    later: () => { now += 1_001 }
  }
}

function stops (t: Test, factory: (file: string) => CredentialsRepository, text: string | Buffer, problem: string): void {
  const file = join(t.testdir({ file: text }), 'file')
  try {
    factory(file)
    t.fail(problem)
  } catch (error) {
    const { code, message } = error as { readonly code: string, readonly message: string }
    t.equal(code, 'AUTH_OPTION_INVALID')
    t.equal(message, `${factory.name}: ${file}${problem}`)
    t.notMatch(message, SECRET)
  }
}

t.test('a JSON file keeps names, groups, roles and permissions, and reads the words of the Python package', async t => {
  const { find } = createScene(t, jsonCredentials, JSON.stringify({
    alice: { id: '7', name: 'Alice', email: 'a@example.com', emailVerified: true, passwordHash: SECRET, groups: ['staff'], roles: ['editor'], permissions: ['book.read'] },
    bob: { name: 'Bob', hashed_pwd: SECRET, groups: null, email: null },
    constructor: { passwordHash: SECRET, hashed_pwd: SECRET, username: 'constructor' }
  }))
  t.strictSame(await find('alice'), { id: '7', name: 'Alice', email: 'a@example.com', emailVerified: true, groups: ['staff'], roles: ['editor'], permissions: ['book.read'], passwordHash: SECRET })
  t.strictSame(await find('bob'), { id: 'bob', name: 'Bob', passwordHash: SECRET })
  t.match(await find('constructor'), { id: 'constructor' }, 'a name like any other')
  t.equal(await find('toString'), null)
})

t.test('a JSON file that is wrong stops the boot by its line or its member, and shows nothing of it', async t => {
  const wanted = ' must be a text: what hash-password printed'
  for (const [text, problem] of [
    [`{\n  "alice": {\n    "passwordHash": "${SECRET}",\n  }\n}`, ':4: is not JSON'],
    [`{\n  "alice": "${SECRET}`, ':2: is not JSON'],
    ['', ':1: is not JSON'],
    [Buffer.from([0x7b, 0xff, 0x7d]), ': is not UTF-8'],
    [`"${SECRET}"`, ': must hold an object of entries by username, or a list of entries'],
    [`{"alice": "${SECRET}"}`, ': "alice" must be an object'],
    [`["${SECRET}"]`, ': [0] must be an object'],
    ['{"alice": {}}', `: "alice".passwordHash${wanted}`],
    ['{"alice": {"passwordHash": ""}}', `: "alice".passwordHash${wanted}`],
    ['{"alice": {"hashed_pwd": 7}}', `: "alice".hashed_pwd${wanted}`],
    [`{"alice": {"hashed_pwd": "${SECRET}", "passwordHash": "other"}}`, `: "alice".passwordHash${wanted}`],
    [`{"alice": {"passwordHash": "${SECRET}", "groups": "staff"}}`, ': "alice".groups must be a list of texts, or null'],
    [`{"alice": {"passwordHash": "${SECRET}", "name": 7}}`, ': "alice".name must be a text or null'],
    [`{"alice": {"passwordHash": "${SECRET}", "emailVerified": "yes"}}`, ': "alice".emailVerified must be true, false or null'],
    [`{"alice": {"passwordHash": "${SECRET}", "id": 7}}`, ': "alice".id must be a text of 1 to 255 characters'],
    [`{"alice": {"passwordHash": "${SECRET}", "group": []}}`, ': "alice" has a member that is none: "group"'],
    [`{"alice": {"passwordHash": "${SECRET}", "toString": []}}`, ': "alice" has a member that is none: "toString"'],
    [`{"alice": {"passwordHash": "${SECRET}", "__proto__": {"groups": ["root"]}}}`, ': "alice" has a member that is none: "__proto__"'],
    [`{"alice": {"passwordHash": "${SECRET}", "username": "bob"}}`, ': "alice".username must be its key, of 1 to 255 characters'],
    [`{"": {"passwordHash": "${SECRET}"}}`, ': "".username must be its key, of 1 to 255 characters'],
    [`[{"passwordHash": "${SECRET}"}]`, ': [0].username must be a text of 1 to 255 characters'],
    [`[{"username": "a", "passwordHash": "x"}, {"username": "a", "passwordHash": "${SECRET}"}]`, ': [1].username stands there twice']
  ] as const) stops(t, jsonCredentials, text, problem)
})

t.test('an htpasswd file is read by lines, and what is no bcrypt stops the boot by its line', async t => {
  const { find } = createScene(t, htpasswd, `# staff\n\nalice:${BCRYPT}\r\nöle:${BCRYPT.replace('$2b$', '$2y$')}`)
  t.strictSame(await find('alice'), { id: 'alice', passwordHash: BCRYPT })
  t.match(await find('öle'), { id: 'öle' })
  const bcryptOnly = ' must have a hash of bcrypt, of a cost from 4 to 15: htpasswd -B'
  for (const [text, problem] of [
    [`alice:${BCRYPT}\nbob:$apr1$${SECRET}`, `:2:${bcryptOnly}`], [`bob:{SHA}${SECRET}`, `:1:${bcryptOnly}`], [`\n\nbob:${SECRET}`, `:3:${bcryptOnly}`],
    [`bob:$5$${SECRET}`, `:1:${bcryptOnly}`], ['bob:', `:1:${bcryptOnly}`], [`bob:${BCRYPT} `, `:1:${bcryptOnly}`], [`bob:${BCRYPT}:more`, `:1:${bcryptOnly}`],
    [SECRET, ':1: must be <username>:<hash>'], [`:${BCRYPT}`, ':1: must be <username>:<hash>'],
    [`alice:${BCRYPT}\nalice:${BCRYPT}`, ':2: names somebody again'], [Buffer.from([0xff]), ': is not UTF-8']
  ] as const) stops(t, htpasswd, text, problem)
})

t.test('a file that is not there stops the boot, and so does what is no path', async t => {
  t.throws(() => jsonCredentials('/nowhere/users.json'), { code: 'AUTH_OPTION_INVALID', message: 'jsonCredentials: /nowhere/users.json cannot be read (ENOENT)' })
  t.throws(() => htpasswd(t.testdir({})), { code: 'AUTH_OPTION_INVALID', message: 'cannot be read (EISDIR)' })
  t.throws(() => htpasswd('a\0b'), { code: 'AUTH_OPTION_INVALID', message: 'cannot be read' })
  for (const file of ['', undefined, 7]) t.throws(() => jsonCredentials(file as string), { code: 'AUTH_OPTION_INVALID', message: 'jsonCredentials: the file must be a path' })
})

t.test('what changes counts within a second, in place and by another file in its place', async t => {
  const { file, repository, find } = createScene(t, htpasswd, `alice:${BCRYPT}`)
  writeFileSync(file, `bobby:${BCRYPT}\n`)
  t.match(await repository.findByUsername('alice'), { id: 'alice' }, 'nobody looks twice within a second')
  t.equal(await find('alice'), null)
  t.match(await find('bobby'), { id: 'bobby' })
  writeFileSync(`${file}.new`, `carol:${BCRYPT}\n`)
  renameSync(`${file}.new`, file)
  const [carol, bobby] = await Promise.all([find('carol'), find('bobby')])
  t.match(carol, { id: 'carol' })
  t.equal(bobby, null, 'whoever comes during the look waits for it')
})

t.test('a file that has gone bad is one line in the log, and what it said before still counts', async t => {
  const { file, repository, find, later } = createScene(t, htpasswd, `alice:${BCRYPT}`)
  const context = createContext()
  const authenticator = basic(repository)
  async function signIn (): Promise<unknown> {
    later()
    return await authenticator.verify({ username: 'alice', password: 'open sesame', network: '' }, context)
  }
  writeFileSync(file, `alice:${SECRET}\n`)
  t.match(await signIn(), { subject: 'alice' })
  t.match(await signIn(), { subject: 'alice' })
  t.match(context.lines, [{ level: 'error', members: { file, problem: ':1: must have a hash of bcrypt, of a cost from 4 to 15: htpasswd -B' } }])
  t.equal(context.lines.length, 1)
  t.notMatch(JSON.stringify(context.lines), SECRET)
  rmSync(file)
  t.match(await signIn(), { subject: 'alice' })
  t.match(context.lines[1], { members: { problem: ' cannot be read (ENOENT)' } })
  writeFileSync(file, `bob:${BCRYPT}\n`)
  t.equal(await find('alice'), null, 'and what is good again counts again')
  t.equal(context.lines.length, 2)
})
