import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'

import { generateKeys } from '../../fixtures/generate-keys.js'
import { openPassthrough } from '../../fixtures/open-passthrough.js'
import { startTokenEndpoint } from '../../fixtures/start-token-endpoint.js'
import { authHeaders, authMetadata, customHeader } from '../../../lib/passthrough/index.js'

import type { KeyObject } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { Options, Row } from './row.js'
import type { TokenEndpoint } from '../../fixtures/start-token-endpoint.js'

const BOOKS = 'https://books.example.com'
const ALICE = { authorization: 'Bearer alice' }
const pair = generateKeys('rsa', { modulusLength: 2048 })
const rsa = toPem(pair.privateKey)
const otherRsa = toPem(generateKeys('rsa', { modulusLength: 2048 }).privateKey)

/** Opens an app with these options and looks at it. */
function see (look: (app: FastifyInstance) => Promise<unknown>): Row['observe'] {
  return async function observe (options, t) {
    return await look(await openPassthrough(t, { allowedOrigins: [BOOKS], ...options }, app => {
      app.route({ method: 'POST', url: '/other', handler: async () => authMetadata() })
      app.get('/', { config: { passthrough: 'optional' } }, async () => authMetadata())
      app.get('/open', async () => authMetadata())
      app.get('/out', async () => await authHeaders(BOOKS))
    }))
  }
}

const send = (url: string, headers: Record<string, string> = {}, method: 'GET' | 'POST' = 'GET') => see(async app => {
  const response = await app.inject({ url, headers, method })
  return response.statusCode === 200 ? response.json() : response.statusCode
})

async function answerLate (): Promise<readonly [string, string]> {
  await new Promise(resolve => setTimeout(resolve, 50))
  return ['x-key', 'late']
}

async function giveToken (): Promise<Response> {
  return Response.json({ access_token: 'a', token_type: 'Bearer' })
}

/** Opens an app that exchanges tokens so, sends `tokens` in turn, and looks at what the authorization server was asked. */
function exchange (look: (calls: TokenEndpoint['calls'], statuses: readonly number[]) => unknown, { tokens = ['alice'], slow = false } = {}): Row['observe'] {
  return async function observe (options, t) {
    const endpoint = await startTokenEndpoint(t)
    endpoint.members = { expires_in: 20 }
    if (slow) {
      endpoint.misbehave = response => { setTimeout(() => response.setHeader('content-type', 'application/json').end('{"access_token":"a","token_type":"Bearer"}'), 50) }
    }
    const all = { tokenEndpoint: endpoint.url, ...(options as { readonly exchange: object }).exchange }
    const app = await openPassthrough(t, { allowedOrigins: [BOOKS], exchange: all }, app => { app.get('/', async () => await authHeaders(BOOKS)) })
    const statuses: number[] = []
    for (const token of tokens) statuses.push((await app.inject({ url: '/', headers: { authorization: `Bearer ${token}` } })).statusCode)
    return look(endpoint.calls, statuses)
  }
}

const form = (name: string) => exchange(([call]) => call?.form.get(name) ?? null)
const proof = exchange(([call]) => Buffer.from(call?.headers.authorization?.slice(6) ?? '', 'base64').toString())
const assertion = (read: (jwt: string) => unknown) => exchange(([call]) => read(call?.form.get('client_assertion') ?? ''))
const statuses = (slow = false) => exchange((_calls, statuses) => statuses[0], { slow })
const count = (tokens: readonly string[]) => exchange(calls => calls.length, { tokens: [...tokens] })

/** Whether the form is signed by our key. */
const isOurs = exchange(async ([call]) => await jwtVerify(call?.form.get('client_assertion') ?? '', pair.publicKey).then(() => true, () => false))

function toPem (key: KeyObject): string {
  return key.export({ format: 'pem', type: 'pkcs8' }).toString()
}

const CLIENT = { clientId: 'shop', clientSecret: 'secret', audience: 'books' }
const SIGNED = { clientId: 'shop', audience: 'books', auth: 'private_key_jwt', privateKey: rsa }

