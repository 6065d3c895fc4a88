import t from 'tap'

import { readRouteConfig } from '../../lib/route-config.js'

const MODES = ['public', 'tolerant', 'optional', 'required'] as const

t.test('a config says a mode, or a mode and authenticators, or nothing', async t => {
  for (const mode of MODES) {
    t.strictSame(readRouteConfig({ auth: mode }, 'GET /'), { mode, authenticators: null })
    t.strictSame(readRouteConfig({ auth: { mode } }, 'GET /'), { mode, authenticators: null })
    t.strictSame(readRouteConfig({ auth: { mode, authenticators: 'bearerAuth' } }, 'GET /'), { mode, authenticators: ['bearerAuth'] })
    t.strictSame(readRouteConfig({ auth: { mode, authenticators: ['a', 'b'] } }, 'GET /'), { mode, authenticators: ['a', 'b'] })
  }
  for (const nothing of [undefined, null, {}, { auth: undefined }, { other: 'public' }]) t.equal(readRouteConfig(nothing, 'GET /'), null)
})

t.test('what it says otherwise is refused, naming the route', async t => {
  const wrong: readonly unknown[] = [
    null, true, '', 'none', [], ['public'], {}, { mode: 'none' }, { mode: null }, { authenticators: ['a'] }, { mode: 'public', extra: 1 },
    { mode: 'public', authenticators: [] }, { mode: 'public', authenticators: null }, { mode: 'public', authenticators: [7] }, { mode: 'public', authenticators: {} }
  ]
  for (const auth of wrong) t.throws(() => readRouteConfig({ auth }, 'GET /books'), { code: 'AUTH_ROUTE_CONTRADICTORY', message: /^GET \/books: config\.auth/ }, JSON.stringify(auth))
})
