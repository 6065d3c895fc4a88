import t from 'tap'

import { fromHeader } from '../../../lib/schemes/from-header.js'
import { traitsOf } from '../../../lib/schemes/token-source.js'

import type { FastifyRequest } from 'fastify'

const source = fromHeader()

/** A request with these `Authorization` headers, of which Node shows the first. */
function requestWith (...values: readonly string[]): FastifyRequest {
  const [authorization] = values
  const rawHeaders = ['Host', 'authorization', ...values.flatMap(value => ['aUTHORIZATION', value]), 'X-Authorization', 'Bearer other']
  return { headers: authorization === undefined ? {} : { authorization }, raw: { rawHeaders } } as unknown as FastifyRequest
}

t.test('reads the token behind the name of the scheme, in any case', async t => {
  for (const header of ['Bearer a', 'bearer a', 'BEARER a', 'bEaReR a', 'Bearer     a']) t.equal(source.read(requestWith(header)), 'a', header)
  for (const token of ['a.b.c', 'a-._~+/', 'A0==', '=='.padStart(5, 'a')]) t.equal(source.read(requestWith(`Bearer ${token}`)), token, token)
})

t.test('reads nothing where nothing is sent, or something for others', async t => {
  for (const request of [requestWith(), ...['', ' ', 'Basic YTpi', 'Digest username="a"', 'Bearers a', 'Bearer-Token a', 'Bearer.a', 'Bearer~ a', 'a', ' Bearer a', 'Beare', '"Bearer" a'].map(header => requestWith(header))]) {
    t.equal(source.read(request), null, request.headers.authorization ?? 'none')
    t.equal(traitsOf(source).readUnchecked?.(request), null)
  }
})

t.test('refuses anything but one token', async t => {
  const headers = [
    'Bearer', 'Bearer ', 'Bearer   ', 'Bearer a b', 'Bearer a ', 'Bearer a\t', 'Bearer\ta', 'Bearer \ta', 'Bearer a\tb', 'Bearer a,b', 'Bearer "a"', 'Bearer a;b', 'Bearer =', 'Bearer a=b', 'Bearer a=a=',
    'Bearer token=a', 'Bearer, a', 'Bearer:a', 'Bearer/a', 'Bearer=a', 'Bearer\u00a0a', 'Bearer ä', 'Bearer a\u00a0', 'Bearer a\n', 'Bearer a\r\nb', 'Bearer <a>', 'Bearer %61', 'Bearer a\\'
  ]
  for (const header of headers) {
    t.throws(() => source.read(requestWith(header)), { code: 'AUTH_CREDENTIALS_MALFORMED', statusCode: 401, cause: { reason: 'header_syntax' } }, JSON.stringify(header))
  }
})

t.test('refuses a header that is repeated, whatever it says', async t => {
  for (const values of [['Bearer a', 'Bearer b'], ['Bearer a', 'Bearer a'], ['Basic YTpi', 'Bearer a'], ['Bearer a', ''], ['', 'Bearer a'], ['a', 'b', 'c']]) {
    t.throws(() => source.read(requestWith(...values)), { code: 'AUTH_CREDENTIALS_AMBIGUOUS', statusCode: 400, cause: { reason: 'header_repeated' } }, values.join())
  }
})

t.test('is named by what it reads, and cannot be changed', async t => {
  t.equal(source.name, 'header authorization bearer')
  t.equal(fromHeader('X-Token', null).name, 'header x-token')
  t.ok(Object.isFrozen(source))
  t.equal(traitsOf(source).securityScheme, null)
  t.match(traitsOf(fromHeader('X-Token', null)).securityScheme, { type: 'apiKey', in: 'header', name: 'X-Token' })
})
