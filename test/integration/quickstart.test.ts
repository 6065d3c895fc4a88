import t from 'tap'

import { build } from '../../examples/quickstart.js'
import { findFreePort } from '../fixtures/find-free-port.js'
import { connect, sqlDirectory } from '../../lib/sources/sql/index.js'

import type { FastifyInstance, InjectOptions } from 'fastify'
import type { Test } from 'tap'
import type { EmbeddedDatabase } from '../../examples/embedded-database.js'
import type { GrantHolder } from '../../lib/sources/sql/index.js'

const kUsers = ['none', 'alice', 'bob', 'root', 'service', 'expired'] as const
const kBearer = 'Bearer realm="api"'

type Name = typeof kUsers[number]
type Tokens = Readonly<Record<Exclude<Name, 'none'>, string>>

/** All that a refusal says, by its code. */
const kRefusals: Readonly<Record<string, { statusCode: number, error: string, message: string, challenge?: string }>> = {
  AUTH_CREDENTIALS_MISSING: { statusCode: 401, error: 'Unauthorized', message: 'Authentication required', challenge: kBearer },
  AUTH_TOKEN_EXPIRED: { statusCode: 401, error: 'Unauthorized', message: 'Token expired', challenge: `${kBearer}, error="invalid_token"` },
  AUTH_ROLE_MISSING: { statusCode: 403, error: 'Forbidden', message: 'Operation not allowed' },
  AUTH_GROUP_MISSING: { statusCode: 403, error: 'Forbidden', message: 'Operation not allowed' },
  AUTH_PERMISSION_MISSING: { statusCode: 403, error: 'Forbidden', message: 'Operation not allowed' },
  AUTH_KIND_REFUSED: { statusCode: 403, error: 'Forbidden', message: 'Operation not allowed' }
}

const [NONE, EXPIRED, ROLE, GROUP, PERMISSION, KIND] = [
  'AUTH_CREDENTIALS_MISSING', 'AUTH_TOKEN_EXPIRED', 'AUTH_ROLE_MISSING', 'AUTH_GROUP_MISSING', 'AUTH_PERMISSION_MISSING', 'AUTH_KIND_REFUSED'
]

/** What none, alice, bob, root, service and expired get: a body, or the code of a refusal. */
const kReads: Readonly<Record<string, readonly unknown[]>> = {
  '/health': kUsers.map(() => ({ status: 'ok' })),
  '/me': [
    NONE,
    { id: 'alice', name: 'Alice Liddell', kind: 'human', groups: ['staff'], roles: ['analyst'], permissions: [] },
    { id: 'bob', name: 'Bob Cratchit', kind: 'human', groups: ['staff'], roles: [], permissions: [] },
    { id: 'root', name: 'Root Admin', kind: 'human', groups: ['admin'], roles: [], permissions: ['user.*'] },
    { id: 'service', name: null, kind: 'machine', groups: [], roles: [], permissions: [] },
    EXPIRED
  ],
  '/reports': [NONE, { reports: ['2025', '2026'] }, ROLE, ROLE, ROLE, EXPIRED],
  '/admin': [NONE, GROUP, GROUP, { secrets: [] }, GROUP, EXPIRED],
  '/machine': [NONE, KIND, KIND, KIND, { client: 'service' }, EXPIRED]
}

async function start (t: Test): Promise<{ app: FastifyInstance, tokens: Tokens }> {
  const app = await build({})
  t.teardown(() => app.close())
  return { app, tokens: (await app.inject('/demo/tokens')).json() }
}

const { app, tokens } = await start(t)

function signIn (user: Name, own: Tokens = tokens): Record<string, string> {
  return user === 'none' ? {} : { authorization: `Bearer ${own[user]}` }
}

/** A request of each user in turn, whose answers must be as expected: bodies with `statusCode`, or the codes of refusals. */
async function askAll (t: Test, options: InjectOptions, expected: readonly unknown[], statusCode = 200): Promise<void> {
  for (const [index, user] of kUsers.entries()) {
    const response = await app.inject({ ...options, headers: { ...options.headers, ...signIn(user) } })
    const wanted = expected[index]
    const { challenge, ...refusal } = kRefusals[String(wanted)] ?? { statusCode }
    const body = 'error' in refusal ? { code: wanted, ...refusal } : wanted
    t.equal(response.statusCode, refusal.statusCode, `${user}: status`)
    t.equal(response.headers['www-authenticate'], challenge, `${user}: challenge`)
    options.method === 'HEAD' ? t.equal(response.body, '', `${user}: no body`) : t.strictSame(response.json(), body, `${user}: body`)
  }
}

for (const [url, expected] of Object.entries(kReads)) {
  t.test(`GET ${url}`, t => askAll(t, { method: 'GET', url }, expected))
  t.test(`HEAD ${url} is answered like GET`, t => askAll(t, { method: 'HEAD', url }, expected))
}

t.test('POST /users', t => askAll(t, { method: 'POST', url: '/users', payload: { name: 'carol' } },
  [NONE, PERMISSION, PERMISSION, { name: 'carol', createdBy: 'root' }, PERMISSION, EXPIRED], 201))

