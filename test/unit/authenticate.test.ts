import t from 'tap'

import { createIdentity } from '../fixtures/create-identity.js'
import { createContext } from '../fixtures/provider-context.js'
import { authenticate } from '../../lib/authenticate.js'
import { AUTH_CREDENTIALS_MALFORMED, AUTH_PROVIDER_UNAVAILABLE, AUTH_TOKEN_INVALID } from '../../lib/errors.js'
import { Route } from '../../lib/routes.js'
import { injectUser } from '../../lib/user/injected-users.js'
import { resolveNameSources } from '../../lib/user/name-sources.js'

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Rules } from '../../lib/authenticate.js'
import type { AnyDoor } from '../../lib/doors.js'
import type { Reader, Verified } from '../../lib/reader.js'
import type { Mode } from '../../types/options.js'

const identity = createIdentity({ groups: ['staff'], permissions: 'unknown', authenticator: 'one' })
const sources = resolveNameSources({}, {}, [])
const MODES: readonly Mode[] = ['tolerant', 'optional', 'required']

/** A reader that reads a header of its name. */
function reader (name: string, verify: () => Verified | Promise<Verified> = () => ({ identity, sources }), isAmbient = false): Reader {
  return { authenticators: [name], verify, read: request => request.headers[name] ?? null, toToken: () => 'a.b.c', isAmbient: () => isAmbient }
}

function toDoor (reader: Reader): AnyDoor {
  return { kind: 'own', name: String(reader.authenticators[0]), challenge: () => null, sources: [sources], reader, place: null, describe: () => ({ type: 'http' }), countsFailures: false, tokenSources: [], errorBody: null, relaysAnswers: false, settleRoute: () => ({}) }
}

function routeWith (mode: Mode, ...readers: readonly Reader[]): Route {
  const route = new Route({} as FastifyInstance, { method: 'GET', url: '/', path: '/', config: {} })
  route.rule({ mode, declaredBy: 'config', liftsGuards: false, doors: readers.map(toDoor), readers, guards: [] })
  return route
}

function requestWith (headers: Readonly<Record<string, string>>, method = 'GET'): FastifyRequest {
  return { method, headers, raw: { headers } } as unknown as FastifyRequest
}

function judge (request: FastifyRequest, route: Route, rules: Partial<Rules> = {}) {
  const { log, lines } = createContext()
  const runtime = { timeoutMs: 60_000, logOf: () => log }
  return { verdict: authenticate(request, route, { runtime, revocation: null, trustedOrigins: new Set(), isDisabled: false, ...rules }), lines }
}

t.test('whoever is verified at once is judged at once, by whichever reader found him', async t => {
  const route = routeWith('required', reader('one'), reader('two'))
  for (const name of ['one', 'two']) t.match(judge(requestWith({ [name]: 'x' }), route).verdict, { error: null, principal: { identity }, authenticators: [name], route })
})

t.test('credentials of two kinds are ambiguous, and nobody verifies them', async t => {
  const never = () => { throw new Error('never asked') }
  for (const mode of ['optional', 'required'] as const) {
    const { verdict, lines } = judge(requestWith({ one: 'x', two: 'y' }), routeWith(mode, reader('one', never), reader('two', never)))
    t.match(verdict, { error: { code: 'AUTH_CREDENTIALS_AMBIGUOUS', cause: { reason: 'credentials_several' } }, principal: null, authenticators: null })
    t.strictSame(lines, [])
  }
  t.match(judge(requestWith({ one: 'x', two: 'y' }), routeWith('tolerant', reader('one', never), reader('two', never))).verdict, { error: null, principal: null })
  t.match(judge(requestWith({ one: 'x', two: 'y' }), routeWith('required', reader('two'))).verdict, { authenticators: ['two'], error: null }, 'unless the route reads one of them only')
})

t.test('what cannot even be read is refused in the name of nobody', async t => {
  const unreadable: Reader = { ...reader('one'), read: () => { throw new AUTH_CREDENTIALS_MALFORMED({ reason: 'header_syntax' }) } }
  t.match(judge(requestWith({}), routeWith('required', unreadable)).verdict, { error: { code: 'AUTH_CREDENTIALS_MALFORMED' }, authenticators: null })
})

t.test('a refusal is of the reader that verified', async t => {
  for (const verify of [() => { throw new AUTH_TOKEN_INVALID() }, async () => { throw new AUTH_TOKEN_INVALID() }]) {
    t.match(await judge(requestWith({ one: 'x' }), routeWith('required', reader('one', verify))).verdict, { error: { code: 'AUTH_TOKEN_INVALID' }, principal: null, authenticators: ['one'] })
  }
})

t.test('a fault of ours is an outage in every mode, with one line that tells nothing', async t => {
  const fail = () => { throw new TypeError('hidden text') }
  for (const mode of MODES) {
    for (const verify of [fail, async () => fail()]) {
      const { verdict, lines } = judge(requestWith({ one: 'x' }), routeWith(mode, reader('one', verify)))
      t.match(await verdict, { error: { code: 'AUTH_PROVIDER_UNAVAILABLE', statusCode: 503 }, principal: null })
      t.strictSame(lines, [{ level: 'error', members: { reason: 'provider_failed', authenticators: ['one'] }, text: 'a credential could not be judged' }])
    }
  }
})

