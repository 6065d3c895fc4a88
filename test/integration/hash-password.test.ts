import { PassThrough, Readable } from 'node:stream'
import t from 'tap'

import { runCommand, runWith } from '../fixtures/run-command.js'
import { createContext } from '../fixtures/provider-context.js'
import { basic } from '../../lib/providers/basic/index.js'

import type { Test } from 'tap'
import type { Ran } from '../fixtures/run-command.js'

const HASH = /^\$scrypt\$ln=17,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}\n$/

/** A terminal in which somebody types, whatever he is asked. */
function terminal (typed: string): Readable {
  return Object.assign(new PassThrough(), { isTTY: true, setRawMode () {} }).end(typed)
}

async function isAccepted (passwordHash: string, password: string): Promise<boolean> {
  const authenticator = basic({ findByUsername: async () => ({ id: 'alice', passwordHash }) })
  return await Promise.resolve(authenticator.verify({ username: 'alice', password, network: '' }, createContext())).then(() => true, () => false)
}

function assertHash (t: Test, { exitCode, stdout }: Ran): string {
  t.equal(exitCode, 0)
  t.match(stdout, HASH)
  return stdout.trim()
}

t.test('a password on standard input is hashed without its line end, and with all else', async t => {
  for (const [piped, password] of [['open sesame\n', 'open sesame'], ['£ \r\n', '£ ']] as const) {
    const ran = await runWith(Readable.from([Buffer.from(piped)]), 'hash-password')
    t.ok(await isAccepted(assertHash(t, ran), password), password)
    t.equal(ran.stderr, '')
  }
})

t.test('a password is asked for twice, and shown nowhere', async t => {
  const ran = await runWith(terminal('open sesame\nopen sesame\n'), 'hash-password')
  t.ok(await isAccepted(assertHash(t, ran), 'open sesame'))
  t.equal(ran.stderr, 'Password: \nAgain: \n')
})

t.test('what is no password is said to be none', async t => {
  for (const [stdin, problem] of [
    [Readable.from([]), 'AUTH_OPTION_INVALID: hashPassword: a password is a text that is not empty and has no control characters'],
    [Readable.from(['two\nlines']), 'AUTH_OPTION_INVALID: hashPassword: a password is a text that is not empty and has no control characters'],
    [terminal('one\nother\n'), 'that was another one'],
    [terminal('\x03'), 'no password was typed'],
    [terminal('one\n\x04'), 'no password was typed']
  ] as const) {
    const { exitCode, stdout, stderr } = await runWith(stdin, 'hash-password')
    t.strictSame({ exitCode, stdout }, { exitCode: 2, stdout: '' })
    t.ok(stderr.endsWith(`fastify-gatekeeper: ${problem}\n`), problem)
  }
})

t.test('a password is no argument, which others would see', async t => {
  const { exitCode, stdout, stderr } = await runCommand('hash-password', 'open sesame')
  t.strictSame({ exitCode, stdout }, { exitCode: 2, stdout: '' })
  t.notMatch(stderr, 'sesame')
  t.match(stderr, 'takes no arguments')
})

t.test('what fails otherwise is told as it is', async t => {
  const broken = new Readable({ read () { this.destroy(new Error('EIO')) } })
  t.match(await runWith(broken, 'hash-password'), { exitCode: 2, stderr: 'Error: EIO' })
})
