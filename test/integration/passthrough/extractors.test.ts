import { request } from 'node:http'

import t from 'tap'

import { collectLog } from '../../fixtures/collect-log.js'
import { openPassthrough } from '../../fixtures/open-passthrough.js'
import { AUTH_TOKEN_INVALID } from '../../../lib/index.js'
import { authMetadata, authorization, cookie, customHeader } from '../../../lib/passthrough/index.js'

import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import type { Extractor } from '../../../lib/passthrough/index.js'

const ALICE = { authorization: 'Bearer alice', cookie: 'session=1; theme=dark' }

function declare (app: FastifyInstance): void {
  app.get('/', async () => authMetadata())
}

async function ask (t: Test, extractors: readonly unknown[] | undefined, headers: Record<string, string>) {
  const app = await openPassthrough(t, extractors === undefined ? {} : { extractors: extractors as Extractor[] }, declare)
  const response = await app.inject({ url: '/', headers })
  return [response.statusCode, response.json()]
}

t.test('the Authorization header and all cookies are taken, as they are', async t => {
  t.strictSame(await ask(t, undefined, ALICE), [200, [['authorization', 'Bearer alice'], ['cookie', 'session=1; theme=dark']]])
  t.strictSame(await ask(t, undefined, { cookie: 'theme=dark' }), [200, [['cookie', 'theme=dark']]], 'one is enough, and nobody looks what it is worth')
})

t.test('one cookie by its exact name, and headers in any case', async t => {
  t.strictSame(await ask(t, [cookie('session')], ALICE), [200, [['cookie', 'session=1']]])
  t.match(await ask(t, [cookie('SESSION')], ALICE), [401, { code: 'AUTH_CREDENTIALS_MISSING' }])
  t.strictSame(await ask(t, [customHeader('X-Api-Key')], { 'x-api-KEY': 'k' }), [200, [['x-api-key', 'k']]])
  t.strictSame(await ask(t, [customHeader('Cookie'), customHeader('Authorization')], ALICE), [200, [['cookie', ALICE.cookie], ['authorization', ALICE.authorization]]])
})

t.test('empty values count as missing', async t => {
  for (const headers of [{ authorization: '' }, { cookie: '' }, { authorization: '   ' }]) {
    t.match(await ask(t, undefined, headers), [401, { code: 'AUTH_CREDENTIALS_MISSING' }])
  }
  t.match(await ask(t, [cookie('session')], { cookie: 'session=' }), [401, { code: 'AUTH_CREDENTIALS_MISSING' }])
  t.match(await ask(t, [cookie('session')], {}), [401, { code: 'AUTH_CREDENTIALS_MISSING' }])
  t.match(await ask(t, [() => ['x-key', '']], {}), [401, { code: 'AUTH_CREDENTIALS_MISSING' }])
})

t.test('what stands there twice is refused', async t => {
  const app = await openPassthrough(t, { extractors: [authorization(), cookie('session'), customHeader('x-api-key')], required: false }, declare)
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  for (const [name, values, reason] of [['authorization', ['Bearer a', 'Bearer b'], 'header'], ['x-api-key', ['a', 'a'], 'header'], ['cookie', ['session=1; session=2'], 'cookie']] as const) {
    const response = await sendRaw(address, values.map(value => [name, value]).flat())
    t.match(response, [400, { code: 'AUTH_CREDENTIALS_AMBIGUOUS' }], `${name} ${reason}`)
  }
})

t.test('extractors are asked in order, and every hit is kept', async t => {
  const extractors = [() => ['x-a', '1'], async () => ['X-B', ' 2 '], { extract: () => ['x-a', '3'] }, () => undefined, () => null, async () => null]
  t.strictSame(await ask(t, extractors, {}), [200, [['x-a', '1'], ['x-b', '2'], ['x-a', '3']]])
})

