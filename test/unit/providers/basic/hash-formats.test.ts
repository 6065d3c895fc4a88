import t from 'tap'

import { isAuthError } from '../../../../lib/errors.js'
import { basic, hashPassword } from '../../../../lib/providers/basic/index.js'
import { createScryptHash } from '../../../../lib/providers/basic/scrypt.js'
import { ARGON2_RECORD, fakeArgon2, RIGHT_PASSWORD } from '../../../fixtures/fake-argon2.js'
import { createContext } from '../../../fixtures/provider-context.js'

import type { BasicOptions } from '../../../../lib/providers/basic/index.js'
import type { RecordingContext } from '../../../fixtures/provider-context.js'

/** A hash that is quick to verify. */
const scrypt = await createScryptHash(RIGHT_PASSWORD, { ln: 4, r: 8, p: 1 })
const [, , , salt = '', digest = ''] = scrypt.split('$')

/** Of `open sesame`, by Python's hashlib. */
const PBKDF2 = 'pbkdf2_sha256$1000$000102030405060708090a0b0c0d0e0f$04c33ed9d0a11c9d3c8ef673234d5cbbe461513009a831e060915fc779fbb79b'
const UNSALTED = '41ef4bb0b23661e66301aac36066912dac037827b4ae63a7b1165a5aa93ed4eb'
const BCRYPT = '$2b$04$gh6C4HRGMzAU78tYCSse/.tavqcHHU4gsxE2cnoWX6B3muQWi8t0y'
/** By the reference implementation of Argon2, of `password` and `somesalt`. */
const ARGON2 = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'

async function outcome (passwordHash: string, password: string, options: BasicOptions = {}, context: RecordingContext = createContext()): Promise<string> {
  try {
    const authenticator = basic({ findByUsername: async () => ({ id: 'alice', passwordHash }) }, options)
    return (await authenticator.verify({ username: 'alice', password, network: '192.0.2.1' }, context)).subject
  } catch (error) {
    return isAuthError(error) ? `${error.statusCode} ${error.cause.reason}` : String(error)
  }
}

