import t from 'tap'

import { createExclusions } from '../../lib/exclusions.js'

t.test('patterns are compared with patterns', async t => {
  const { has } = createExclusions(['/', '/a', '/b/', '/c/*', '/d/:id', { method: 'post', url: '/e' }])
  for (const url of ['/', '/a', '/a/', '/b', '/b/', '/c', '/c/', '/c/d', '/c/d/e', '/c/*', '/d/:id', '/d/:id/']) t.equal(has(['GET'], url), true, url)
  for (const url of ['', '/ab', '/a/b', '/A', '/cd', '/d/7', '/d/:name', '/e', '/*', '*']) t.equal(has(['GET'], url), false, url)
  t.equal(has(['POST'], '/e'), true)
  t.equal(has(['POST'], '/a'), true)
})

t.test('a route is excluded as a whole or not at all', async t => {
  const { has } = createExclusions([{ method: 'GET', url: '/a' }, { method: 'POST', url: '/a' }])
  t.equal(has(['GET', 'POST'], '/a'), true)
  t.equal(has(['PUT'], '/a'), false)
  t.throws(() => has(['GET', 'PUT', 'PATCH'], '/a'), { code: 'AUTH_ROUTE_CONTRADICTORY', message: /GET,PUT,PATCH \/a: .* not PUT,PATCH/ })
})

t.test('what has met no route is known, as it was written', async t => {
  const exclude = ['/a', '/b', { method: 'get', url: '/c' }]
  const { has, unmet } = createExclusions(exclude)
  t.strictSame(unmet(), exclude)
  has(['GET'], '/a')
  has(['POST'], '/c')
  t.strictSame(unmet(), ['/b', { method: 'get', url: '/c' }])
  has(['GET'], '/c')
  t.strictSame(unmet(), ['/b'])
})
