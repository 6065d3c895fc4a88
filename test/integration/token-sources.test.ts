import t from 'tap'

import { collectLog } from '../fixtures/collect-log.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { bearer as bearerOf, fromCookie, fromHeader, fromQuery, fromWebSocketProtocol, redactPaths, reqSerializer } from '../../lib/index.js'

import type { FastifyInstance, FastifyServerOptions, InjectOptions } from 'fastify'
import type { Test } from 'tap'
import type { TokenSource } from '../../lib/index.js'

const issuer = handIssuer()
const jwtProvider = issuer.provider()
const token = issuer.token()
const other = issuer.token({ sub: 'bob' })
const server: FastifyServerOptions = { logger: { level: 'silent', serializers: { req: reqSerializer } } }

/** A request, and who it is from, or the code of the refusal. */
type Row = readonly [name: string, request: InjectOptions, seen: string]

async function open (t: Test, tokenSources: readonly TokenSource[], options: object = {}): Promise<FastifyInstance> {
  return await openApp(t, { jwtProvider, tokenSources, ...options }, declareWhoami, server)
}

function declareWhoami (app: FastifyInstance): void {
  app.get('/', async ({ user }) => `${user?.id} by ${user?.authenticator}`)
}

async function follow (t: Test, app: FastifyInstance, rows: readonly Row[]): Promise<void> {
  for (const [name, request, seen] of rows) {
    const response = await app.inject({ url: '/', ...request })
    t.equal(response.statusCode === 200 ? response.body : response.json().code, seen, name)
    t.equal(response.statusCode, statusOf(seen), name)
  }
}

function statusOf (seen: string): number {
  return seen === 'AUTH_CREDENTIALS_AMBIGUOUS' ? 400 : seen === 'AUTH_PROVIDER_UNAVAILABLE' ? 503 : seen.startsWith('AUTH_') ? 401 : 200
}

function twice (value: string): string {
  return [value, value] as unknown as string
}

t.test('a header of another name, without a prefix, is the token as a whole', async t => {
  await follow(t, await open(t, [fromHeader('X-Access-Token', null)]), [
    ['the token', { headers: { 'x-access-token': token } }, 'alice by bearerAuth'],
    ['behind a scheme', { headers: { 'x-access-token': `Bearer ${token}` } }, 'AUTH_CREDENTIALS_MALFORMED'],
    ['empty', { headers: { 'x-access-token': '' } }, 'AUTH_CREDENTIALS_MALFORMED'],
    ['twice', { headers: { 'x-access-token': twice(token) } }, 'AUTH_CREDENTIALS_AMBIGUOUS'],
    ['two, as one value', { headers: { 'x-access-token': `${token}, ${token}` } }, 'AUTH_CREDENTIALS_MALFORMED'],
    ['in the usual header', { headers: bearer(token) }, 'AUTH_CREDENTIALS_MISSING']
  ])
})

t.test('the usual header without a prefix', async t => {
  await follow(t, await open(t, [fromHeader('authorization', null)]), [
    ['the token', { headers: { authorization: token } }, 'alice by bearerAuth'],
    ['behind a scheme', { headers: bearer(token) }, 'AUTH_CREDENTIALS_MALFORMED']
  ])
})

t.test('a prefix of one\'s own is a scheme, compared without regard to case, to its end', async t => {
  await follow(t, await open(t, [fromHeader('authorization', 'To$k.n')]), [
    ['as written', { headers: { authorization: `To$k.n ${token}` } }, 'alice by bearerAuth'],
    ['in another case, with more spaces', { headers: { authorization: `tO$K.N   ${token}` } }, 'alice by bearerAuth'],
    ['a dot is a dot', { headers: { authorization: `To$kan ${token}` } }, 'AUTH_CREDENTIALS_MISSING'],
    ['a longer scheme', { headers: { authorization: `To$k.nx ${token}` } }, 'AUTH_CREDENTIALS_MISSING'],
    ['without a space', { headers: { authorization: 'To$k.n' } }, 'AUTH_CREDENTIALS_MALFORMED'],
    ['another scheme', { headers: bearer(token) }, 'AUTH_CREDENTIALS_MISSING']
  ])
})

