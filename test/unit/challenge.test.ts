import t from 'tap'

import { writeChallenge } from '../../lib/challenge.js'
import * as errors from '../../lib/errors.js'

import type { FastifyReply } from 'fastify'
import type { Door } from '../../lib/reader.js'
import type { AuthError } from '../../types/verdict.js'

/** A door that says what it was asked, or asks for nothing. */
function door (name: string, isSilent = false): Door {
  return { name, challenge: failure => isSilent ? null : `${name} ${failure?.code ?? 'plain'}`, sources: [], describe: () => ({ type: 'http' }), countsFailures: false, errorBody: null, relaysAnswers: false, settleRoute: () => ({}) }
}

function headersOf (error: AuthError, doors: readonly Door[], authenticators: readonly string[] | null): Record<string, unknown> {
  const headers: Record<string, unknown> = {}
  writeChallenge({ header (name: string, value: unknown) { headers[name] = value } } as unknown as FastifyReply, { error, doors, authenticators, fallback: 'Bearer realm="api"' })
  return headers
}

const one = door('one')
const two = door('two')

t.test('each authenticator asks in a field of its own', async t => {
  t.strictSame(headersOf(new errors.AUTH_CREDENTIALS_MISSING(), [one], null), { 'www-authenticate': 'one plain' })
  t.strictSame(headersOf(new errors.AUTH_CREDENTIALS_MISSING(), [one, two], null), { 'www-authenticate': ['one plain', 'two plain'] })
  t.strictSame(headersOf(new errors.AUTH_CREDENTIALS_MISSING(), [one, door('none', true), two], null), { 'www-authenticate': ['one plain', 'two plain'] })
})

t.test('the failure is told by the one whose credentials it is about', async t => {
  t.strictSame(headersOf(new errors.AUTH_TOKEN_INVALID(), [one, two], ['two']), { 'www-authenticate': ['one plain', 'two AUTH_TOKEN_INVALID'] })
  t.strictSame(headersOf(new errors.AUTH_CREDENTIALS_AMBIGUOUS(), [one, two], null), { 'www-authenticate': ['one AUTH_CREDENTIALS_AMBIGUOUS', 'two AUTH_CREDENTIALS_AMBIGUOUS'] })
  t.strictSame(headersOf(new errors.AUTH_CREDENTIALS_MISSING(), [one, two], ['two']), { 'www-authenticate': ['one plain', 'two plain'] })
  t.strictSame(headersOf(new errors.AUTH_SCOPE_MISSING(), [one, two], ['one']), { 'www-authenticate': ['one AUTH_SCOPE_MISSING', 'two plain'] })
})

t.test('credentials that several may have sent are a failure of each of them', async t => {
  t.strictSame(headersOf(new errors.AUTH_TOKEN_INVALID(), [one, door('other'), two], ['one', 'two']), { 'www-authenticate': ['one AUTH_TOKEN_INVALID', 'other plain', 'two AUTH_TOKEN_INVALID'] })
})

t.test('two that ask for the same ask once', async t => {
  const twin: Door = { ...one, name: 'twin' }
  t.strictSame(headersOf(new errors.AUTH_CREDENTIALS_MISSING(), [one, twin, two], null), { 'www-authenticate': ['one plain', 'two plain'] })
})

t.test('two that ask for the same, of which one says what failed, ask once: with what failed', async t => {
  const like = (name: string, plain: string): Door => ({ ...door(name), challenge: failure => failure === null ? plain : `${plain}, error="${failure.code}"` })
  const [header, cookie, other] = [like('header', 'Bearer realm="api"'), like('cookie', 'Bearer realm="api"'), like('other', 'Bearer realm="api2"')]
  const failed = 'Bearer realm="api", error="AUTH_TOKEN_INVALID"'
  for (const doors of [[header, cookie], [cookie, header]]) {
    for (const authenticators of [['header'], ['cookie'], ['header', 'cookie'], null]) {
      t.strictSame(headersOf(new errors.AUTH_TOKEN_INVALID(), doors, authenticators), { 'www-authenticate': failed })
    }
    t.strictSame(headersOf(new errors.AUTH_TOKEN_INVALID(), [...doors, other], ['cookie']), { 'www-authenticate': [failed, 'Bearer realm="api2"'] })
    t.strictSame(headersOf(new errors.AUTH_TOKEN_INVALID(), [...doors, other], ['other']), { 'www-authenticate': ['Bearer realm="api"', 'Bearer realm="api2", error="AUTH_TOKEN_INVALID"'] })
    t.strictSame(headersOf(new errors.AUTH_CREDENTIALS_MISSING(), doors, null), { 'www-authenticate': 'Bearer realm="api"' })
  }
})

t.test('a 401 asks for something, even where no door can say for what', async t => {
  const faulty: Door = { ...one, challenge: () => { throw new TypeError('hidden text') } }
  const asking = (challenge: unknown): Door => ({ ...one, challenge: () => challenge as string })
  for (const doors of [[], [door('none', true)], [faulty], ...['', 'Basic: a', 'Basic\r\nset-cookie: a=b', 'Basic ä', ' Basic', 7, undefined, Promise.resolve('Basic')].map(challenge => [asking(challenge)])]) {
    t.strictSame(headersOf(new errors.AUTH_TOKEN_INVALID(), doors, null), { 'www-authenticate': 'Bearer realm="api"' })
    t.strictSame(headersOf(new errors.AUTH_TOKEN_INVALID(), [...doors, two], null), { 'www-authenticate': 'two AUTH_TOKEN_INVALID' })
  }
})

t.test('a refusal that other credentials would not lift asks for none', async t => {
  for (const Refusal of [errors.AUTH_GROUP_MISSING, errors.AUTH_ROLE_MISSING, errors.AUTH_PERMISSION_MISSING, errors.AUTH_KIND_REFUSED, errors.AUTH_CLAIM_MISSING, errors.AUTH_POLICY_DENIED, errors.AUTH_GUARD_REFUSED, errors.AUTH_ORIGIN_REFUSED, errors.AUTH_PLUGIN_MISSING]) {
    t.strictSame(headersOf(new Refusal(), [one], ['one']), {})
  }
})

t.test('an outage says when to come back', async t => {
  for (const Outage of [errors.AUTH_PROVIDER_UNAVAILABLE, errors.AUTH_ENTITLEMENTS_UNAVAILABLE]) {
    t.strictSame(headersOf(new Outage(), [one], ['one']), { 'retry-after': 5 })
    t.strictSame(headersOf(new Outage({ retryAfterSeconds: 30 }), [one], ['one']), { 'retry-after': 30 })
  }
})