t.test('a new hash is scrypt with a salt of its own, and verified by itself', async t => {
  const [one, other] = await Promise.all([hashPassword('£ & 💶'), hashPassword('£ & 💶')])
  t.match(one, /^\$scrypt\$ln=17,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  t.not(one, other)
  t.equal(await outcome(one, '£ & 💶'), 'alice')
  t.equal(await outcome(one, '£ & 💵'), '401 password')
})

t.test('nobody gets the hash of what he could not sign in with', async t => {
  for (const password of ['', 'two\nlines', 'nul\0', 'delete\x7f', 'half \ud800', undefined, 7, ['a']] as string[]) {
    await t.rejects(hashPassword(password), { code: 'AUTH_OPTION_INVALID' }, JSON.stringify(password))
  }
})

t.test('each format tells the right password from others', async t => {
  for (const [stored, options] of [[scrypt, {}], [PBKDF2, {}], [UNSALTED, { unsaltedSha256: 'legacy' }], [BCRYPT, {}], [BCRYPT.replace('$2b$', '$2y$'), {}], [BCRYPT.replace('$2b$', '$2a$'), {}]] as const) {
    t.equal(await outcome(stored, RIGHT_PASSWORD, options), 'alice', stored)
    for (const wrong of ['', 'open sesam', 'open sesame ', 'Open sesame']) t.equal(await outcome(stored, wrong, options), '401 password', `${stored} ${wrong}`)
  }
})

t.test('a password that bcrypt would only read the beginning of is refused', async t => {
  const { hashSync } = await import('bcryptjs')
  const long = 'x'.repeat(72)
  const stored = hashSync(long, 4)
  t.equal(await outcome(stored, long), 'alice')
  t.equal(await outcome(stored, `${long}y`), '401 password')
})

t.test('argon2id is verified where Node has it', { skip: !('argon2' in await import('node:crypto')) }, async t => {
  t.equal(await outcome(ARGON2, 'password'), 'alice')
  t.equal(await outcome(ARGON2, 'passwort'), '401 password')
})

t.test('argon2id is 503 and a line where Node lacks it, never 401', async t => {
  fakeArgon2(t)
  t.equal(await outcome(ARGON2_RECORD, RIGHT_PASSWORD), 'alice')
  t.equal(await outcome(ARGON2_RECORD, 'other'), '401 password')
  const place = (await import('node:crypto')).default as { argon2?: unknown }
  delete place.argon2
  const context = createContext()
  t.equal(await outcome(ARGON2_RECORD, RIGHT_PASSWORD, {}, context), '503 hash_unverifiable')
  t.match(context.lines, [{ level: 'error', members: { reason: 'hash_unverifiable' }, text: /needs a newer Node/ }])
})

t.test('a hash that fails to be computed is 503 and a line', async t => {
  fakeArgon2(t).fail()
  const context = createContext()
  t.equal(await outcome(ARGON2_RECORD, RIGHT_PASSWORD, {}, context), '503 hash_unverifiable')
  t.match(context.lines, [{ level: 'error', members: { error: { name: 'Error' } } }])
})

t.test('what is no hash, or asks for too much, is 503 and a line that shows nothing of it', async t => {
  const records = {
    'none at all': 'secret-but-no-hash',
    'unsalted SHA-256 that nobody asked for': UNSALTED,
    'scrypt of nothing': `$scrypt$ln=0,r=8,p=1$${salt}$${digest}`,
    'scrypt without blocks': `$scrypt$ln=4,r=0,p=1$${salt}$${digest}`,
    'scrypt without lanes': `$scrypt$ln=4,r=8,p=0$${salt}$${digest}`,
    'scrypt with too many lanes': `$scrypt$ln=4,r=8,p=17$${salt}$${digest}`,
    'scrypt in 2 GiB': `$scrypt$ln=21,r=8,p=1$${salt}$${digest}`,
    'scrypt with half a digest': `$scrypt$ln=4,r=8,p=1$${salt}$${digest.slice(0, 20)}`,
    'scrypt without salt': `$scrypt$ln=4,r=8,p=1$$${digest}`,
    'PBKDF2 without rounds': PBKDF2.replace('1000', '0'),
    'PBKDF2 with rounds for hours': PBKDF2.replace('1000', '10000001'),
    'PBKDF2 with a sign': PBKDF2.replace('1000', '+1000'),
    'PBKDF2 with half a byte of salt': PBKDF2.replace('$00', '$0'),
    'PBKDF2 with half a digest': PBKDF2.slice(0, -36),
    'PBKDF2 as Django writes it': 'pbkdf2_sha256$1000$seasalt$9eo3oq1Lc8FLzO5mGUFHGLOq7OGS7HIMbXJ1F0tKNSw=',
    'PBKDF2 with another hash': PBKDF2.replace('sha256', 'md5'),
    'bcrypt with rounds for minutes': BCRYPT.replace('$04$', '$16$'),
    'bcrypt with too few rounds': BCRYPT.replace('$04$', '$03$'),
    'bcrypt of old faults': BCRYPT.replace('$2b$', '$2x$'),
    'bcrypt cut off': BCRYPT.slice(0, -1),
    Argon2i: ARGON2_RECORD.replace('argon2id', 'argon2i'),
    'Argon2id in 2 GiB': ARGON2_RECORD.replace('m=8', 'm=2097152'),
    'Argon2id without memory': ARGON2_RECORD.replace('m=8', 'm=7'),
    'Argon2id for minutes': ARGON2_RECORD.replace('t=1', 't=101'),
    'Argon2id without passes': ARGON2_RECORD.replace('t=1', 't=0'),
    'Argon2id without lanes': ARGON2_RECORD.replace('p=1', 'p=0'),
    'Argon2id with too many lanes': ARGON2_RECORD.replace('m=8', 'm=999').replace('p=1', 'p=17'),
    'Argon2id of another version': ARGON2_RECORD.replace('v=19', 'v=16'),
    'a line end behind': `${scrypt}\n`,
    'a blank before': ` ${scrypt}`,
    empty: ''
  }
  fakeArgon2(t)
  for (const [name, stored] of Object.entries(records)) {
    const context = createContext()
    t.equal(await outcome(stored, RIGHT_PASSWORD, {}, context), '503 hash_unverifiable', name)
    t.match(context.lines, [{ level: 'error', members: { reason: 'hash_unverifiable', error: null } }], name)
    t.notMatch(JSON.stringify(context.lines), stored === '' ? RIGHT_PASSWORD : stored)
  }
})

t.test('unsalted SHA-256 is not verified in capitals, nor in part', async t => {
  for (const stored of [UNSALTED.toUpperCase(), UNSALTED.slice(1), `${UNSALTED}0`]) t.equal(await outcome(stored, RIGHT_PASSWORD, { unsaltedSha256: 'legacy' }), '503 hash_unverifiable')
})
