import t from 'tap'

import { reqSerializer, stripsQuery } from '../../../lib/schemes/req-serializer.js'

import type { FastifyRequest } from 'fastify'

function serialize (members: object): unknown {
  return reqSerializer({ method: 'GET', url: '/', host: 'a', ip: '::1', headers: {}, socket: { remotePort: 1 }, ...members } as FastifyRequest)
}

t.test('says what Fastify says', async t => {
  t.strictSame(serialize({}), { method: 'GET', url: '/', host: 'a', remoteAddress: '::1', remotePort: 1 })
  t.strictSame(serialize({ headers: { 'accept-version': '1.x' }, socket: {} }), { method: 'GET', url: '/', version: '1.x', host: 'a', remoteAddress: '::1' })
  t.strictSame(serialize({ socket: undefined }), { method: 'GET', url: '/', host: 'a', remoteAddress: '::1' })
})

t.test('takes every value of the query out, however it is written', async t => {
  const urls: Readonly<Record<string, string>> = {
    '/a=b': '/a=b', '/?a=b': '/?a=', '/?a=b&c=d&e': '/?a=&c=&e', '/?a=b?c=d': '/?a=', '/?a==b': '/?a=', '/?': '/?', '/?=b': '/?=', '/?a=b#c': '/?a='
  }
  for (const [url, logged] of Object.entries(urls)) {
    t.match(serialize({ url }), { url: logged }, url)
  }
})

t.test('is known by its brand, in whichever copy', async t => {
  t.ok(stripsQuery(reqSerializer))
  t.ok(stripsQuery(Object.assign(() => ({}), { [Symbol.for('fastify-gatekeeper.req-serializer')]: true })))
  for (const other of [undefined, null, {}, () => ({})]) {
    t.notOk(stripsQuery(other))
  }
})
