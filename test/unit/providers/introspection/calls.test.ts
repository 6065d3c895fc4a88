import t from 'tap'

import { stopClock } from '../../../fixtures/clock.js'
import { startIntrospection } from '../../../fixtures/introspection-endpoint.js'
import { outcomeOf } from '../../../fixtures/outcome-of.js'
import { createContext } from '../../../fixtures/provider-context.js'
import { introspection } from '../../../../lib/providers/introspection/index.js'

import type { Misbehave } from '../../../fixtures/introspection-endpoint.js'

const UNAVAILABLE = '503 AUTH_PROVIDER_UNAVAILABLE introspection'
const OVERLOADED = '503 AUTH_PROVIDER_UNAVAILABLE overloaded'
const INACTIVE = '401 AUTH_TOKEN_INVALID token_inactive'
const DAY_SECONDS = 86_400

t.test('a token is sent in a form, with a hint of what it is', async t => {
  const endpoint = await startIntrospection(t)
  t.equal(await outcomeOf(introspection(endpoint.options()), endpoint.knows('a.b-c_d~e+f/g==')), 'alice')
  t.match(endpoint.calls, [{ method: 'POST', headers: { 'content-type': /^application\/x-www-form-urlencoded/, accept: /json/ } }])
  t.strictSame(endpoint.calls[0]?.form, { token: 'a.b-c_d~e+f/g==', token_type_hint: 'access_token' })
})

t.test('nobody is asked about what is no token', async t => {
  const endpoint = await startIntrospection(t)
  const provider = introspection(endpoint.options({ maxTokenBytes: 20 }))
  for (const token of ['', 'a b', 'a=b', '=', 'a\n', 'ä', 'a&token=b', 'a%20b', 'a,b', '"a"']) t.equal(await outcomeOf(provider, token), '401 AUTH_TOKEN_INVALID token_syntax', token)
  t.equal(await outcomeOf(provider, 'a'.repeat(21)), '401 AUTH_TOKEN_INVALID token_size')
  t.equal(endpoint.calls.length, 0)
  t.equal(await outcomeOf(provider, endpoint.knows('a'.repeat(20))), 'alice')
})

t.test('a good answer is used for thirty seconds, and a bad one for five', async t => {
  const endpoint = await startIntrospection(t)
  const clock = stopClock(t)
  endpoint.knows('good', { exp: Date.now() / 1000 + DAY_SECONDS })
  const provider = introspection(endpoint.options())
  const outcomes = async () => [await outcomeOf(provider, 'good'), await outcomeOf(provider, 'bad'), endpoint.calls.length]
  t.strictSame(await outcomes(), ['alice', INACTIVE, 2])
  t.strictSame(await outcomes(), ['alice', INACTIVE, 2])
  endpoint.knows('bad', { exp: Date.now() / 1000 + DAY_SECONDS })
  endpoint.answers.delete('good')
  clock.advance(4)
  t.strictSame(await outcomes(), ['alice', INACTIVE, 2])
  clock.advance(1)
  t.strictSame(await outcomes(), ['alice', 'alice', 3])
  clock.advance(24)
  t.strictSame(await outcomes(), ['alice', 'alice', 3])
  clock.advance(1)
  t.strictSame(await outcomes(), [INACTIVE, 'alice', 4], 'revoked tokens are refused')
})

t.test('no answer outlives its token', async t => {
  const endpoint = await startIntrospection(t)
  const clock = stopClock(t)
  const provider = introspection(endpoint.options({ maxCacheSeconds: 3_600, clockToleranceSeconds: 10 }))
  endpoint.knows('a-token', { exp: Date.now() / 1000 + 8 })
  t.equal(await outcomeOf(provider, 'a-token'), 'alice')
  clock.advance(7)
  t.equal(await outcomeOf(provider, 'a-token'), 'alice')
  t.equal(endpoint.calls.length, 1)
  clock.advance(1)
  t.equal(await outcomeOf(provider, 'a-token'), 'alice', 'the clock may differ')
  t.equal(endpoint.calls.length, 2, 'but that is asked again')
  clock.advance(10)
  t.equal(await outcomeOf(provider, 'a-token'), '401 AUTH_TOKEN_EXPIRED expired')
})

t.test('without a cache every request asks', async t => {
  const endpoint = await startIntrospection(t)
  endpoint.knows('good')
  const provider = introspection(endpoint.options({ maxCacheSeconds: 0 }))
  t.strictSame([await outcomeOf(provider, 'good'), await outcomeOf(provider, 'bad')], ['alice', INACTIVE])
  endpoint.answers.delete('good')
  endpoint.knows('bad')
  t.strictSame([await outcomeOf(provider, 'good'), await outcomeOf(provider, 'bad')], [INACTIVE, 'alice'])
  t.equal(endpoint.calls.length, 4)
})

t.test('requests with one token share one call', async t => {
  const endpoint = await startIntrospection(t)
  const provider = introspection(endpoint.options())
  endpoint.knows('a-token')
  const outcomes = await Promise.all(Array.from({ length: 50 }, () => outcomeOf(provider, 'a-token')))
  t.strictSame([...new Set(outcomes)], ['alice'])
  t.equal(endpoint.calls.length, 1)
})

