import t from 'tap'

import { build } from '../../../examples/passthrough.js'
import { bearer, handIssuer } from '../../fixtures/hand-issuer.js'
import { startEcho } from '../../fixtures/start-echo.js'

import type { Test } from 'tap'

const issuer = handIssuer()
const alice = { ...bearer(issuer.token()), 'x-tenant': 'acme' }

async function open (t: Test) {
  const [books, prints] = [await startEcho(t), await startEcho(t)]
  const app = await build(issuer.provider(), { books: books.origin, prints: prints.origin, ownToken: 'of-the-shop' })
  t.teardown(() => app.close())
  return { app, books, prints }
}

t.test('what the caller sent arrives at both services, also while an answer is written', async t => {
  const { app, books, prints } = await open(t)
  t.match((await app.inject({ url: '/books', headers: alice })).json(), alice)
  t.match((await app.inject({ url: '/prints', headers: alice })).json(), alice)
  const lines = (await app.inject({ url: '/both', headers: alice })).body.trim().split('\n')
  t.match(lines.map(line => JSON.parse(line)), [alice, alice])
  t.strictSame([books, prints].map(({ calls }) => calls.map(({ url }) => url)), [['/books', '/books'], ['/prints', '/prints']])
})

t.test('a service that is busy is asked again on behalf of the same caller', async t => {
  const { app, prints } = await open(t)
  prints.misbehave = (response, _call, number) => {
    if (number === 1) response.writeHead(503).end()
    return number === 1
  }
  t.match((await app.inject({ url: '/prints', headers: alice })).json(), alice)
  t.equal(prints.calls.length, 2)
})

t.test('the shop asks for its stock in its own name', async t => {
  const { app, books } = await open(t)
  const order = (await app.inject({ method: 'POST', url: '/orders', headers: alice })).json()
  t.match(order, { for: 'alice', tenant: 'acme', stock: { authorization: 'Bearer of-the-shop', 'x-tenant': undefined } })
  t.equal(books.calls.length, 1)
})

t.test('who is not signed in does not come in, whatever he sends', async t => {
  const { app, books } = await open(t)
  for (const headers of [{}, bearer('nonsense'), { 'x-tenant': 'acme' }]) {
    t.equal((await app.inject({ url: '/books', headers })).statusCode, 401)
  }
  t.equal((await app.inject('/health')).body, 'ok')
  t.equal(books.calls.length, 0)
})
