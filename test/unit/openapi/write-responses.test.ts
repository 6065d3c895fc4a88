import t from 'tap'

import { writeResponses } from '../../../lib/openapi/write-responses.js'

import type { Refusal } from '../../../lib/openapi/mark.js'

const refused: Refusal = {
  status: '401',
  description: 'Unauthorized',
  isForUnsafe: false,
  headers: [{ name: 'WWW-Authenticate', description: 'How to sign in.', type: 'string', example: 'Bearer' }],
  mediaType: 'application/problem+json',
  schema: { type: 'object' },
  example: { code: 'AUTH_CREDENTIALS_MISSING' }
}
const forbidden: Refusal = { ...refused, status: '403', description: 'Forbidden', headers: [], example: null }
const ok = { 200: { description: 'fine' } }

t.test('OpenAPI 3 has headers with schema and example, and content by media type', async t => {
  for (const version of ['3.0', '3.1', '3.2'] as const) {
    t.strictSame(writeResponses(ok, [refused, forbidden], version), {
      ...ok,
      401: {
        description: 'Unauthorized',
        headers: { 'WWW-Authenticate': { description: 'How to sign in.', schema: { type: 'string' }, example: 'Bearer' } },
        content: { 'application/problem+json': { schema: { type: 'object' }, example: { code: 'AUTH_CREDENTIALS_MISSING' } } }
      },
      403: { description: 'Forbidden', content: { 'application/problem+json': { schema: { type: 'object' } } } }
    }, version)
  }
})

t.test('OpenAPI 2 has bare headers, a schema, and examples by media type', async t => {
  t.strictSame(writeResponses(ok, [refused, forbidden], '2.0'), {
    ...ok,
    401: {
      description: 'Unauthorized',
      headers: { 'WWW-Authenticate': { description: 'How to sign in.', type: 'string' } },
      schema: { type: 'object' },
      examples: { 'application/problem+json': { code: 'AUTH_CREDENTIALS_MISSING' } }
    },
    403: { description: 'Forbidden', schema: { type: 'object' } }
  })
})

t.test('what the app describes itself stays, by its status, its class or as any other', async t => {
  const own = { description: 'mine' }
  for (const name of ['401', '4XX', '4xx', 'default']) {
    t.strictSame(writeResponses({ [name]: own }, [refused], '3.1'), { [name]: own }, name)
  }
  for (const name of ['400', '5XX', '40']) {
    t.strictSame(Object.keys(writeResponses({ [name]: own }, [refused], '3.1')).sort(), [name, '401'].sort(), name)
  }
})

t.test('nothing is written where nothing is refused, and what was given is left alone', async t => {
  const given = Object.freeze({ ...ok })
  t.strictSame(writeResponses(given, [], '3.1'), ok)
  writeResponses(given, [refused], '3.1')
  t.strictSame(given, ok)
})
