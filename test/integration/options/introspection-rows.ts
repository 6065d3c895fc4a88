import { decodeProtectedHeader, jwtVerify } from 'jose'

import { generateKeys } from '../../fixtures/generate-keys.js'
import { collectLog } from '../../fixtures/collect-log.js'
import { bearer } from '../../fixtures/hand-issuer.js'
import { startIntrospection } from '../../fixtures/introspection-endpoint.js'
import { openApp } from '../../fixtures/open-app.js'
import { tokenRows } from './token-rows.js'
import { introspection } from '../../../lib/providers/introspection/index.js'
import { introspectionOptionsSchema } from '../../../lib/providers/introspection/options.js'

import type { KeyObject } from 'node:crypto'
import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import type { Test } from 'tap'
import type { Factory } from './factory.js'
import type { Options, Row } from './row.js'
import type { CountingIssuer } from '../../fixtures/counting-issuer.js'
import type { IntrospectionEndpoint } from '../../fixtures/introspection-endpoint.js'
import type { IntrospectionOptions } from '../../../lib/providers/introspection/index.js'

const ISSUER = 'https://issuer.example'
const SECRET = { clientSecret: 'secret' }
const pair = generateKeys('rsa', { modulusLength: 2048 })
const rsa = toPem(pair.privateKey)
const otherRsa = toPem(generateKeys('rsa', { modulusLength: 2048 }).privateKey)
const jwt = [{ alg: 'ES256' }, { iss: ISSUER }, {}].map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')

interface Scene { readonly app: FastifyInstance, readonly endpoint: IntrospectionEndpoint }

/** Opens an app with these options, at an endpoint of its own that knows the tokens `a` and `b`, and looks at it. */
function see (look: (scene: Scene) => Promise<unknown>, server?: FastifyServerOptions): Row['observe'] {
  return async function observe (options, t) {
    const endpoint = await startIntrospection(t)
    for (const token of ['a', 'b', jwt]) endpoint.knows(token, { iss: ISSUER })
    const provider = () => introspection({ url: endpoint.url, issuer: ISSUER, audience: null, clientId: 'books', ...options } as IntrospectionOptions)
    const app = await openApp(t, { jwtProvider: provider() }, app => { app.get('/', async () => 'in') }, server)
    return await look({ app, endpoint })
  }
}

async function send ({ app }: Scene, token = 'a'): Promise<number> {
  return (await app.inject({ url: '/', headers: bearer(token) })).statusCode
}

/** Shows how the first call says whose it is. */
function proof (at: (form: Readonly<Record<string, string>>, basic: string) => unknown): Row['observe'] {
  return see(async scene => {
    await send(scene)
    const [{ headers, form } = { headers: {}, form: {} }] = scene.endpoint.calls
    return at(form, Buffer.from(headers.authorization?.slice(6) ?? '', 'base64').toString())
  })
}

/** Shows how often the issuer is asked about one token, sent twice. */
const countCalls = (token: string) => see(async scene => {
  await send(scene, token)
  await send(scene, token)
  return scene.endpoint.calls.length
})

const sendBoth = see(async scene => {
  scene.endpoint.misbehave = answerLate
  return (await Promise.all([send(scene, 'a'), send(scene, 'b')])).sort()
})

const sendSlowly = see(async scene => {
  scene.endpoint.misbehave = answerLate
  return await send(scene)
})

async function nameInLog (options: Options, t: Test): Promise<unknown> {
  const log = collectLog('error')
  const observe = see(async scene => {
    scene.endpoint.misbehave = response => { response.writeHead(401).end() }
    await send(scene)
    return log.lines.flatMap(line => line['provider'] ?? [])
  }, { logger: log.logger })
  return await observe(options, t)
}

/** Whether the first call is signed by our key. */
const isOurs = proof(async ({ client_assertion: jwt = '' }) => await jwtVerify(jwt, pair.publicKey).then(() => true, () => false))

function toPem (key: KeyObject): string {
  return key.export({ format: 'pem', type: 'pkcs8' }).toString()
}

function answerLate (response: Parameters<NonNullable<IntrospectionEndpoint['misbehave']>>[0], body: string): void {
  setTimeout(() => { response.setHeader('content-type', 'application/json').end(body) }, 50)
}

const ownRows: readonly Row[] = [
  { option: 'url', beside: SECRET, observe: see(scene => send(scene)), value: 'http://127.0.0.1:1/introspect', without: 200, with: 503 },
  { option: 'issuer', beside: SECRET, observe: see(scene => send(scene)), instead: 'https://other.example', value: ISSUER, without: 401, with: 200 },
  { option: 'jwts', beside: SECRET, observe: see(scene => send(scene, jwt)), value: false, without: 200, with: 401 },
  { option: 'clientId', beside: SECRET, observe: proof((_form, basic) => basic), value: 'pages', without: 'books:secret', with: 'pages:secret' },
  { option: 'clientSecret', observe: proof((_form, basic) => basic), value: 'secret', instead: 'other', without: 'books:other', with: 'books:secret' },
  { option: 'auth', beside: SECRET, observe: proof(form => form['client_secret'] ?? null), value: 'post', without: null, with: 'secret' },
  { option: 'privateKey', beside: { auth: 'private_key_jwt' }, observe: isOurs, value: rsa, instead: otherRsa, without: false, with: true },
  {
    option: 'algorithm',
    beside: { auth: 'private_key_jwt', privateKey: rsa },
    observe: proof(form => decodeProtectedHeader(form['client_assertion'] ?? '').alg),
    value: 'PS256',
    without: 'RS256',
    with: 'PS256'
  },
  { option: 'name', beside: SECRET, observe: nameInLog, value: 'partners', without: ['introspection'], with: ['partners'] },
  { option: 'maxCacheSeconds', beside: SECRET, observe: countCalls('a'), value: 0, without: 1, with: 2 },
  { option: 'inactiveCacheSeconds', beside: SECRET, observe: countCalls('unknown'), value: 0, without: 1, with: 2 },
  { option: 'timeoutMs', beside: SECRET, observe: sendSlowly, value: 1, without: 200, with: 503 },
  { option: 'maxConcurrent', beside: { ...SECRET, maxQueued: 0 }, observe: sendBoth, value: 1, without: [200, 200], with: [200, 503] },
  { option: 'maxQueued', beside: { ...SECRET, maxConcurrent: 1 }, observe: sendBoth, value: 0, without: [200, 200], with: [200, 503] },
  {
    option: 'fetch',
    beside: SECRET,
    observe: see(scene => send(scene)),
    value: async () => Response.json({ active: false }),
    without: 200,
    with: 401
  }
]

/** An issuer that says of its tokens what they say themselves. */
async function introspectNothing (_url: string, { body }: RequestInit): Promise<Response> {
  const [, payload = ''] = String((body as URLSearchParams).get('token')).split('.')
  return Response.json({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), active: true })
}

export function introspectionRows (issuer: CountingIssuer): readonly Row[] {
  const base = { url: `${issuer.url}/introspect`, issuer: issuer.url, audience: 'api', clientId: 'books', ...SECRET, fetch: introspectNothing }
  const names = Object.keys(introspectionOptionsSchema.properties)
  const factory: Factory = { name: 'introspection', create: options => introspection(options as unknown as IntrospectionOptions), issuer, base }
  return [...ownRows, ...tokenRows(factory).filter(({ option }) => names.includes(option.split('.')[0] ?? ''))]
}
