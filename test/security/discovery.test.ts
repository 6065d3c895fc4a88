import t from 'tap'

import { oidc } from '../../lib/providers/oidc/index.js'
import { stopClock } from '../fixtures/clock.js'
import { setEnv } from '../fixtures/set-env.js'
import { AUDIENCE, createKey, createToken } from './forge.js'
import { assertAccepted, assertRefused, createTarget } from './harness.js'
import { hangUp, json, listen, stall, status } from './listen.js'
import { runOut, TIMEOUT_MS } from './remote-scene.js'

import type { RequestListener } from 'node:http'
import type { Test } from 'tap'
import type { Clock } from '../fixtures/clock.js'
import type { Target } from './harness.js'
import type { Listener } from './listen.js'

const good = createKey('ES256', 'key-of-the-issuer')
const evil = createKey('ES256', 'key-of-the-issuer')
const unavailable = { status: 503, code: 'AUTH_PROVIDER_UNAVAILABLE', reason: 'keys_unavailable' } as const

/** A wrong description of the issuer at `issuer`; `elsewhere` is a server of an attacker, with keys. */
type WrongDescription = readonly [name: string, describe: (issuer: string, elsewhere: string) => unknown]

interface Scene {
  readonly clock: Clock
  readonly issuer: Listener
  readonly canary: Listener
  readonly target: Target
  describe (answer: RequestListener): void
  token (key: typeof good): string
}

/** The parts of another issuer that look like those of the right one. OpenID Connect Discovery, 4.3: identical. */
const wrongIssuers: readonly WrongDescription[] = [
  ['of somebody else (mix-up, RFC 8414, 3.3)', (_issuer, elsewhere) => elsewhere], ['with a slash behind', issuer => `${issuer}/`],
  ['with a path', issuer => `${issuer}/tenant`], ['with a query', issuer => `${issuer}?`], ['with a fragment', issuer => `${issuer}#`],
  ['in capitals', issuer => issuer.toUpperCase()],
  ['over https', issuer => issuer.replace('http:', 'https:')], ['by another name of the machine', issuer => issuer.replace('127.0.0.1', 'localhost')],
  ['without a scheme', issuer => issuer.replace('http:', '')], ['with a user', issuer => issuer.replace('//', '//user@')],
  ['with a blank behind', issuer => `${issuer} `],
  ['with a line end behind', issuer => `${issuer}\n`], ['with a NUL behind', issuer => `${issuer}\0`], ['in a list', issuer => [issuer]],
  ['in an object', issuer => ({ url: issuer })], ['as a template (Entra)', issuer => `${issuer}/{tenantid}/v2.0`], ['null', () => null], ['absent', () => undefined],
  ['empty', () => ''], ['true', () => true]
]

const issuers = wrongIssuers.map(([name, toIssuer]): WrongDescription => [`issuer ${name}`, (issuer, elsewhere) => ({ issuer: toIssuer(issuer, elsewhere), jwks_uri: `${elsewhere}/jwks` })])

const addresses: readonly WrongDescription[] = ([
  ['http on another machine', 'http://issuer.example/jwks'], ['http on the metadata service of a cloud (CWE-918)', 'http://169.254.169.254/latest/meta-data/'],
  ['http in the local network', 'http://10.0.0.1/jwks'], ['http on every address', 'http://0.0.0.0/jwks'], ['http on IPv6, not loopback', 'http://[fe80::1]/jwks'],
  ['a name that begins like loopback', 'http://127.0.0.1.evil.example/jwks'], ['a name that ends like loopback', 'http://evil.localhost.example/jwks'],
  ['a user before the host', 'http://127.0.0.1@evil.example/jwks'], ['https with a user', 'https://user:password@issuer.example/jwks'],
  ['https with a fragment', 'https://issuer.example/jwks#x'],
  ['a file', 'file:///etc/passwd'], ['data', 'data:application/json,{"keys":[]}'], ['ftp', 'ftp://issuer.example/jwks'], ['javascript', 'javascript:alert(1)'],
  ['blob', 'blob:https://issuer.example/x'], ['a path', '/jwks'], ['no scheme', '//issuer.example/jwks'], ['empty', ''], ['blank', ' '], ['rubbish', 'https://'],
  ['a list', ['https://issuer.example/jwks']], ['an object', { href: 'https://issuer.example/jwks' }], ['null', null], ['a number', 7], ['absent', undefined]
] as const).map(([name, uri]): WrongDescription => [`jwks_uri: ${name}`, issuer => ({ issuer, jwks_uri: uri })])