t.test('POST /users with malformed JSON is refused before it is read, and after that for what it is', async t => {
  const headers = { 'content-type': 'application/json' }
  const expected = { none: [401, NONE], expired: [401, EXPIRED], root: [400, 'FST_ERR_CTP_INVALID_JSON_BODY'] } as const
  for (const user of ['none', 'expired', 'root'] as const) {
    const response = await app.inject({ method: 'POST', url: '/users', headers: { ...headers, ...signIn(user) }, payload: '{"name":' })
    t.strictSame([response.statusCode, response.json().code], expected[user], user)
  }
})

t.test('POST /users with a body that does not fit the schema', async t => {
  for (const payload of [{}, { name: '' }, []]) {
    const response = await app.inject({ method: 'POST', url: '/users', headers: signIn('root'), payload })
    t.strictSame([response.statusCode, response.json().code], [400, 'FST_ERR_VALIDATION'])
  }
})

t.test('/demo/tokens gives everybody five tokens, new ones each time', async t => {
  t.strictSame(Object.keys(tokens), ['alice', 'bob', 'root', 'service', 'expired'])
  for (const user of kUsers) {
    const options = { url: '/demo/tokens', headers: signIn(user) }
    const answer = await app.inject(options)
    t.equal(answer.statusCode, 200, user)
    t.equal((await app.inject({ ...options, method: 'HEAD' })).statusCode, 200, user)
    t.equal((await app.inject({ url: '/me', headers: signIn('alice', answer.json()) })).statusCode, 200, user)
  }
})

t.test('/docs shows anybody what each route asks', async t => {
  t.match((await app.inject('/docs')).headers['content-type'], 'text/html')
  const { components, paths } = (await app.inject('/docs/json')).json()
  t.strictSame(components.securitySchemes, { bearerAuth: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } })
  const asked = Object.entries<Record<string, { readonly security?: unknown, readonly responses: object }>>(paths).flatMap(([path, operations]) => Object.values(operations).map(({ security, responses }) => [path, security, Object.keys(responses).join()]))
  const bearer = [{ bearerAuth: [] }]
  t.strictSame(asked, [
    ['/health', [], '200'], ['/me', bearer, '200,401,503'], ['/reports', bearer, '200,401,403,503'], ['/admin', bearer, '200,401,403,503'],
    ['/users', bearer, '200,401,403,503'], ['/machine', bearer, '200,401,403,503'], ['/demo/tokens', [], '200']
  ])
})

t.test('over a real socket', async t => {
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  const refused = await fetch(`${address}/reports`)
  t.strictSame([refused.status, refused.headers.get('www-authenticate')], [401, kBearer])
  const admitted = await fetch(`${address}/reports`, { headers: signIn('alice') })
  t.strictSame([admitted.status, await admitted.json()], [200, { reports: ['2025', '2026'] }])
  const created = await fetch(`${address}/users`, {
    method: 'POST', headers: { 'content-type': 'application/json', ...signIn('root') }, body: '{"name":"carol"}'
  })
  t.strictSame([created.status, await created.json()], [201, { name: 'carol', createdBy: 'root' }])
  const head = await fetch(`${address}/admin`, { method: 'HEAD', headers: signIn('bob') })
  t.strictSame([head.status, await head.text()], [403, ''])
})

t.test("two apps do not accept each other's tokens", async t => {
  const other = await start(t)
  const response = await app.inject({ url: '/me', headers: signIn('alice', other.tokens) })
  t.strictSame([response.statusCode, response.json().code], [401, 'AUTH_TOKEN_INVALID'])
})

t.test('hands out no tokens where others can reach it', async t => {
  for (const HOST of ['0.0.0.0', '::', '192.0.2.1', 'localhost.example.com', '']) {
    const app = await build({ HOST })
    t.teardown(() => app.close())
    const response = await app.inject('/demo/tokens')
    t.equal(response.statusCode, 404, HOST)
    t.equal((await app.inject('/me')).statusCode, 401, HOST)
  }
})

t.test('who is made a manager by another process reads what analysts read, from the next request on: a role includes another', async t => {
  const { url } = app.getDecorator<EmbeddedDatabase>('database')
  const read = async () => (await app.inject({ url: '/reports', headers: signIn('root') })).statusCode
  t.equal(await read(), 403)
  const db = connect(url)
  t.teardown(() => db.destroy())
  const directory = sqlDirectory(db)
  const [known] = await directory.list({ holder: { kind: 'user', subject: 'root' } })
  t.equal(await directory.grant({ kind: 'role', name: 'manager', holder: known?.holder as GrantHolder }), 1)
  t.equal(await read(), 200)
  t.strictSame((await app.inject({ url: '/me', headers: signIn('root') })).json().roles.sort(), ['analyst', 'manager'])
  t.equal(await directory.revoke({ kind: 'role', name: 'manager', holder: known?.holder as GrantHolder }), 1)
  t.equal(await read(), 403)
})

t.test('its database ends with it', async t => {
  const app = await build({ DATABASE_PORT: String(await findFreePort()) })
  const { url, port } = app.getDecorator<EmbeddedDatabase>('database')
  t.equal(url, `postgresql://postgres@127.0.0.1:${port}/postgres`)
  const db = connect(url)
  t.teardown(() => db.destroy())
  t.equal((await db.selectFrom('gatekeeper_user_roles').select('name').execute()).length, 1)
  await app.close()
  await t.rejects(db.selectFrom('gatekeeper_user_roles').select('name').execute())
})
