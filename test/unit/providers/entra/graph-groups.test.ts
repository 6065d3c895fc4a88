import t from 'tap'

import { ABE, CLIENT, DAEMON, OTHER_TENANT, TENANT } from '../../../fixtures/entra-directory.js'
import { startGraph } from '../../../fixtures/graph-service.js'
import { createContext } from '../../../fixtures/provider-context.js'
import { abe, fetchGroups, GROUPS, SECRET, start, UNAVAILABLE } from './graph-scene.js'
import { entraGraphGroups } from '../../../../lib/providers/entra/graph-groups.js'
import { cached, combined, fallback, identityGroups } from '../../../../lib/sources/cache/index.js'

import type { ServerResponse } from 'node:http'
import type { EntraGraphGroupsOptions } from '../../../../lib/providers/entra/graph-options.js'

t.test('groups that are too many for a token come from Graph, asked with a token of the app', async t => {
  const { graph, provider } = await start(t)
  t.strictSame(await fetchGroups(provider), GROUPS)
  t.match(graph.calls, [
    { host: 'login.microsoftonline.com', path: `/${TENANT}/oauth2/v2.0/token`, method: 'POST', headers: { 'content-type': /^application\/x-www-form-urlencoded/ } },
    { host: 'graph.microsoft.com', path: `/v1.0/users/${ABE}/getMemberGroups`, method: 'POST', headers: { authorization: 'Bearer app.token.1', 'content-type': 'application/json' }, body: '{"securityEnabledOnly":false}' }
  ])
  t.strictSame(Object.fromEntries(new URLSearchParams(graph.calls[0]?.body)), {
    grant_type: 'client_credentials', client_id: CLIENT, client_secret: SECRET, scope: 'https://graph.microsoft.com/.default'
  })
})

t.test('machines are asked about where machines are', async t => {
  const { graph, provider } = await start(t)
  t.strictSame(await fetchGroups(provider, abe({ kind: 'machine', claims: { oid: DAEMON } })), GROUPS.slice(1))
  t.equal(graph.questions[0]?.path, `/v1.0/servicePrincipals/${DAEMON}/getMemberGroups`)
})

t.test('groups that the token carries are taken at once, and nobody is asked', async t => {
  const { graph, provider } = await start(t)
  const carried = Object.freeze(['a'])
  t.strictSame(provider.fetchGroups(abe({ groups: carried }), createContext()), carried)
  t.strictSame(provider.fetchGroups(abe({ groups: [] }), createContext()), [])
  t.strictSame(provider.fetchGroups(abe({ groups: null }), createContext()), [])
  t.equal(graph.calls.length, 0)
})

t.test('or Graph is asked whatever the token says', async t => {
  const { graph, provider } = await start(t, { when: 'always', securityEnabledOnly: true })
  t.strictSame(await fetchGroups(provider, abe({ groups: ['a'] })), GROUPS)
  t.equal(graph.questions[0]?.body, '{"securityEnabledOnly":true}')
})

t.test('users of other providers and other clouds have none', async t => {
  for (const when of ['overage', 'always'] as const) {
    const { graph, provider } = await start(t, { when })
    const issuers = [
      'https://issuer.example', `https://login.microsoftonline.com/${TENANT}/v2.0/`, `https://login.microsoftonline.com/${TENANT}`, `https://sts.windows.net/${TENANT}/`,
      `https://login.microsoftonline.us/${TENANT}/v2.0`, `https://login.microsoftonline.com.evil.example/${TENANT}/v2.0`, 'https://login.microsoftonline.com/common/v2.0',
      'https://login.microsoftonline.com/{tenantid}/v2.0', `https://login.microsoftonline.com/${TENANT.toUpperCase()}/v2.0`
    ]
    for (const issuer of issuers) t.strictSame(provider.fetchGroups(abe({ issuer }), createContext()), [], issuer)
    t.equal(graph.calls.length, 0)
  }
})

t.test('each cloud has hosts of its own', async t => {
  const clouds = [['usgov', 'login.microsoftonline.us', 'graph.microsoft.us'], ['china', 'login.partner.microsoftonline.cn', 'microsoftgraph.chinacloudapi.cn']] as const
  for (const [cloud, login, host] of clouds) {
    const { graph, provider } = await start(t, { cloud })
    t.strictSame(await fetchGroups(provider, abe({ issuer: `https://${login}/${TENANT}/v2.0` })), GROUPS)
    t.strictSame(graph.calls.map(call => call.host), [login, host])
    t.equal(new URLSearchParams(graph.calls[0]?.body).get('scope'), `https://${host}/.default`)
  }
})

t.test('where a token says that its groups are is nowhere we go, and only a GUID goes into an address', async t => {
  const urls: string[] = []
  const graph = await startGraph(t)
  graph.groups.set(`users/${ABE}`, GROUPS)
  const fetch = async (url: string, init: RequestInit) => {
    urls.push(url)
    return await graph.fetch(url, init)
  }
  const { provider } = await start(t, { fetch })
  const claims = { oid: ABE, _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: `https://graph.windows.net/${OTHER_TENANT}/users/${DAEMON}/getMemberObjects` } } }
  t.strictSame(await fetchGroups(provider, abe({ claims })), GROUPS)
  t.strictSame(urls.map(url => new URL(url).host), ['login.microsoftonline.com', 'graph.microsoft.com'])
  for (const oid of [undefined, '', 7, `${ABE}/../${DAEMON}`, `../groups/${ABE}`, ABE.toUpperCase(), [ABE], `${ABE}?`]) {
    await t.rejects(fetchGroups(provider, abe({ claims: { oid } })), UNAVAILABLE, String(oid))
  }
  t.equal(graph.questions.length, 1)
})

