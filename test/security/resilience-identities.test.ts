import { once } from 'node:events'
import { Agent, request as send } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'

import t from 'tap'

import { openCrowd, OTHER_ISSUER, PLACES, tokenOf, toldOf } from './crowd.js'
import { ISSUER } from './forge.js'
import { parseAnswers } from './send-raw.js'
import { watchStrays } from './strays.js'

import type { IncomingMessage } from 'node:http'
import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import type { Test } from 'tap'
import type { Crowd, CrowdOptions, Ending } from './crowd.js'

/** What came back: the status, and what the handler told. */
interface Reply { readonly status: number, readonly body: unknown }

type Exchange = (crowd: Crowd, tokens: readonly string[], t: Test) => Promise<readonly Reply[]>

const portOf = ({ app }: Crowd): number => (app.server.address() as AddressInfo).port

async function inject ({ app }: Crowd, tokens: readonly string[]): Promise<readonly Reply[]> {
  return await Promise.all(tokens.map(async token => {
    const { statusCode, body } = await app.inject({ url: '/me', headers: toHeaders(token) })
    return { status: statusCode, body: JSON.parse(body) }
  }))
}

/** Few sockets, on which everybody comes after somebody else. */
async function keepAlive (crowd: Crowd, tokens: readonly string[], t: Test): Promise<readonly Reply[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 })
  t.teardown(() => agent.destroy())
  return await Promise.all(tokens.map(async token => {
    const [response] = await once(send({ port: portOf(crowd), host: '127.0.0.1', path: '/me', agent, headers: toHeaders(token) }).end(), 'response') as [IncomingMessage]
    return { status: response.statusCode ?? 0, body: JSON.parse(await readAll(response)) }
  }))
}

/** One socket, on which nobody waits for the answer to the one before him. RFC 9112, section 9.3.2. */
async function pipeline (crowd: Crowd, tokens: readonly string[], t: Test): Promise<readonly Reply[]> {
  const socket = openSocket(crowd, t)
  socket.write(tokens.map(toWire).join(''))
  return await readReplies(socket, tokens.length)
}

async function multiplex (crowd: Crowd, tokens: readonly string[], t: Test): Promise<readonly Reply[]> {
  const session = openSession(crowd, t)
  return await Promise.all(tokens.map(token => readStream(session.request(toHttp2(token)))))
}

function openSocket (crowd: Crowd, t: Test): Socket {
  const socket = connect(portOf(crowd), '127.0.0.1')
  t.teardown(() => socket.destroy())
  return socket.setEncoding('latin1')
}

function openSession (crowd: Crowd, t: Test): ClientHttp2Session {
  const session = connectHttp2(`http://127.0.0.1:${portOf(crowd)}`)
  t.teardown(() => session.destroy())
  return session
}

function toWire (token: string): string {
  return `GET /me HTTP/1.1\r\nHost: api.example\r\n${token === '' ? '' : `Authorization: Bearer ${token}\r\n`}\r\n`
}

/** Strangers send none. */
function toHeaders (token: string): Record<string, string> {
  return token === '' ? {} : { authorization: `Bearer ${token}` }
}

function toHttp2 (token: string): Record<string, string> {
  return { ':path': '/me', ...toHeaders(token) }
}

async function readReplies (socket: Socket, count: number): Promise<readonly Reply[]> {
  const chunks: string[] = []
  for await (const chunk of socket) {
    chunks.push(String(chunk))
    const answers = parseAnswers(chunks.join(''))
    if (answers.length >= count && answers.every(({ headers, body }) => body.length === Number(headers['content-length']))) {
      return answers.map(({ status, body }) => ({ status, body: JSON.parse(body) }))
    }
  }
  return []
}

async function readStream (stream: ClientHttp2Stream): Promise<Reply> {
  const [{ ':status': status }] = await once(stream, 'response') as [{ readonly ':status': number }]
  return { status, body: JSON.parse(await readAll(stream)) }
}

async function readAll (readable: AsyncIterable<unknown>): Promise<string> {
  const chunks: string[] = []
  for await (const chunk of readable) {
    chunks.push(String(chunk))
  }
  return chunks.join('')
}

const USERS = 24
const ROUNDS = 10
const subjects = Array.from({ length: USERS * ROUNDS }, (_, index) => `user-${(index * 7) % USERS}`)
const tokens = new Map(subjects.flatMap(subject => [ISSUER, OTHER_ISSUER].map(issuer => [`${subject} of ${issuer}`, tokenOf(subject, issuer)] as const)))
const forged = `${tokenOf('user-1').slice(0, -86)}${'A'.repeat(86)}`

/** Everybody who asks, and what he must be told. */
function createQueue (toKind: (index: number) => 'one' | 'other' | 'stranger' | 'forger'): ReadonlyArray<readonly [token: string, reply: object]> {
  return subjects.map(function toAsker (subject, index) {
    const kind = toKind(index)
    const issuer = kind === 'one' ? ISSUER : OTHER_ISSUER
    switch (kind) {
      case 'stranger': return ['', { status: 401, body: { code: 'AUTH_CREDENTIALS_MISSING' } }]
      case 'forger': return [forged, { status: 401, body: { code: 'AUTH_TOKEN_INVALID' } }]
      default: return [tokens.get(`${subject} of ${issuer}`) ?? '', { status: 200, body: toldOf(subject, issuer) }]
    }
  })
}