t.test('a query parameter is read as the router parsed it', async t => {
  await follow(t, await open(t, [fromQuery('access_token')]), [
    ['the token', { url: `/?access_token=${token}` }, 'alice by queryAuth'],
    ['percent-encoded', { url: `/?x=1&access_token=${token.replaceAll('.', '%2E')}` }, 'alice by queryAuth'],
    ['the same twice', { url: `/?access_token=${token}&access_token=${token}` }, 'AUTH_CREDENTIALS_AMBIGUOUS'],
    ['two', { url: `/?access_token=${token}&access_token=` }, 'AUTH_CREDENTIALS_AMBIGUOUS'],
    ['empty', { url: '/?access_token=' }, 'AUTH_CREDENTIALS_MALFORMED'],
    ['in another case', { url: `/?Access_Token=${token}` }, 'AUTH_CREDENTIALS_MISSING'],
    ['none', { url: '/?x=1' }, 'AUTH_CREDENTIALS_MISSING'],
    ['a name that every object has', { url: '/?constructor=1' }, 'AUTH_CREDENTIALS_MISSING']
  ])
  t.equal((await (await open(t, [fromQuery('constructor')])).inject('/')).statusCode, 401)
})

t.test('what a parser of the app\'s own makes an object of is no token', async t => {
  const app = await openApp(t, { jwtProvider, tokenSources: [fromQuery('token')] }, declareWhoami, { routerOptions: { querystringParser: () => ({ token: { deep: token } }) } })
  t.match((await app.inject('/?token[deep]=1')).json(), { statusCode: 401, code: 'AUTH_CREDENTIALS_MALFORMED' })
})

t.test('tokens in the query stop the boot where the app would log them', async t => {
  const options = { jwtProvider, tokenSources: [fromQuery('access_token')] }
  const log = collectLog()
  await t.rejects(openApp(t, options, declareWhoami, { logger: log.logger }), { code: 'AUTH_OPTION_INVALID' })
  await t.rejects(openApp(t, options, declareWhoami, { logger: { ...log.logger as object, serializers: { req: () => ({}) } } }), { code: 'AUTH_OPTION_INVALID' })
  await t.rejects(openApp(t, { authenticators: [bearerOf(jwtProvider, { sources: fromQuery('access_token') })] }, declareWhoami, { logger: log.logger }), { code: 'AUTH_OPTION_INVALID' })
  await openApp(t, options, declareWhoami, { logger: { level: 'silent' } })
  await openApp(t, options, declareWhoami, { logger: false })
})

t.test('with the exported serializer no line of any level holds a token, nor what else the query says', async t => {
  const log = collectLog('trace')
  const app = await openApp(t, { jwtProvider, tokenSources: [fromQuery('access_token')] }, declareWhoami, { logger: { ...log.logger as object, serializers: { req: reqSerializer } } })
  t.equal((await app.inject(`/?access_token=${token}&secret=of-mine`)).statusCode, 200)
  t.equal((await app.inject(`/?access_token=${token}x`)).statusCode, 401)
  t.equal((await app.inject('/')).statusCode, 401)
  t.notMatch(log.text(), token.slice(0, 20))
  t.notMatch(log.text(), 'of-mine')
  t.match(log.lines.find(line => line['req'] !== undefined), { req: { method: 'GET', url: '/?access_token=&secret=' } })
})

t.test('headers with credentials are named for redaction', async t => {
  t.ok(redactPaths.includes('req.headers.authorization'))
  t.throws(() => { (redactPaths as string[]).push('x') }, TypeError)
})