const json = { 'content-type': 'application/json' }
const WRONG_ANSWERS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  'more pages': response => { response.writeHead(200, json).end(JSON.stringify({ value: GROUPS, '@odata.nextLink': 'https://graph.microsoft.com/v1.0/next' })) },
  'no list': response => { response.writeHead(200, json).end('{}') },
  'a list of others': response => { response.writeHead(200, json).end('{"value":["Administrators"]}') },
  'a list of objects': response => { response.writeHead(200, json).end('{"value":[{"id":"fee2c45b-915a-4a64-b130-f4eb9e75525e"}]}') },
  'a text': response => { response.writeHead(200, json).end('{"value":"fee2c45b-915a-4a64-b130-f4eb9e75525e"}') },
  'no JSON': response => { response.writeHead(200, { 'content-type': 'text/html' }).end('<html>') },
  'half of it': response => { response.writeHead(200, json).end('{"value":[') },
  'a redirect': response => { response.writeHead(302, { location: 'https://evil.example/' }).end() },
  'another status': response => { response.writeHead(201, json).end(JSON.stringify({ value: GROUPS })) },
  'too many groups': response => { response.writeHead(400, json).end('{"error":{"code":"Directory_ResultSizeLimitExceeded"}}') },
  'not allowed': response => { response.writeHead(403, json).end('{"error":{"code":"Authorization_RequestDenied"}}') },
  'nobody of this id': response => { response.writeHead(404, json).end('{"error":{"code":"Request_ResourceNotFound"}}') },
  'too many calls': response => { response.writeHead(429, { ...json, 'retry-after': '1' }).end('{}') },
  'an outage': response => { response.writeHead(503, { ...json, 'retry-after': '1' }).end('{}') },
  'too much': response => { response.writeHead(200, json).end(JSON.stringify({ value: [], padding: 'x'.repeat(2_000) })) },
  'a closed connection': response => { response.destroy() },
  nothing: () => {}
}

t.test('whatever is no list of groups is 503, and is asked for once', async t => {
  for (const [name, answer] of Object.entries(WRONG_ANSWERS)) {
    const { graph, provider } = await start(t, { maxBytes: 1_024, ...name === 'nothing' && { timeoutMs: 50 } })
    graph.misbehave = (_call, response) => { answer(response) }
    const asking = createContext()
    await t.rejects(fetchGroups(provider, abe(), asking), UNAVAILABLE, name)
    t.equal(graph.questions.length, 1, name)
    t.match(asking.lines, [{ level: 'error', members: { provider: 'entraGraphGroups', expected: String }, text: 'Microsoft Graph gave no groups; guards that need them answer 503' }], name)
    t.notMatch(JSON.stringify(asking.lines), new RegExp(`${SECRET}|app\\.token|${ABE}`), name)
  }
})

t.test('whoever waits no longer ends the question', async t => {
  const { graph, provider } = await start(t)
  const control = new AbortController()
  graph.misbehave = () => { control.abort() }
  await t.rejects(fetchGroups(provider, abe(), { ...createContext(), signal: control.signal }), UNAVAILABLE)
})

t.test('what reads the token cannot be cached; what always asks can', async t => {
  const { graph, provider } = await start(t, { when: 'always' })
  const { provider: reading } = await start(t)
  for (const refused of [reading, combined(reading), fallback(identityGroups(), reading)]) {
    t.throws(() => cached(refused, { name: 'groups' }), { code: 'AUTH_OPTION_INVALID' })
  }
  const kept = cached(provider, { name: 'groups' })
  for (const groups of ['unknown', ['a'], null] as const) t.strictSame(await fetchGroups(kept, abe({ groups })), GROUPS)
  t.equal(graph.questions.length, 1)
  await t.test('behind what the token carries', async t => {
    const both = fallback(identityGroups(), kept)
    t.strictSame(await fetchGroups(both, abe({ groups: ['a'] })), ['a'])
    t.strictSame(await fetchGroups(both), GROUPS)
    t.equal(graph.questions.length, 1)
  })
})

t.test('options are checked', async t => {
  const both = { clientId: CLIENT, clientSecret: SECRET }
  const either = /^entraGraphGroups must be given either clientId and clientSecret, or accessToken/
  const refused: ReadonlyArray<readonly [options: unknown, message: RegExp]> = [
    [undefined, /^entraGraphGroups is missing/],
    [{}, either], [{ clientId: CLIENT }, either], [{ clientSecret: SECRET }, either],
    [{ ...both, accessToken: () => 'x' }, either], [{ clientId: CLIENT, accessToken: () => 'x' }, either],
    [{ ...both, tenantId: TENANT }, /^entraGraphGroups\.tenantId is not an option/],
    [{ ...both, clientSecret: '' }, /^entraGraphGroups\.clientSecret must be a text that is not empty/],
    [{ accessToken: 'x' }, /^entraGraphGroups\.accessToken must be a function/],
    [{ ...both, cloud: 'germany' }, /^entraGraphGroups\.cloud must be 'public', 'usgov' or 'china'/],
    [{ ...both, when: 'never' }, /^entraGraphGroups\.when must be 'overage' or 'always'/],
    [{ ...both, timeoutMs: 0 }, /^entraGraphGroups\.timeoutMs must be a whole number of milliseconds/],
    [{ ...both, maxBytes: 1 }, /^entraGraphGroups\.maxBytes must be a whole number of bytes/],
    [{ ...both, fetch: 'x' }, /^entraGraphGroups\.fetch must be a function/]
  ]
  for (const [options, message] of refused) {
    t.throws(() => entraGraphGroups(options as EntraGraphGroupsOptions), { code: 'AUTH_OPTION_INVALID', message }, String(message))
  }
})