t.test('one that fails is logged by its name, without values, and skipped', async t => {
  class TenantReader {
    extract (): never { throw new Error('secret of the tenant') }
  }
  function readKey (): never { throw new RangeError('secret key') }
  const failing: ReadonlyArray<readonly [extractor: unknown, name: string]> = [
    [readKey, 'readKey'],
    [readKey.bind(null), 'bound readKey'],
    [async function readLater () { throw new Error('secret') }, 'readLater'],
    [(() => () => { throw new Error('secret') })(), 'extractors.3'],
    [new TenantReader(), 'TenantReader'],
    [{ extract: () => { throw new Error('secret') } }, 'extractors.5'],
    [{ name: 'tenant', extract: () => { throw new Error('secret') } }, 'tenant'],
    [Object.defineProperty(() => { throw new Error('secret') }, 'name', { get () { throw new Error('secret') } }), 'extractors.7'],
    [{ name: 'secret\nline', extract: () => 'secret' }, 'extractors.8'],
    [() => ['host', 'secret.example'], 'extractors.9'],
    [() => ['x-key', 'secret\r\nx: y'], 'extractors.10'],
    [() => ['x-key', 'secret', 'more'], 'extractors.11'],
    [async () => ({ then: 7, secret: 1 }), 'extractors.12'],
    [() => throwText('secret'), 'extractors.13']
  ]
  const log = collectLog()
  const app = await openPassthrough(t, { extractors: [...failing.map(([extractor]) => extractor), authorization()] }, declare, { logger: log.logger })
  const response = await app.inject({ url: '/', headers: ALICE })
  t.strictSame([response.statusCode, response.json()], [200, [['authorization', 'Bearer alice']]], 'the rest still runs')
  const lines = log.of('an extractor failed, and is skipped')
  t.strictSame(lines.map(line => line['extractor']).sort(), failing.map(([, name]) => name).sort())
  t.strictSame(lines.find(line => line['extractor'] === 'readKey')?.['error'], { name: 'RangeError', code: null })
  t.notMatch(log.text(), 'secret')
  t.equal((await app.inject({ url: '/' })).json().code, 'AUTH_CREDENTIALS_MISSING', 'skipped is not found')
})

t.test('one that refuses with a code refuses the request, optional or not', async t => {
  for (const required of [true, false]) {
    const app = await openPassthrough(t, { required, extractors: [() => { throw new AUTH_TOKEN_INVALID({ reason: 'signature' }) }, authorization()] }, declare)
    const response = await app.inject({ url: '/', headers: ALICE })
    t.strictSame([response.statusCode, response.json().code], [401, 'AUTH_TOKEN_INVALID'])
  }
})

t.test('one that never answers is an outage', async t => {
  const log = collectLog()
  const extractors = [authorization(), function hang () { return new Promise<null>(() => {}) }]
  const app = await openPassthrough(t, { extractors, timeoutMs: 1, required: false }, declare, { logger: log.logger })
  const response = await app.inject({ url: '/', headers: ALICE })
  t.strictSame([response.statusCode, response.json().code, response.headers['retry-after']], [503, 'AUTH_PROVIDER_UNAVAILABLE', '5'])
  t.match(log.of('an extractor took too long'), [{ extractor: 'hang', expected: { timeoutMs: 1 } }])
  t.match(log.of('request could not be judged'), [{ reason: 'provider_timeout' }])
})

t.test('factories refuse names that no credential can stand under', async t => {
  for (const name of ['', 'a b', 'host', 'Content-Length', 'transfer-encoding', 7]) {
    t.throws(() => customHeader(name as string), { code: 'AUTH_OPTION_INVALID' }, String(name))
  }
  for (const name of ['', 'a;b', 7]) {
    t.throws(() => cookie(name as string), { code: 'AUTH_OPTION_INVALID' }, String(name))
  }
})

function throwText (text: unknown): never {
  throw text
}

/** Sends headers as they are given, doubled ones too. */
async function sendRaw (address: string, headers: readonly string[]): Promise<unknown> {
  return await new Promise(function ask (resolve, reject) {
    request(address, { headers: ['host', 'localhost', ...headers] as never }, async function read (response) {
      const chunks = await response.toArray()
      resolve([response.statusCode, JSON.parse(Buffer.concat(chunks as Buffer[]).toString())])
    }).on('error', reject).end()
  })
}
