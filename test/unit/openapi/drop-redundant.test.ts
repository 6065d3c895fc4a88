import t from 'tap'

import { dropRedundant } from '../../../lib/openapi/drop-redundant.js'

import type { Schemes } from '../../../lib/openapi/write-security.js'

const parameters = [
  { in: 'header', name: 'Authorization' }, { in: 'header', name: 'x-api-key' }, { in: 'query', name: 'token' }, { in: 'cookie', name: 'session' },
  { in: 'query', name: 'authorization' }, { in: 'query', name: 'Token' }, { in: 'header', name: 'session' }, { $ref: '#/components/parameters/page' }, 'text'
]

function dropped (schemes: Schemes, names: readonly string[] = Object.keys(schemes)): unknown[] {
  const left = dropRedundant(parameters, names.map(name => ({ [name]: [] })), schemes)
  return parameters.filter(parameter => !left.includes(parameter))
}

t.test('parameters go where a scheme stands for them', async t => {
  const [authorization, key, token, session] = parameters
  for (const scheme of [{ type: 'http', scheme: 'bearer' }, { type: 'basic' }, { type: 'oauth2' }, { type: 'openIdConnect' }]) {
    t.strictSame(dropped({ scheme }), [authorization], scheme.type)
  }
  t.strictSame(dropped({ scheme: { type: 'apiKey', in: 'header', name: 'X-API-Key' } }), [key], 'headers in any case')
  t.strictSame(dropped({ scheme: { type: 'apiKey', in: 'query', name: 'token' } }), [token], 'parameters of the query exactly')
  t.strictSame(dropped({ scheme: { type: 'apiKey', in: 'cookie', name: 'session' } }), [session])
  t.strictSame(dropped({ one: { type: 'http' }, other: { type: 'apiKey', in: 'query', name: 'token' } }), [authorization, token])
})

t.test('all others stay: where no scheme is, another one, one that is not asked for, and one that is not in HTTP', async t => {
  t.strictSame(dropped({}), [])
  t.strictSame(dropped({ bearerAuth: { type: 'http' } }, []), [])
  t.strictSame(dropped({ bearerAuth: { type: 'http' } }, ['unknown']), [])
  t.strictSame(dropped({ certificate: { type: 'mutualTLS' } }), [])
  t.strictSame(dropped({ other: { type: 'apiKey', in: 'header', name: 'x-other' } }), [])
  t.strictSame(dropRedundant(parameters, [{}], {}), parameters)
})