t.test('an outage is one in every mode', async t => {
  for (const mode of MODES) {
    const outage = reader('one', () => { throw new AUTH_PROVIDER_UNAVAILABLE({ reason: 'provider_timeout' }) })
    t.match(judge(requestWith({ one: 'x' }), routeWith(mode, outage)).verdict, { error: { code: 'AUTH_PROVIDER_UNAVAILABLE' }, principal: null })
  }
})

t.test('a user that a test has put on the request is believed without credentials, where anybody is asked for', async t => {
  const request = requestWith({ one: 'x' })
  injectUser(request.raw, identity)
  for (const mode of MODES) {
    const verdict = await judge(request, routeWith(mode, reader('one', () => { throw new AUTH_TOKEN_INVALID() }))).verdict
    t.match(verdict, { error: null, principal: { identity: { authenticator: 'one' } }, authenticators: null })
    t.equal(verdict.principal?.identity, identity)
    t.strictSame(verdict.principal?.names('groups'), ['staff'])
    t.throws(() => verdict.principal?.names('permissions'), { code: 'AUTH_ENTITLEMENTS_UNAVAILABLE' })
  }
  t.match(judge(request, routeWith('public', reader('one'))).verdict, { error: null, principal: null })
})

t.test('a user that a test has put on the request is nobody where its way in is not accepted', async t => {
  const request = requestWith({})
  injectUser(request.raw, identity)
  for (const route of [routeWith('required'), routeWith('required', reader('two'))]) {
    t.match(judge(request, route).verdict, { error: { code: 'AUTH_CREDENTIALS_MISSING', statusCode: 401 }, principal: null })
  }
})

t.test('a route without a reader lets in nobody who has to be somebody', async t => {
  t.match(judge(requestWith({ one: 'x' }), routeWith('required')).verdict, { error: { code: 'AUTH_CREDENTIALS_MISSING' } })
})

t.test('what browsers send by themselves counts on requests that a page of ours made, and in no mode otherwise', async t => {
  const never = () => { throw new Error('never asked') }
  const ambient = (verify?: () => Verified) => routeWith('required', reader('one', verify, true))
  t.match(judge(requestWith({ one: 'x' }, 'POST'), ambient(never)).verdict, { error: { code: 'AUTH_ORIGIN_REFUSED', statusCode: 403, cause: { reason: 'origin' } }, principal: null, authenticators: ['one'] })
  t.match(judge(requestWith({ one: 'x' }, 'POST'), routeWith('tolerant', reader('one', never, true))).verdict, { error: null, principal: null })
  t.match(judge(requestWith({ one: 'x' }), ambient()).verdict, { error: null, principal: { identity } }, 'what changes nothing is not asked for its page')
  t.match(judge(requestWith({ one: 'x' }, 'POST'), ambient(), { trustedOrigins: null }).verdict, { error: null, principal: { identity } }, 'nor is anybody who believes all')
  t.match(judge(requestWith({ one: 'x' }, 'POST'), routeWith('required', reader('one'))).verdict, { error: null, principal: { identity } })
})

t.test('one credential in two places counts as sent where browsers do not send it by themselves', async t => {
  const [cookie, header] = [reader('one', undefined, true), reader('two')]
  for (const readers of [[cookie, header], [header, cookie]]) {
    t.match(judge(requestWith({ one: 'x', two: 'x' }, 'POST'), routeWith('required', ...readers)).verdict, { error: null, principal: { identity }, authenticators: ['two'] })
  }
})

t.test('whoever has been revoked is refused; where that cannot be found out, nobody is judged', async t => {
  const route = routeWith('required', reader('one'))
  const verdictWith = (isRevoked: () => unknown, judged = route) => judge(requestWith({ one: 'x' }), judged, { revocation: { isRevoked: isRevoked as () => boolean } }).verdict
  for (const answer of [true, Promise.resolve(true)]) {
    t.match(await verdictWith(() => answer), { error: { code: 'AUTH_TOKEN_REVOKED', statusCode: 401, cause: { reason: 'revoked' } }, principal: null, authenticators: ['one'] })
  }
  for (const answer of [false, Promise.resolve(false)]) t.match(await verdictWith(() => answer), { error: null, principal: { identity } })
  for (const mode of MODES) {
    for (const answer of [null, 'true', Promise.resolve(1), Promise.reject(new TypeError('hidden text'))]) {
      t.match(await verdictWith(() => answer, routeWith(mode, reader('one'))), { error: { code: 'AUTH_PROVIDER_UNAVAILABLE', statusCode: 503 }, principal: null })
    }
  }
})

t.test('where all is off, everybody is the synthetic user, and nothing is read', async t => {
  const never = () => { throw new Error('never asked') }
  const unread: Reader = { ...reader('one', never), read: never }
  for (const mode of MODES) {
    t.match(judge(requestWith({ one: 'x' }), routeWith(mode, unread), { isDisabled: true }).verdict, { error: null, principal: { identity: { subject: 'synthetic' } }, authenticators: null })
  }
})
