import t from 'tap'

import { createDecisionScene } from '../../../../fixtures/decision-scene.js'
import { toRequest } from '../../../../fixtures/set-up-transport.js'
import { toDecisionKey, toDigest } from '../../../../../lib/providers/gateway/cache/to-decision-key.js'
import { memoryStore } from '../../../../../lib/sources/cache/index.js'

import type { AskOptions } from '../../../../fixtures/decision-scene.js'

const url = (text: string) => new URL(text, 'https://auth.example')
const BASE = { request: { headers: { authorization: 'Bearer token', 'x-a': '1' } } }

t.test('whatever is sent tells decisions apart', async t => {
  const others: Readonly<Record<string, AskOptions>> = {
    'another method': { request: { ...BASE.request, method: 'HEAD' } },
    'another path': { request: { ...BASE.request, url: url('/other') } },
    'another query': { request: { ...BASE.request, url: url('/check?a=1') } },
    'another host': { request: { ...BASE.request, url: url('https://other.example/check') } },
    'another header': { request: { headers: { ...BASE.request.headers, 'x-b': '1' } } },
    'another value': { request: { headers: { ...BASE.request.headers, 'x-a': '2' } } },
    'no header': { request: { headers: { authorization: 'Bearer token' } } },
    'a header less, a value more': { request: { headers: { authorization: 'Bearer tokenx-a1' } } },
    'an empty body': { request: { ...BASE.request, body: Buffer.from('') } },
    'a body': { request: { ...BASE.request, body: Buffer.from('a') } },
    'another body': { request: { ...BASE.request, body: Buffer.from('b') } },
    'another credential': { ...BASE, credential: 'other' },
    'a guard': { ...BASE, also: ['a'] },
    'two guards': { ...BASE, also: ['a', 'b'] },
    'one guard of both': { ...BASE, also: ['ab'] }
  }
  const scene = createDecisionScene()
  t.equal(await scene.tell(BASE), '1 service')
  let count = 1
  for (const [what, other] of Object.entries(others)) {
    t.equal(await scene.tell(other), `${++count} service`, what)
    t.equal(await scene.tell(other), `${count} cache`, what)
  }
  t.equal(await scene.tell(BASE), '1 cache')
})

t.test('what differs from request to request does not', async t => {
  const scene = createDecisionScene()
  const ask = (headers: Readonly<Record<string, string>>) => scene.tell({ request: { headers } })
  t.equal(await ask({ a: '1', b: '2', 'x-request-id': '1', traceparent: '1' }), '1 service')
  t.equal(await ask({ B: '2', 'X-Request-Id': '2', TraceParent: '2', A: '1' }), '1 cache')
  t.equal(await scene.tell({ request: { headers: { a: '1', b: '2' }, network: '192.0.2.1', mayRepeat: true } }), '1 cache')
})

t.test('another service, or another name for it, has decisions of its own', async t => {
  const question = { request: toRequest('https://auth.example/'), credential: 'token' }
  t.strictNotSame(toDecisionKey('one', question), toDecisionKey('other', question))
  t.strictSame(toDecisionKey('one', question), toDecisionKey('one', { ...question, also: [] }))
})

t.test('parts are never run together', async t => {
  const digests = [['a', 'b'], ['ab'], ['ab', ''], ['', 'ab'], ['a', 'b', '']].map(toDigest)
  t.equal(new Set(digests).size, digests.length)
  t.equal(toDigest(['ä']), toDigest([Buffer.from('ä')]))
})

t.test('nothing of what was sent is in a store', async t => {
  const written: string[] = []
  const store = memoryStore()
  const scene = createDecisionScene({
    store: {
      ...store,
      set: async (key, value, ttlMs) => {
        written.push(key, Buffer.from(value).toString())
        await store.set(key, value, ttlMs)
      }
    }
  })
  await scene.ask({ credential: 'secret-token', request: { headers: { authorization: 'Bearer secret-token', 'x-user': 'secret-header' }, body: Buffer.from('secret-body') }, also: ['secret-guard'] })
  await scene.cache.forgetToken('secret-token')
  await scene.cache.forgetSubject('secret-subject')
  t.ok(written.length >= 6)
  t.notMatch(written.join('\n'), 'secret')
})
