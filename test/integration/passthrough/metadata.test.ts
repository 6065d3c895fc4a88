import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'

import t from 'tap'

import { openPassthrough } from '../../fixtures/open-passthrough.js'
import { authMetadata, withAuthMetadata } from '../../../lib/passthrough/index.js'

import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import type { AuthPair } from '../../../lib/passthrough/index.js'

const ALICE: readonly AuthPair[] = [['authorization', 'Bearer alice']]
const BOB: readonly AuthPair[] = [['authorization', 'Bearer bob']]
const KEY: AuthPair = ['x-key', 'k']
const CHUNK = 'x'.repeat(65_536)

/** Whose credentials there are, in one word. */
function who (): string {
  return authMetadata().map(([, value]) => value.replace('Bearer ', '')).join(' ')
}

async function listen (t: Test, declare: (app: FastifyInstance) => unknown): Promise<(name: string, path?: string, init?: { readonly payload?: string }) => Promise<IncomingMessage>> {
  const app = await openPassthrough(t, {}, declare)
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  // One connection for all callers: what is bound to it must not be bound to one of them.
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => agent.destroy())
  return async function ask (name, path = '/', { payload } = {}) {
    const headers = { authorization: `Bearer ${name}`, ...payload !== undefined && { 'content-type': 'application/json' } }
    const [response] = await once(request(`${address}${path}`, { agent, headers, method: payload === undefined ? 'GET' : 'POST' }).end(payload), 'response') as [IncomingMessage]
    return response
  }
}

async function turns (count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await nextTurn()
}

async function read (response: IncomingMessage): Promise<string> {
  return Buffer.concat(await response.toArray() as Buffer[]).toString()
}

t.test('outside requests there is nothing, and it is frozen', async t => {
  t.strictSame(authMetadata(), [])
  t.ok(Object.isFrozen(authMetadata()))
})

t.test('other credentials take the place of those that are there, and those are back afterwards', async t => {
  await withAuthMetadata(ALICE, async function asAlice () {
    t.equal(who(), 'alice')
    t.equal(withAuthMetadata(BOB, who), 'bob', 'what the function returns is returned')
    t.equal(who(), 'alice')
    t.throws(() => withAuthMetadata(BOB, () => { throw new Error('no') }), { message: 'no' })
    t.equal(who(), 'alice', 'after an exception')
    await t.rejects(withAuthMetadata(BOB, async () => {
      await nextTurn()
      t.equal(who(), 'bob')
      throw new Error('no')
    }))
    t.equal(who(), 'alice', 'after a rejection')
    const [bob] = await Promise.all([withAuthMetadata(BOB, async () => { await nextTurn(); return who() }), nextTurn()])
    t.strictSame([bob, who()], ['bob', 'alice'])
  })
  t.equal(who(), '')
})

t.test('they replace all that is there, or are merged into it by name', async t => {
  withAuthMetadata([...ALICE, KEY], () => {
    t.strictSame(withAuthMetadata(BOB, authMetadata), BOB)
    t.strictSame(withAuthMetadata(BOB, authMetadata, { merge: true }), [KEY, ...BOB])
    t.strictSame(withAuthMetadata([['X-KEY', ' other ']], authMetadata, { merge: true }), [...ALICE, ['x-key', 'other']])
  })
  t.strictSame(withAuthMetadata(new Map([['Authorization', 'Bearer bob']]), authMetadata), BOB, 'whatever can be gone through')
})

t.test('pairs are copied and frozen', async t => {
  const pair: [string, string] = ['x-key', 'k']
  withAuthMetadata([pair], () => {
    pair[1] = 'other'
    t.strictSame(authMetadata(), [KEY])
    t.ok(Object.isFrozen(authMetadata()) && authMetadata().every(each => Object.isFrozen(each)))
  })
  const ask = await listen(t, app => { app.get('/', async () => Object.isFrozen(authMetadata()) && authMetadata().every(each => Object.isFrozen(each))) })
  t.equal(await read(await ask('alice')), 'true')
})