t.test('a flood of invented tokens pushes no good one out', async t => {
  const answers: Readonly<Record<string, object>> = { good: { active: true, sub: 'alice' } }
  let calls = 0
  const provider = introspection({
    url: 'https://issuer.example/introspect',
    issuer: 'https://issuer.example',
    audience: null,
    clientId: 'books',
    clientSecret: 'secret',
    fetch: async (_url, { body }) => {
      calls += 1
      return Response.json(answers[(body as URLSearchParams).get('token') ?? ''] ?? { active: false })
    }
  })
  t.equal(await outcomeOf(provider, 'good'), 'alice')
  for (let index = 0; index < 10_100; index += 1) await outcomeOf(provider, `bad-${index}`)
  calls = 0
  t.equal(await outcomeOf(provider, 'good'), 'alice')
  t.equal(calls, 0)
})

t.test('so many calls are under way at once, so many wait, and the rest is not judged', async t => {
  const endpoint = await startIntrospection(t)
  const provider = introspection(endpoint.options({ maxConcurrent: 2, maxQueued: 2 }))
  const open: Array<() => void> = []
  endpoint.misbehave = (response, body) => { open.push(() => { response.setHeader('content-type', 'application/json').end(body) }) }
  const tokens = ['a', 'b', 'c', 'd', 'e'].map(token => endpoint.knows(token))
  const outcomes = tokens.map(token => outcomeOf(provider, token))
  t.equal(await outcomes[4], OVERLOADED)
  await endpoint.untilCalled(2)
  t.equal(endpoint.calls.length, 2)
  for (const calls of [3, 4]) {
    open.shift()?.()
    await endpoint.untilCalled(calls)
  }
  open.forEach(answer => answer())
  t.strictSame(await Promise.all(outcomes.slice(0, 4)), ['alice', 'alice', 'alice', 'alice'])
  endpoint.misbehave = null
  t.equal(await outcomeOf(provider, 'e'), 'alice', 'that was not remembered')
})

const failures: Readonly<Record<string, { readonly misbehave: Misbehave, readonly expected: string, readonly status?: number }>> = {
  ...Object.fromEntries([201, 204, 302, 307, 400, 401, 403, 404, 429, 500, 503].map(status => [`status ${status}`, {
    misbehave: (response, body) => { response.writeHead(status, { 'content-type': 'application/json', location: '/elsewhere' }).end(status === 204 ? undefined : body) },
    expected: 'status 200',
    status
  } satisfies { misbehave: Misbehave, expected: string, status: number }])),
  'a page': { misbehave: (response, body) => { response.setHeader('content-type', 'text/html').end(body) }, expected: 'a JSON content type' },
  'a signed answer': { misbehave: (response, body) => { response.setHeader('content-type', 'application/token-introspection+jwt').end(body) }, expected: 'a JSON content type' },
  'no type': { misbehave: (response, body) => { response.end(body) }, expected: 'a JSON content type' },
  'half an answer': { misbehave: (response, body) => { response.setHeader('content-type', 'application/json').end(body.slice(0, -1)) }, expected: 'a JSON object' },
  'a list': { misbehave: response => { response.setHeader('content-type', 'application/json').end('[{"active":true}]') }, expected: 'a JSON object' },
  'just true': { misbehave: response => { response.setHeader('content-type', 'application/json').end('true') }, expected: 'a JSON object' },
  'too much': { misbehave: (response, body) => { response.setHeader('content-type', 'application/json').end(body.padEnd(70_000)) }, expected: 'at most 65536 bytes' },
  nothing: { misbehave: response => { response.destroy() }, expected: 'an answer' },
  silence: { misbehave: () => {}, expected: 'an answer within 500 ms' },
  'a beginning': { misbehave: (response, body) => { response.writeHead(200, { 'content-type': 'application/json' }).write(body.slice(0, 5)) }, expected: 'an answer within 500 ms' }
}

for (const [name, { misbehave, expected, status = null }] of Object.entries(failures)) {
  t.test(`an answer with ${name} is an outage, logged without the token, and not remembered`, async t => {
    const endpoint = await startIntrospection(t)
    const slow = expected.includes('500 ms')
    const provider = introspection(endpoint.options(slow ? { timeoutMs: 500 } : {}))
    endpoint.misbehave = misbehave
    const context = createContext()
    t.equal(await outcomeOf(provider, endpoint.knows('a-token-that-is-secret'), context), UNAVAILABLE)
    t.match(context.lines, [{ level: 'error', members: { provider: 'introspection', expected, status } }])
    t.notMatch(JSON.stringify(context.lines), /a-token-that-is-secret|the secret of the books/)
    t.equal(endpoint.calls.length, 1, 'redirects are not followed')
    if (slow) return
    endpoint.misbehave = null
    t.equal(await outcomeOf(provider, 'a-token-that-is-secret'), 'alice')
  })
}

t.test('nobody is there', async t => {
  const endpoint = await startIntrospection(t)
  const provider = introspection(endpoint.options({ url: 'http://127.0.0.1:1/introspect' }))
  t.equal(await outcomeOf(provider, 'a-token'), UNAVAILABLE)
})

t.test('calls end when the provider is closed, and another app may go on with it', async t => {
  const endpoint = await startIntrospection(t)
  const provider = introspection(endpoint.options())
  endpoint.misbehave = () => {}
  const outcome = outcomeOf(provider, endpoint.knows('a-token'))
  await endpoint.untilCalled(1)
  await provider.close?.()
  t.equal(await outcome, UNAVAILABLE)
  endpoint.misbehave = null
  t.equal(await outcomeOf(provider, 'a-token'), 'alice')
})
