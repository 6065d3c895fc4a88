import t from 'tap'

import { versionOf } from '../../../lib/openapi/version.js'

t.test('editions are told by their number, and later ones read as the latest that is known', async t => {
  for (const [document, version] of [
    [{ swagger: '2.0' }, '2.0'],
    [{ openapi: '2.0' }, '2.0'],
    [{ openapi: '3.0.0' }, '3.0'],
    [{ openapi: '3.0.4' }, '3.0'],
    [{ openapi: '3.1.1' }, '3.1'],
    [{ openapi: '3.2.0' }, '3.2'],
    [{ openapi: '3.3.0' }, '3.2'],
    [{}, '2.0']
  ] as const) {
    t.equal(versionOf(document), version, JSON.stringify(document))
  }
})