t.test('no pairs at all, and what cannot be one, is refused', async t => {
  for (const pairs of [[], new Map(), 'x-key', null, undefined, 7, [null], ['x-key'], [['x-key']], [['x-key', '']], [['x key', 'k']], [['host', 'k']], [['x-key', 'a\nb']], [['x-key', 'a', 'b']], [[7, 'k']], [['x-key', 7]], [['x-key', '\u0100']]]) {
    let ran = false
    t.throws(() => withAuthMetadata(pairs as never, () => { ran = true }), { code: 'AUTH_OPTION_INVALID', message: /withAuthMetadata: pairs/ })
    t.notOk(ran)
  }
  t.throws(() => withAuthMetadata([['x-key', 'secret\n']], who), { message: /^((?!secret).)*$/s }, 'and never named')
})

t.test('handlers see them, sync and async, with a body and without, and hooks on both sides', async t => {
  const seen: string[] = []
  const note = (hook: string) => { seen.push(`${hook} ${who()}`) }
  const ask = await listen(t, app => {
    app.addHook('onRequest', async () => note('onRequest'))
    app.addHook('preHandler', async () => note('preHandler'))
    app.addHook('onResponse', async () => note('onResponse'))
    app.get('/', (_request, reply) => { reply.send(who()) })
    app.post('/', async () => {
      await nextTurn()
      return who()
    })
  })
  t.equal(await read(await ask('alice')), 'alice')
  t.equal(await read(await ask('bob', '/', { payload: '{}' })), 'bob')
  await nextTurn()
  t.strictSame(seen, ['onRequest alice', 'preHandler alice', 'onResponse alice', 'onRequest bob', 'preHandler bob', 'onResponse bob'])
})

t.test('a stream that is written after the handler has returned has them, however slowly it is read', async t => {
  const seen = new Set<string>()
  async function * write () {
    for (let count = 0; count < 100; count++) {
      await nextTurn()
      seen.add(who())
      yield CHUNK
      seen.add(who())
    }
  }
  const ask = await listen(t, app => { app.get('/', async () => Readable.from(write())) })
  for (const name of ['alice', 'bob']) {
    seen.clear()
    const response = await ask(name)
    response.pause()
    // The server fills the connection meanwhile, and goes on when there is room.
    await turns(100)
    t.equal((await read(response)).length, 100 * CHUNK.length)
    t.strictSame([...seen], [name])
  }
})

t.test('a stream has those that it was sent with', async t => {
  const seen = new Set<string>()
  function * write () {
    for (let count = 0; count < 100; count++) {
      seen.add(who())
      yield CHUNK
    }
  }
  const ask = await listen(t, app => { app.get('/', (_request, reply) => { withAuthMetadata(BOB, () => { reply.send(Readable.from(write())) }) }) })
  const response = await ask('alice')
  await turns(100)
  await read(response)
  t.strictSame([...seen], ['bob'])
})

t.test('what goes on when there is room does so on behalf of its own request, whoever sent it', async t => {
  const held: Array<() => void> = []
  const seen: string[] = []
  function * write () {
    for (let count = 0; count < 100; count++) {
      seen.push(who())
      yield CHUNK
    }
  }
  const ask = await listen(t, app => {
    app.get('/', (_request, reply) => { held.push(() => reply.send(Readable.from(write()))) })
  })
  const answer = ask('alice')
  while (held.length === 0) await nextTurn()
  withAuthMetadata(BOB, () => held[0]?.())
  const response = await answer
  await turns(100)
  await read(response)
  t.equal(seen.at(-1), 'alice')
})

t.test('timers and reply.raw have them', async t => {
  const ask = await listen(t, app => {
    app.get('/', async (_request, reply) => {
      reply.hijack()
      setTimeout(() => {
        reply.raw.write(`${who()} `)
        reply.raw.once('finish', () => { finished = who() })
        setImmediate(() => reply.raw.end(who()))
      }, 1)
    })
  })
  let finished = ''
  for (const name of ['alice', 'bob']) {
    t.equal(await read(await ask(name)), `${name} ${name}`)
    t.equal(finished, name)
  }
})

t.test('what reads the body itself has them', async t => {
  const ask = await listen(t, app => {
    app.addContentTypeParser('application/json', function parse (_request, payload, done) {
      payload.on('data', () => {}).on('end', () => done(null, who()))
    })
    app.post('/', async ({ body }) => body)
  })
  t.equal(await read(await ask('alice', '/', { payload: '{}' })), 'alice')
  t.equal(await read(await ask('bob', '/', { payload: '{}' })), 'bob')
})
