import t from 'tap'

import { openPassthrough } from '../../fixtures/open-passthrough.js'
import { authMetadata, authorization } from '../../../lib/passthrough/index.js'

t.test('options that are unknown, missing or wrong stop the boot, by their path', async t => {
  const wrong: ReadonlyArray<readonly [options: Record<string, unknown>, message: RegExp]> = [
    [{ allowedOrigins: undefined }, /passthrough\.allowedOrigins is missing: it must be a list of origins/],
    [{ allowedOrigins: 'https://books.example.com' }, /passthrough\.allowedOrigins must be a list of origins/],
    [{ extractors: [] }, /passthrough\.extractors must be a list of at least one extractor/],
    [{ extractors: ['authorization'] }, /passthrough\.extractors\.0 must be an extractor/],
    [{ extractors: authorization() }, /passthrough\.extractors must be .*if it is a factory, call it/],
    [{ excludedPaths: '/health' }, /passthrough\.excludedPaths must be a list of routes/],
    [{ excludedPaths: ['health'] }, /passthrough\.excludedPaths\.0 must be a route's full pattern/],
    [{ excludedPaths: ['/health', '/*'] }, /passthrough\.excludedPaths\.1 would let every request in without credentials; say required: false/],
    [{ excludedPaths: [{ method: 'GET', url: '/*' }] }, /passthrough\.excludedPaths\.0 would let every request in/],
    [{ captureExcluded: 'yes' }, /passthrough\.captureExcluded must be true or false/],
    [{ required: null }, /passthrough\.required must be true or false/],
    [{ timeoutMs: 0 }, /passthrough\.timeoutMs must be a whole number/],
    [{ headerExtractors: [] }, /passthrough\.headerExtractors is not an option/],
    [{ exchange: null }, /passthrough\.exchange must be an object with options/]
  ]
  for (const [options, message] of wrong) {
    await t.rejects(openPassthrough(t, options), { code: 'AUTH_OPTION_INVALID', message }, JSON.stringify(options))
  }
})

t.test('options are copied: who changes his own afterwards changes nothing', async t => {
  const options = { extractors: [authorization()], allowedOrigins: [] as string[], excludedPaths: ['/health'], required: true }
  const app = await openPassthrough(t, options, app => {
    app.get('/health', async () => authMetadata())
    app.get('/', async () => authMetadata())
  })
  options.extractors.length = 0
  options.excludedPaths.push('/')
  options.required = false
  t.equal((await app.inject('/')).statusCode, 401)
  t.strictSame((await app.inject({ url: '/', headers: { authorization: 'x' } })).json(), [['authorization', 'x']])
  t.notOk(Object.isFrozen(options.extractors))
})
