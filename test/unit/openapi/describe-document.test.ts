import t from 'tap'

import { describeDocument } from '../../../lib/openapi/describe-document.js'
import { markRoute } from '../../../lib/openapi/mark-route.js'
import { MARK } from '../../../lib/openapi/mark.js'
import { transformObject } from '../../../lib/openapi/transform-object.js'

import type { RouteMark } from '../../../lib/openapi/mark.js'
import type { Mode } from '../../../types/options.js'

const bearer = { type: 'http', scheme: 'bearer' } as const
const keyAuth = { type: 'apiKey', in: 'header', name: 'x-key' }
const reading = [{ bearerAuth: ['read'] }]

function mark (mode: Mode = 'required', description = 'bearerAuth'): RouteMark {
  const guards = mode === 'required' ? [{ kind: 'scopes', wanted: ['read'], match: 'all' } as const] : []
  const doors = [{ name: description, describe: () => bearer, countsFailures: false, errorBody: null, relaysAnswers: false }]
  return markRoute({ mode, guards, doors, refusals: [], challenge: 'Bearer' }, { requirements: 'scopes', errorBody: null, trustedOrigins: null }, null)
}

/** A document whose operations are given, with what it says of security. */
function describe (paths: unknown, members: object = {}, findMark = (_method: string, _path: string): RouteMark | null => null) {
  const { document, ...rest } = describeDocument({ openapi: '3.2.0', paths, ...members }, findMark)
  return { document: document as Record<string, Record<string, Record<string, Record<string, unknown>>>>, ...rest }
}

t.test('a document without marks is given back, and its operations are unknown', async t => {
  for (const document of [{}, { paths: null }, { paths: [] }, { paths: { '/a': null } }, { paths: { '/a': { get: null, parameters: [], summary: 'text' } } }]) {
    const described = describeDocument(document)
    t.equal(described.document, document)
    t.strictSame(described.unknown, [])
  }
  t.strictSame(describe({ '/a': { get: {} } }).unknown.map(({ method, path }) => `${method} ${path}`), ['GET /a'])
})

t.test('operations are described wherever an edition has them, and nothing else is', async t => {
  const operation = { [MARK]: mark() }
  const { document, unknown } = describe({
    '/a': { parameters: [], 'x-own': { get: {} }, get: operation, query: operation, trace: operation, additionalOperations: { COPY: operation, LINK: null, NOTE: {} } },
    '/b': { additionalOperations: null, propfind: operation }
  })
  const { '/a': { 'x-own': own, parameters, get, query, trace, additionalOperations } = {}, '/b': { propfind } = {} } = document['paths'] as Record<string, Record<string, Record<string, unknown>>>
  for (const one of [get, query, trace, additionalOperations?.['COPY'] as Record<string, unknown>, propfind]) {
    t.strictSame(one?.['security'], reading)
    t.strictSame(Object.keys(one?.['responses'] as object), ['401', '403', '503'])
    t.equal(MARK in (one ?? {}), false)
  }
  t.strictSame([own, parameters, additionalOperations?.['LINK'], additionalOperations?.['NOTE']], [{ get: {} }, [], null, {}])
  t.strictSame(unknown.map(({ method }) => method), ['NOTE'])
})

t.test('the given document stays as it is', async t => {
  const given = { openapi: '3.0.0', components: { securitySchemes: { own: keyAuth } }, paths: { '/a': { get: { [MARK]: mark(), parameters: [{ in: 'header', name: 'Authorization' }] } } } }
  const before = JSON.stringify(given)
  const { document } = describeDocument(given)
  t.equal(JSON.stringify(given), before)
  t.not(document, given)
  t.strictSame(transformObject({ openapiObject: given }), document)
  t.strictSame(transformObject({ swaggerObject: given }), document)
})

t.test('a second pass changes nothing', async t => {
  for (const version of [{ openapi: '3.1.0' }, { openapi: '3.0.0' }, { swagger: '2.0' }]) {
    const marks = { GET: mark(), PUT: mark('optional'), DELETE: mark('public') } as Readonly<Record<string, RouteMark>>
    const given = { ...version, paths: { '/a': Object.fromEntries(Object.entries(marks).map(([method, mark]) => [method.toLowerCase(), { [MARK]: mark, description: 'Own.' }])) } }
    const once = describeDocument(given).document
    t.equal(describeDocument(once).document, once)
    t.strictSame(describeDocument(once, method => marks[method] ?? null).document, once)
  }
})

t.test('a HEAD operation without a mark is told by its URL, and else by its GET', async t => {
  const paths = { '/a': { head: {}, get: { [MARK]: mark() } }, '/b': { head: {}, get: {} }, '/c': { head: {}, get: { [MARK]: mark() } } }
  const { document, unknown } = describe(paths, {}, (method, path) => method === 'HEAD' && path === '/c' ? mark('optional') : null)
  t.match(document['paths'], { '/a': { head: { security: reading } }, '/c': { head: { security: [{ bearerAuth: [] }, {}] }, get: { security: reading } } })
  t.strictSame(unknown.map(({ method, path }) => `${method} ${path}`), ['HEAD /b', 'GET /b'])
})

t.test('schemes of the app are kept, and odd ones count as none', async t => {
  for (const components of [undefined, null, 'text', { securitySchemes: null }, { schemas: {} }]) {
    const { document } = describe({ '/a': { get: { [MARK]: mark() } } }, { components })
    t.strictSame(document['components']?.['securitySchemes'], { bearerAuth: bearer })
  }
  t.strictSame(describe({ '/a': { get: { [MARK]: mark() } } }, { components: { securitySchemes: { bearerAuth: keyAuth } } }).document['components'], { securitySchemes: { bearerAuth: keyAuth } })
  t.equal('components' in describe({ '/a': { get: { [MARK]: mark('public') } } }).document, false)
  t.strictSame(describeDocument({ swagger: '2.0', securityDefinitions: { own: { type: 'basic' } }, paths: { '/a': { get: { [MARK]: mark('public') } } } }).document['securityDefinitions'], { own: { type: 'basic' } })
})

t.test('public operations say so, whatever the document says of all', async t => {
  for (const security of [undefined, null, [], [{ own: [] }], [{}]]) {
    const { document } = describe({ '/a': { get: { [MARK]: mark('public') } } }, { security })
    t.strictSame((document['paths']?.['/a']?.['get'] as Record<string, unknown>)['security'], [], JSON.stringify(security))
  }
})
