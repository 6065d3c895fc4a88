import Fastify from 'fastify'
import passthrough, { authDispatcher, authFetch, authHeaders, authMetadata, authorization, cookie, customHeader, passthrough as named, withAuthMetadata } from 'fastify-gatekeeper/passthrough'

import type { AuthPair, BareOptions, ExchangeOptions, Extractor, PassthroughMode, PassthroughOptions } from 'fastify-gatekeeper/passthrough'
import type { AccessRow } from 'fastify-gatekeeper'

const app = Fastify()
await app.register(passthrough, { allowedOrigins: ['https://books.example.com'] })
const exchange: ExchangeOptions = { tokenEndpoint: 'https://login.example.com/token', clientId: 'shop', clientSecret: 'secret', audience: ['books'], targets: { 'https://books.example.com': { resource: 'https://books.example.com/' } } }
const options: PassthroughOptions = {
  extractors: [authorization(), cookie(), cookie('session'), customHeader('x-key'), () => null, request => ['x-ip', request.ip], async () => ['x-key', 'k'], { extract: () => undefined }],
  excludedPaths: ['/health', { method: 'GET', url: '/docs/*' }],
  captureExcluded: true,
  required: false,
  allowedOrigins: [],
  exchange,
  timeoutMs: 1_000
}
await app.register(named, options)
// @ts-expect-error where credentials may go must be said
await app.register(passthrough, {})
// @ts-expect-error a misspelt option
await app.register(passthrough, { allowedOrigins: [], allowedOrigin: 'https://books.example.com' })

app.get('/', { config: { passthrough: 'optional' } }, async () => await (await authFetch('https://books.example.com')).json())
// @ts-expect-error there is no such mode
app.get('/typo', { config: { passthrough: 'sometimes' } }, async () => 'ok')

const pairs: readonly AuthPair[] = authMetadata()
const [[name, value] = ['', '']] = pairs
const text: string = withAuthMetadata([['x-key', 'k']], () => `${name}${value}`, { merge: true, allowedOrigins: ['https://books.example.com'] })
const later: Promise<number> = withAuthMetadata(new Map([['x-key', text]]), async () => 1)
// @ts-expect-error a pair has a value
withAuthMetadata([['x-key']], () => later)

const bare: BareOptions = { missing: 'bare', elsewhere: 'refuse' }
const response: Response = await authFetch(new URL('https://books.example.com'), { method: 'POST', body: '{}' }, bare)
const headers: Record<string, string> = await authHeaders(response.url, bare)
const dispatcher = authDispatcher({ ...bare, agent: { connections: 1 } })
await dispatcher.close()
// @ts-expect-error it is one of two words
authDispatcher({ missing: true })

const mode: PassthroughMode | undefined = ({} as AccessRow).passthrough
const extractor: Extractor = request => request.headers['x-key'] === undefined ? null : ['x-key', String(headers[mode ?? ''])]
export { extractor }
