import Fastify from 'fastify'
import t from 'tap'

import { createRefusal } from '../../lib/refuse.js'

import type { FastifyReply, FastifyRequest } from 'fastify'

t.test('a request that no registration answers for is refused, with duties and without', async t => {
  const request = { server: Fastify() } as unknown as FastifyRequest
  for (const duties of [[], [{ kind: 'user' } as const]]) {
    const answer = createRefusal({ duties })(request, {} as FastifyReply, () => t.fail('it must not go on'))
    await t.rejects(Promise.resolve(answer), { code: 'AUTH_PLUGIN_MISSING', statusCode: 500 })
  }
})