const QUEUES = {
  'users of one issuer': createQueue(() => 'one'),
  'namesakes of two issuers': createQueue(index => index % 2 === 0 ? 'one' : 'other'),
  'users, strangers and forgers': createQueue(index => (['one', 'stranger', 'other', 'forger', 'one'] as const)[index % 5] ?? 'one')
}
const EXCHANGES: Readonly<Record<string, readonly [exchange: Exchange, options: CrowdOptions]>> = {
  'without sockets': [inject, {}],
  'over four sockets that are kept': [keepAlive, {}],
  'over one socket, none waiting for another': [pipeline, {}],
  'over one HTTP/2 session': [multiplex, { http2: true }]
}
const CACHES = { 'tokens remembered': { max: 10 }, 'few remembered': { max: 1 }, 'none remembered': null }

for (const [transport, [exchange, options]] of Object.entries(EXCHANGES)) {
  for (const [memory, tokenCache] of Object.entries(CACHES)) {
    for (const [who, queue] of Object.entries(QUEUES)) {
      t.test(`${who} at once, ${transport}, ${memory}: everybody is himself (ASVS 15.4.1)`, async t => {
        const strays = watchStrays(t)
        // The forger is found out by a provider that checks.
        const crowd = await openCrowd(t, { ...options, tokenCache, isSync: who === 'namesakes of two issuers' })
        const replies = await exchange(crowd, queue.map(([token]) => token), t)
        t.match(replies, queue.map(([, reply]) => reply))
        t.equal(replies.length, queue.length)
        t.strictSame(crowd.witness.breaches, [])
        t.equal(crowd.witness.runs, queue.filter(([, reply]) => 'status' in reply && reply.status === 200).length)
        await strays.assertNone()
      })
    }
  }
}

const REFUSALS: Readonly<Record<typeof PLACES[number], readonly [no: object, error: object]>> = {
  verify: [{ status: 401, body: { code: 'AUTH_TOKEN_INVALID' } }, { status: 503, body: { code: 'AUTH_PROVIDER_UNAVAILABLE' } }],
  revocation: [{ status: 401, body: { code: 'AUTH_TOKEN_REVOKED' } }, { status: 503, body: { code: 'AUTH_PROVIDER_UNAVAILABLE' } }],
  roles: [{ status: 403, body: { code: 'AUTH_ROLE_MISSING' } }, { status: 503, body: { code: 'AUTH_ENTITLEMENTS_UNAVAILABLE' } }],
  policy: [{ status: 403, body: { code: 'AUTH_POLICY_DENIED' } }, { status: 503, body: { code: 'AUTH_ENTITLEMENTS_UNAVAILABLE' } }]
}

for (const place of PLACES) {
  const slow = `${place}-alice`
  const outcomes: Readonly<Record<Ending, object | undefined>> = { yes: { status: 200, body: toldOf(slow) }, no: REFUSALS[place][0], error: REFUSALS[place][1] }
  for (const [ending, outcome] of Object.entries(outcomes) as ReadonlyArray<[Ending, object]>) {
    t.test(`who waits (${place}), and then ${ending}: those behind him on the socket are themselves`, async t => {
      const crowd = await openCrowd(t)
      const socket = openSocket(crowd, t)
      socket.write([tokenOf(slow), tokenOf('bob'), '', tokenOf('carol')].map(toWire).join(''))
      await crowd.untilWaiting(slow)
      crowd.end(slow, ending)
      t.match(await readReplies(socket, 4), [outcome, { status: 200, body: toldOf('bob') }, { status: 401 }, { status: 200, body: toldOf('carol') }])
      t.strictSame(crowd.witness.breaches, [])
    })

    t.test(`who goes away while he waits (${place}), and then ${ending}: nothing escapes, and nobody gets his answer`, async t => {
      const strays = watchStrays(t)
      const crowd = await openCrowd(t)
      const socket = openSocket(crowd, t)
      socket.write([tokenOf(slow), tokenOf('bob')].map(toWire).join(''))
      await crowd.untilWaiting(slow)
      const gone = crowd.untilGone()
      socket.resetAndDestroy()
      await gone
      crowd.end(slow, ending)
      t.match(await pipeline(crowd, [tokenOf('carol'), ''], t), [{ status: 200, body: toldOf('carol') }, { status: 401 }])
      t.strictSame(crowd.witness.breaches, [])
      await strays.assertNone()
    })

    t.test(`whose HTTP/2 stream ends while he waits (${place}), and then ${ending}: the next stream is another's`, async t => {
      const strays = watchStrays(t)
      const crowd = await openCrowd(t, { http2: true })
      const session = openSession(crowd, t)
      const stream = session.request(toHttp2(tokenOf(slow))).on('error', () => {})
      await crowd.untilWaiting(slow)
      const gone = crowd.untilGone()
      stream.destroy()
      await gone
      const next = readStream(session.request(toHttp2(tokenOf('bob'))))
      crowd.end(slow, ending)
      t.match(await next, { status: 200, body: toldOf('bob') })
      t.match(await readStream(session.request(toHttp2(''))), { status: 401 })
      t.strictSame(crowd.witness.breaches, [])
      await strays.assertNone()
    })
  }
}
