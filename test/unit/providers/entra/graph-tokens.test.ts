import t from 'tap'

import { stopClock } from '../../../fixtures/clock.js'
import { OTHER_TENANT, TENANT } from '../../../fixtures/entra-directory.js'
import { createContext } from '../../../fixtures/provider-context.js'
import { abe, fetchGroups, GROUPS, SECRET, start, UNAVAILABLE } from './graph-scene.js'

import type { GraphTokenRequest } from '../../../../lib/providers/entra/graph-options.js'

t.test('whatever is no token is 503, and Graph is not asked', async t => {
  const grants: ReadonlyArray<Record<string, unknown>> = [
    { access_token: undefined }, { access_token: '' }, { access_token: 7 }, { access_token: 'a b' }, { access_token: 'a\r\nb: c' }, { token_type: 'pop' }, { token_type: undefined }, { token_type: 7 },
    { expires_in: undefined }, { expires_in: '3599' }, { expires_in: 0 }, { expires_in: -1 }, { expires_in: null }
  ]
  for (const grant of grants) {
    const { graph, provider } = await start(t)
    graph.grant = grant
    await t.rejects(fetchGroups(provider), UNAVAILABLE, JSON.stringify(grant))
    t.equal(graph.questions.length, 0)
  }
  const { graph, provider } = await start(t)
  graph.refuseGrant = (_call, response) => { response.writeHead(401, { 'content-type': 'application/json' }).end(`{"error":"invalid_client","error_description":"${SECRET}"}`) }
  const asking = createContext()
  await t.rejects(fetchGroups(provider, abe(), asking), UNAVAILABLE)
  t.match(asking.lines, [{ members: { expected: 'status 200', status: 401 } }])
  t.notMatch(JSON.stringify(asking.lines), SECRET)
  graph.refuseGrant = null
  t.strictSame(await fetchGroups(provider), GROUPS, 'a failure is not remembered')
})

t.test('a token is used until five minutes before it ends, each tenant having its own', async t => {
  const clock = stopClock(t)
  const { graph, provider } = await start(t)
  const ask = async (tenantId = TENANT) => {
    await fetchGroups(provider, abe({}, tenantId))
    return graph.questions.at(-1)?.headers.authorization
  }
  t.equal(await ask(), 'Bearer app.token.1')
  clock.advance(3_298)
  t.equal(await ask(), 'Bearer app.token.1')
  t.equal(await ask(OTHER_TENANT), 'Bearer app.token.2')
  clock.advance(1)
  t.equal(await ask(), 'Bearer app.token.3')
  t.equal(await ask(OTHER_TENANT), 'Bearer app.token.2')
  t.strictSame(graph.grants.map(({ path }) => path), [TENANT, OTHER_TENANT, TENANT].map(tenantId => `/${tenantId}/oauth2/v2.0/token`))
  await t.test('one that ends sooner is used once', async t => {
    graph.grant = { expires_in: 300 }
    clock.advance(3_600)
    t.equal(await ask(), 'Bearer app.token.4')
    t.equal(await ask(), 'Bearer app.token.5')
  })
})

t.test('a hundred at once share one token', async t => {
  const { graph, provider } = await start(t)
  const answers = await Promise.all(Array.from({ length: 100 }, async () => await fetchGroups(provider)))
  t.ok(answers.every(groups => groups.length === 2))
  t.equal(graph.grants.length, 1)
  t.equal(graph.questions.length, 100)
})

t.test('a token that Graph refuses is replaced once, for all who wait', async t => {
  const { graph, provider } = await start(t)
  await fetchGroups(provider)
  graph.revoked.add('app.token.1')
  const answers = await Promise.all(Array.from({ length: 20 }, async () => await fetchGroups(provider)))
  t.ok(answers.every(groups => groups.length === 2))
  t.equal(graph.grants.length, 2)
  await t.test('and if the other one is refused, too, that is all', async t => {
    for (const token of ['app.token.2', 'app.token.3', 'app.token.4']) graph.revoked.add(token)
    const { length } = graph.questions
    await t.rejects(fetchGroups(provider), UNAVAILABLE)
    t.equal(graph.questions.length, length + 2)
    t.equal(graph.grants.length, 3)
  })
  await t.test('nor is the same one tried twice', async t => {
    graph.grant = { access_token: 'app.token.3' }
    const { length } = graph.questions
    await t.rejects(fetchGroups(provider), UNAVAILABLE)
    t.equal(graph.questions.length, length + 1)
  })
})

t.test('who has tokens of his own gives one for each call', async t => {
  const requests: GraphTokenRequest[] = []
  const accessToken = (request: GraphTokenRequest) => {
    requests.push(request)
    return `given.${requests.length}`
  }
  const { graph, provider } = await start(t, { accessToken })
  t.strictSame(await fetchGroups(provider), GROUPS)
  graph.revoked.add('given.2')
  t.strictSame(await fetchGroups(provider), GROUPS)
  t.strictSame(graph.calls.map(({ headers }) => headers.authorization), ['Bearer given.1', 'Bearer given.2', 'Bearer given.3'])
  t.match(requests, [{ tenantId: TENANT, scope: 'https://graph.microsoft.com/.default', signal: AbortSignal }, {}, {}])
})

t.test('what is no token, what fails, and what takes too long is 503', async t => {
  const givers: ReadonlyArray<() => unknown> = [() => '', () => undefined, () => ({ token: 'x' }), () => 'a b', () => { throw new Error(SECRET) }, async () => await Promise.reject(new Error(SECRET)), () => new Promise(() => {})]
  for (const accessToken of givers) {
    const { graph, provider } = await start(t, { accessToken: accessToken as () => string, timeoutMs: 50 })
    const asking = createContext()
    await t.rejects(fetchGroups(provider, abe(), asking), UNAVAILABLE, String(accessToken))
    t.equal(graph.calls.length, 0)
    t.equal(asking.lines.length, 1)
    t.notMatch(JSON.stringify(asking.lines), SECRET)
  }
})

t.test('closing ends the exchange and forgets the tokens; another app may go on', async t => {
  const { graph, provider } = await start(t)
  await fetchGroups(provider)
  await provider.close?.()
  t.strictSame(await fetchGroups(provider), GROUPS)
  t.equal(graph.grants.length, 2)
  await provider.close?.()
  graph.refuseGrant = () => { provider.close?.().catch(t.threw) }
  await t.rejects(fetchGroups(provider), UNAVAILABLE)
})
