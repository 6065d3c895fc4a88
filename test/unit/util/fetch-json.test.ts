import { once } from 'node:events'
import { createServer } from 'node:http'
import t from 'tap'

import { FetchError, fetchJson } from '../../../lib/util/fetch-json.js'

import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import type { Fetch } from '../../../lib/util/fetch-json.js'

const URL = 'https://issuer.example/jwks'

function answering (body: string | Uint8Array | ReadableStream | null, init: ResponseInit = {}): Fetch {
  return async () => new Response(body, { headers: { 'content-type': 'application/json' }, ...init })
}

async function get (fetch: Fetch, { maxBytes = 1_000, timeoutMs = 60_000, signal = new AbortController().signal } = {}): Promise<unknown> {
  return await fetchJson(URL, { fetch, maxBytes, timeoutMs, signal })
}

/** Expects a refusal that says what the other side should have done. */
async function rejects (t: Test, promise: Promise<unknown>, expected: string): Promise<void> {
  const error: unknown = await promise.catch((error: unknown) => error)
  t.match(error, { name: 'FetchError', expected }, expected)
}

async function serve (t: Test, answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_request, response) => { answer(response) }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(function stop () {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

t.test('gives the JSON object at an address, asked for without credentials and redirects', async t => {
  let asked: unknown
  const record = await get(async (url, init) => {
    asked = { url, init }
    return Response.json({ a: 1 })
  })
  t.same(record, { a: 1 })
  t.match(asked, { url: URL, init: { redirect: 'manual', credentials: 'omit', headers: { accept: /^application\/json/ } } })
})

t.test('or sends a form, and says with what it was not answered', async t => {
  let asked: unknown
  const body = new URLSearchParams({ token: 'a b' })
  const promise = fetchJson(URL, {
    fetch: async (url, init) => {
      asked = { url, init }
      return Response.json({}, { status: 401 })
    },
    maxBytes: 1_000,
    timeoutMs: 60_000,
    signal: new AbortController().signal,
    post: { headers: { authorization: 'Basic eDp5', accept: 'text/html' }, body }
  })
  await t.rejects(promise, { name: 'FetchError', expected: 'status 200', status: 401 })
  t.match(asked, { url: URL, init: { method: 'POST', body, redirect: 'manual', credentials: 'omit', headers: { authorization: 'Basic eDp5', accept: /^application\/json/ } } })
})

t.test('or sends JSON, and says so', async t => {
  const asked: RequestInit[] = []
  const fetch: Fetch = async (_url, init) => {
    asked.push(init)
    return Response.json({ a: 1 })
  }
  const post = { headers: { authorization: 'Bearer t' }, body: { all: false } }
  t.same(await fetchJson(URL, { fetch, maxBytes: 1_000, timeoutMs: 60_000, signal: new AbortController().signal, post }), { a: 1 })
  t.match(asked, [{ method: 'POST', body: '{"all":false}', headers: { 'content-type': 'application/json', authorization: 'Bearer t', accept: /^application\/json/ } }])
})

t.test('accepts the media types of JSON and no others', async t => {
  for (const type of ['application/json', 'Application/JSON', 'application/json;charset=utf-8', 'application/json ; charset=utf-8', 'application/jwk-set+json', 'application/problem+json']) {
    t.same(await get(answering('{}', { headers: { 'content-type': type } })), {}, type)
  }
  for (const type of ['text/plain', 'text/json', 'text/html', 'application/jsonp', 'application/json-seq', 'application/javascript', 'application/+json', 'x-application/json', '']) {
    await rejects(t, get(answering('{}', { headers: { 'content-type': type } })), 'a JSON content type')
  }
  await rejects(t, get(answering(new Uint8Array([0x7b, 0x7d]), { headers: {} })), 'a JSON content type')
})

t.test('accepts status 200 only, and no answer that somebody was redirected to', async t => {
  for (const status of [201, 203, 206, 301, 302, 307, 400, 404, 500, 503]) {
    await rejects(t, get(answering('{}', { status })), 'status 200')
  }
  const redirected: Fetch = async () => Object.defineProperty(Response.json({}), 'redirected', { value: true })
  await rejects(t, get(redirected), 'status 200')
})

t.test('accepts one JSON object only', async t => {
  for (const body of ['', '[]', 'null', '1', '"text"', '{', '{}{}', '\uFEFF{}', '[{}]']) {
    await rejects(t, get(answering(body)), 'a JSON object')
  }
  await rejects(t, get(answering(null)), 'a JSON object')
  await rejects(t, get(answering(`${'{"a":'.repeat(65)}1${'}'.repeat(65)}`)), 'a JSON object')
})

t.test('counts the bytes that arrive', async t => {
  t.same(await get(answering('{}'.padEnd(100)), { maxBytes: 100 }), {})
  await rejects(t, get(answering('{}'.padEnd(101)), { maxBytes: 100 }), 'at most 100 bytes')
})

t.test('hangs up on who sends too much', async t => {
  let closed: Promise<unknown> = Promise.resolve()
  const url = await serve(t, response => {
    closed = once(response, 'close')
    response.writeHead(200, { 'content-type': 'application/json' })
    const more = function more () { while (response.write(' '.repeat(65_536))); }
    response.on('drain', more)
    more()
  })
  await rejects(t, fetchJson(url, { fetch, maxBytes: 1_000, timeoutMs: 60_000, signal: new AbortController().signal }), 'at most 1000 bytes')
  await closed
})

t.test('waits no longer than it was told, for whatever part of an answer', async t => {
  const never: Fetch = async () => await new Promise(() => {})
  await rejects(t, get(never, { timeoutMs: 1 }), 'an answer within 1 ms')
  const slow = answering(new ReadableStream({ start (controller) { controller.enqueue(new TextEncoder().encode('{')) } }))
  await rejects(t, get(slow, { timeoutMs: 1 }), 'an answer within 1 ms')
})

t.test('ends when it is called off, and does not begin when it already was', async t => {
  const controller = new AbortController()
  const pending = get(async () => await new Promise(() => {}), { signal: controller.signal })
  controller.abort()
  await rejects(t, pending, 'an answer before it was called off')
  await rejects(t, get(async () => await new Promise(() => {}), { signal: controller.signal }), 'an answer before it was called off')
})

t.test('reads nothing more of a body when its time is over', async t => {
  const controller = new AbortController()
  let pulls = 0
  const stream = new ReadableStream({
    pull (inner) {
      pulls += 1
      controller.abort()
      inner.enqueue(new TextEncoder().encode(' '))
    }
  }, { highWaterMark: 0 })
  await rejects(t, get(answering(stream), { signal: controller.signal }), 'an answer before it was called off')
  await new Promise(resolve => setImmediate(resolve))
  t.ok(pulls <= 2)
})

t.test('tells nothing of other errors', async t => {
  const failing: Fetch = async () => await Promise.reject(new TypeError('password=secret'))
  const error: unknown = await get(failing).catch((error: unknown) => error)
  t.type(error, FetchError)
  t.equal((error as Error).message, `${URL} did not give an answer`)
  t.equal((error as Error).cause, undefined)
})