t.test('several places: one credential counts, two different ones are refused', async t => {
  const headers = (name: string, ...[first, second]: readonly string[]) => [name, { url: '/', headers: { authorization: `Bearer ${first}`, 'x-token': second } }] as const
  await follow(t, await open(t, [fromHeader(), fromHeader('x-token', null), fromCookie('token'), fromQuery('token')]), [
    [...headers('the same in two headers', token, token), 'alice by bearerAuth'],
    [...headers('different ones', token, other), 'AUTH_CREDENTIALS_AMBIGUOUS'],
    [...headers('a good one, and none at all', token, 'x'), 'AUTH_CREDENTIALS_AMBIGUOUS'],
    ['header and cookie, the same', { headers: { ...bearer(token), cookie: `token=${token}` } }, 'alice by bearerAuth'],
    ['header and cookie, different', { headers: { ...bearer(token), cookie: `token=${other}` } }, 'AUTH_CREDENTIALS_AMBIGUOUS'],
    ['cookie and query, the same', { url: `/?token=${token}`, headers: { cookie: `token=${token}` } }, 'alice by queryAuth'],
    ['cookie and query, different', { url: `/?token=${other}`, headers: { cookie: `token=${token}` } }, 'AUTH_CREDENTIALS_AMBIGUOUS'],
    ['the cookie alone', { headers: { cookie: `token=${token}` } }, 'alice by cookieAuth'],
    ['nothing', {}, 'AUTH_CREDENTIALS_MISSING']
  ])
})

t.test('a source of the app\'s own', async t => {
  const found: { text: unknown } = { text: null }
  const app = await open(t, [{ name: 'of mine', read: () => found.text as string }])
  const rows: ReadonlyArray<readonly [unknown, string]> = [
    [token, 'alice by bearerAuth'], ['no token', 'AUTH_CREDENTIALS_MALFORMED'], ['', 'AUTH_CREDENTIALS_MALFORMED'], [null, 'AUTH_CREDENTIALS_MISSING'],
    [undefined, 'AUTH_PROVIDER_UNAVAILABLE'], [7, 'AUTH_PROVIDER_UNAVAILABLE'], [[token], 'AUTH_PROVIDER_UNAVAILABLE'], [Promise.resolve(token), 'AUTH_PROVIDER_UNAVAILABLE']
  ]
  for (const [text, seen] of rows) {
    found.text = text
    await follow(t, app, [[String(text), {}, seen]])
  }
  const broken = await open(t, [{ name: 'broken', read: () => { throw new Error('down') } }], { mode: 'tolerant' })
  await follow(t, broken, [['one that throws', {}, 'AUTH_PROVIDER_UNAVAILABLE']])
})

t.test('sources that cannot be read from are refused where they are made', async t => {
  const wrong: ReadonlyArray<() => unknown> = [
    () => fromHeader(''), () => fromHeader('x y'), () => fromHeader('x', 'two words'), () => fromHeader('x', ''), () => fromHeader(7 as never), () => fromHeader(null as never), () => fromHeader('Cookie', null),
    () => fromQuery(''), () => fromQuery(' '), () => fromQuery(undefined as never), () => fromCookie(''), () => fromCookie('a=b'), () => fromCookie('a;b'), () => fromCookie(undefined as never),
    () => fromCookie('a', { signed: { secret: '' } }), () => fromCookie('a', { signed: { secret: [] } }), () => fromCookie('a', { signed: { secret: ['b', ''] } }), () => fromCookie('a', { signed: {} as never }),
    () => fromWebSocketProtocol(''), () => fromWebSocketProtocol('a,b'), () => fromWebSocketProtocol(undefined as never),
    () => bearerOf([]), () => bearerOf(jwtProvider, { sources: [] }), () => bearerOf(jwtProvider, { name: ' ' }), () => bearerOf(jwtProvider, { name: 7 as never })
  ]
  for (const make of wrong) {
    t.throws(make, { code: 'AUTH_OPTION_INVALID' }, String(make))
  }
})

t.test('the sources read by themselves, too: as strictly', async t => {
  const request = { headers: { authorization: 'Bearer a b' }, raw: {} }
  t.throws(() => fromHeader().read(request as never), { code: 'AUTH_CREDENTIALS_MALFORMED', statusCode: 401 })
  t.equal(fromHeader().read({ ...request, headers: bearer('a') } as never), 'a')
  t.equal(fromHeader().read({ headers: {}, raw: {} } as never), null)
})
