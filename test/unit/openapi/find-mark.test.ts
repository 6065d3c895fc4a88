import t from 'tap'

import { createFindMark, findLost } from '../../../lib/openapi/find-mark.js'

import type { MarkedRoute } from '../../../lib/openapi/find-mark.js'
import type { RouteMark } from '../../../lib/openapi/mark.js'

function marked (url: string, methods: readonly string[] = ['GET'], members: Partial<MarkedRoute> = {}): MarkedRoute {
  const mark: RouteMark = { security: null, isPublic: true, isOpen: false, schemes: {}, clauses: null, words: url, refusals: [] }
  return { url, methods, mark, isHidden: false, ...members }
}

const placed = (...names: string[]) => names.map(name => ({ method: name.split(' ')[0] ?? '', path: name.split(' ')[1] ?? '', operation: {} }))

t.test('a mark is found by method and by the path as documents write it', async t => {
  for (const [url, path] of [
    ['/books', '/books'],
    ['/books/:id', '/books/{id}'],
    ['/books/:id/pages/:page_2', '/books/{id}/pages/{page_2}'],
    ['/books/:from-:to', '/books/{from}-{to}'],
    ['/books/:id(^\\d+$)', '/books/{id}'],
    ['/books/:id(^(?:\\d+|new)$)/pages', '/books/{id}/pages'],
    ['/books::sell', '/books:sell'],
    ['/files/*', '/files/{*}']
  ] as const) {
    const find = createFindMark([marked(url, ['GET', 'PUT'])], {})
    t.equal(find('PUT', path)?.words, url, url)
    t.equal(find('POST', path), null)
    t.equal(find('GET', `${path}x`), null)
  }
})

t.test('what the document\'s servers and base path have in common with the routes is taken into account', async t => {
  const routes = [marked('/api/v1/books')]
  for (const document of [
    { servers: [{ url: 'https://api.example/api/v1' }] },
    { servers: [{ url: 'https://api.example/' }, { url: '/api/v1/' }] },
    { servers: [{ url: 'https://{host}/api/{version}', variables: { host: { default: 'api.example' }, version: { default: 'v1' } } }] },
    { servers: [null, { url: '/api/{version}', variables: { version: { default: 'v1' } } }] },
    { basePath: '/api/v1' },
    { basePath: '/api/v1/' }
  ]) {
    const find = createFindMark(routes, document)
    t.equal(find('GET', '/books')?.words, '/api/v1/books', JSON.stringify(document))
    t.equal(find('GET', '/api/v1/books')?.words, '/api/v1/books', 'and without')
    t.equal(find('GET', '/pages'), null)
    t.strictSame(findLost(routes, placed('GET /books'), document), [])
  }
  for (const document of [{}, { servers: 'https://api.example/api/v1' }, { servers: [{ url: '/api/{version}' }] }, { servers: [{ url: '/api/{version}', variables: { version: 'v1' } }] }]) {
    t.equal(createFindMark(routes, document)('GET', '/books'), null, JSON.stringify(document))
  }
})

t.test('routes that no operation of the document stands for are lost', async t => {
  const routes = [marked('/books', ['GET', 'POST']), marked('/books/:id(^\\d+$)'), marked('/pages', ['DELETE'])]
  t.strictSame(findLost(routes, placed('GET /books', 'GET /books/{id}', 'GET /pages'), {}), ['POST /books', 'DELETE /pages'])
})

t.test('not lost are hidden routes, HEAD routes, and the other URL of a route at the foot of a prefix', async t => {
  t.strictSame(findLost([marked('/hidden', ['GET'], { isHidden: true })], [], {}), [])
  t.strictSame(findLost([marked('/books', ['GET', 'HEAD'])], placed('GET /books'), {}), [])
  t.strictSame(findLost([marked('/books'), marked('/books/')], placed('GET /books/'), {}), [])
  t.strictSame(findLost([marked('/books'), marked('/books/')], placed('GET /books'), {}), [])
  t.strictSame(findLost([marked('/')], placed('GET /'), {}), [])
})