/** A row of one option of `exchange`, beside others. */
function exchangeRow (name: string, value: unknown, { observe, base = CLIENT, instead = base, ...expected }: { readonly observe: Row['observe'], readonly base?: Options, readonly instead?: Options } & Pick<Row, 'with' | 'without'>): Row {
  return { option: `exchange.${name}`, observe, value: { ...base, [name]: value }, instead, ...expected }
}

const own: readonly Row[] = [
  { option: 'extractors', observe: send('/', { ...ALICE, 'x-key': 'k' }), value: [customHeader('x-key')], without: [['authorization', 'Bearer alice']], with: [['x-key', 'k']] },
  { option: 'excludedPaths', observe: send('/open'), value: ['/open'], without: 401, with: [] },
  { option: 'excludedPaths.method', observe: send('/open'), value: [{ method: 'GET', url: '/open' }], instead: [{ method: 'POST', url: '/other' }], without: 401, with: [] },
  { option: 'excludedPaths.url', observe: send('/other', {}, 'POST'), value: [{ method: 'POST', url: '/other' }], instead: [{ method: 'POST', url: '/open' }], without: 401, with: [] },
  { option: 'captureExcluded', beside: { excludedPaths: ['/open'] }, observe: send('/open', ALICE), value: true, without: [], with: [['authorization', 'Bearer alice']] },
  { option: 'required', observe: send('/open'), value: false, without: 401, with: [] },
  { option: 'allowedOrigins', observe: send('/out', ALICE), value: [BOOKS], instead: [], without: 500, with: ALICE },
  { option: 'timeoutMs', beside: { extractors: [answerLate] }, observe: send('/'), value: 1, without: [['x-key', 'late']], with: 503 },
  { option: 'exchange', observe: send('/out', ALICE), value: { ...CLIENT, tokenEndpoint: 'https://login.example.com/token', fetch: giveToken }, without: ALICE, with: { authorization: 'Bearer a' } }
]

export const passthroughRows: readonly Row[] = [
  ...own,
  exchangeRow('tokenEndpoint', 'http://127.0.0.1:1/token', { observe: statuses(), without: 200, with: 503 }),
  exchangeRow('clientId', 'pages', { observe: proof, without: 'shop:secret', with: 'pages:secret' }),
  exchangeRow('clientSecret', 'other', { observe: proof, without: 'shop:secret', with: 'shop:other' }),
  exchangeRow('auth', 'post', { observe: form('client_secret'), without: null, with: 'secret' }),
  exchangeRow('privateKey', rsa, { observe: isOurs, base: { ...SIGNED, privateKey: otherRsa }, without: false, with: true }),
  exchangeRow('algorithm', 'PS256', { observe: assertion(jwt => decodeProtectedHeader(jwt).alg), base: SIGNED, without: 'RS256', with: 'PS256' }),
  exchangeRow('issuer', 'https://login.example.com', { observe: assertion(jwt => decodeJwt(jwt).aud === 'https://login.example.com'), base: SIGNED, without: false, with: true }),
  exchangeRow('audience', 'prints', { observe: form('audience'), without: 'books', with: 'prints' }),
  exchangeRow('resource', BOOKS, { observe: form('resource'), without: null, with: BOOKS }),
  exchangeRow('scope', 'read', { observe: form('scope'), without: null, with: 'read' }),
  exchangeRow('targets', { [BOOKS]: { audience: 'prints' } }, { observe: form('audience'), without: 'books', with: 'prints' }),
  exchangeRow('subjectTokenType', 'urn:x', { observe: form('subject_token_type'), without: 'urn:ietf:params:oauth:token-type:access_token', with: 'urn:x' }),
  exchangeRow('requestedTokenType', 'urn:x', { observe: form('requested_token_type'), without: 'urn:ietf:params:oauth:token-type:access_token', with: 'urn:x' }),
  exchangeRow('marginSeconds', 0, { observe: count(['alice', 'alice']), without: 2, with: 1 }),
  exchangeRow('max', 1, { observe: count(['alice', 'bob', 'alice']), base: { ...CLIENT, marginSeconds: 0 }, without: 2, with: 3 }),
  exchangeRow('timeoutMs', 1, { observe: statuses(true), without: 200, with: 503 }),
  exchangeRow('fetch', giveToken, { observe: count(['alice']), without: 1, with: 0 })
]