const documents: ReadonlyArray<readonly [string, (elsewhere: string) => RequestListener]> = [
  ['keys in place of a description', () => json({ keys: [evil.jwk] })],
  ['keys inside the description', () => json({ issuer: 'x', jwks: { keys: [evil.jwk] }, keys: [evil.jwk] })], ['a list', () => json([])], ['null', () => json(null)],
  ['a text', () => json('"issuer"')], ['HTML', () => json('<html>', 'text/html')], ['cut off', () => json('{"issuer":')],
  ['redirect to somebody else', elsewhere => status(302, { location: `${elsewhere}/.well-known/openid-configuration` })],
  ['permanent redirect', elsewhere => status(308, { location: elsewhere })], ['not found', () => status(404)], ['not allowed', () => status(403)],
  ['out of order', () => status(503)], ['broken', () => hangUp], ['silent', () => stall],
  ['a megabyte', () => json({ pad: 'x'.repeat(1_000_000) })]
]

async function setScene (t: Test): Promise<Scene> {
  const clock = stopClock(t)
  const canary = await listen(t, json({ keys: [evil.jwk] }))
  const issuer = await listen(t)
  const describe = (answer: RequestListener) => {
    issuer.answer = (request, response) => (request.url === '/jwks' ? json({ keys: [good.jwk] }) : answer)(request, response)
  }
  describe((request, response) => json({ issuer: issuer.url, jwks_uri: `${issuer.url}/jwks` })(request, response))
  const jwtProvider = oidc({ issuer: issuer.url, audience: AUDIENCE, warmUp: false, jwksTimeoutMs: TIMEOUT_MS, jwksMaxBytes: 100_000, jwksCooldownSeconds: 60 })
  const target = await createTarget(t, { jwtProvider })
  return { clock, issuer, canary, target, describe, token: key => createToken(key, { claims: { iss: issuer.url } }) }
}

/** Nobody gets in on the word of a wrong description; who was in stays in; a right one heals. */
async function assertHarmless (t: Test, answer: (scene: Scene) => RequestListener): Promise<void> {
  const scene = await setScene(t)
  const { clock, target, issuer, canary, describe, token } = scene
  const right = json({ issuer: issuer.url, jwks_uri: `${issuer.url}/jwks` })
  const wrong = answer(scene)
  describe(wrong)
  const refused = assertRefused(t, target, { name: 'cold, key of the issuer', token: token(good), ...unavailable })
  await (wrong === stall ? runOut(scene, 1) : null)
  await refused
  await assertRefused(t, target, { name: 'cold, key of the attacker', token: token(evil), ...unavailable })
  t.equal(issuer.hits.length, 1)
  describe(right)
  clock.advance(60)
  await assertAccepted(t, target, token(good))
  describe(wrong)
  clock.advance(1_200)
  await assertAccepted(t, target, token(good))
  await assertRefused(t, target, { name: 'warm, key of the attacker', token: token(evil), reason: 'signature' })
  t.strictSame(canary.hits, [], 'nobody else was asked')
}

for (const [title, table] of Object.entries({ issuers, addresses })) {
  t.test(`wrong descriptions of an OpenID provider: ${title}`, async t => {
    for (const [name, describe] of table) {
      await t.test(name, t => assertHarmless(t, ({ issuer, canary }) => json(describe(issuer.url, canary.url))))
    }
  })
}

t.test('wrong descriptions of an OpenID provider: documents', async t => {
  for (const [name, answer] of documents) {
    await t.test(name, t => assertHarmless(t, ({ canary }) => answer(canary.url)))
  }
})

t.test('in production keys come over https only, loopback or not', async t => {
  setEnv(t, { NODE_ENV: 'production' })
  for (const issuer of ['http://127.0.0.1:1', 'http://localhost:1', 'http://[::1]:1', 'http://issuer.example']) {
    t.throws(() => oidc({ issuer, audience: AUDIENCE }), { code: 'AUTH_OPTION_INVALID' }, issuer)
  }
})

t.test('an issuer that no address should be is none', async t => {
  const wrong = [
    '', 'issuer.example', 'http://issuer.example', 'https://issuer.example?x=y', 'https://issuer.example#x', 'https://user@issuer.example',
    'https://user:password@issuer.example', 'file:///etc/passwd', 'javascript:alert(1)', 'http://127.0.0.1.evil.example', 'http://2130706433.evil.example',
    '//issuer.example', 'https://', '*', 'null'
  ]
  for (const issuer of wrong) {
    t.throws(() => oidc({ issuer, audience: AUDIENCE }), { code: 'AUTH_OPTION_INVALID' }, JSON.stringify(issuer))
  }
})
