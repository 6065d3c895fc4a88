import Fastify from 'fastify'
import { Type } from '@fastify/type-provider-typebox'
import { z } from 'zod'
import { requireGroups, requireUser } from 'fastify-gatekeeper'

import type { FastifyPluginAsync } from 'fastify'
import type { FastifyPluginAsyncTypebox, TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyPluginAsyncZod, ZodTypeProvider } from 'fastify-type-provider-zod'

// Guards stand in every hook that may hold them, alone and beside others, on every kind of instance.

const plain = Fastify()
plain.get('/a', { onRequest: requireUser(), preParsing: requireUser(), preValidation: requireUser(), preHandler: requireUser() }, async () => '')
plain.get('/b', { onRequest: [plain.requireUser()], preParsing: [requireUser()], preValidation: [requireUser()], preHandler: [requireUser(), requireGroups('a')] }, async () => '')
plain.get('/c', { preHandler: [async () => {}, requireUser(), (_request, _reply, done) => done()] }, async () => '')
plain.route({ method: ['GET', 'POST'], url: '/d', preHandler: requireUser(), handler: async () => '' })
plain.addHook('onRequest', requireUser())
plain.addHook('preParsing', requireUser())
plain.addHook('preValidation', plain.requireGroups(['a', 'b'], { match: 'all' }))
plain.addHook('preHandler', requireUser())

const secure = Fastify({ http2: true })
secure.get('/a', { onRequest: requireUser(), preParsing: requireUser(), preValidation: requireUser(), preHandler: requireUser() }, async () => '')
secure.get('/b', { onRequest: [secure.requireUser()], preParsing: [requireUser()], preValidation: [requireUser()], preHandler: [requireUser()] }, async () => '')
secure.addHook('onRequest', secure.requireUser())

const https = Fastify({ https: {} })
https.get('/b', { onRequest: [https.requireUser()], preParsing: [requireUser()], preValidation: [requireUser()], preHandler: [requireUser()] }, async () => '')

const typebox = Fastify().withTypeProvider<TypeBoxTypeProvider>()
typebox.post('/a', {
  schema: { body: Type.Object({ title: Type.String() }) },
  onRequest: requireUser(),
  preParsing: [requireUser()],
  preValidation: [typebox.requireUser()],
  preHandler: [requireUser(), requireGroups('a')]
}, async request => request.body.title.toUpperCase())

const zod = Fastify().withTypeProvider<ZodTypeProvider>()
zod.post('/a', {
  schema: { body: z.object({ title: z.string() }) },
  onRequest: requireUser(),
  preParsing: [requireUser()],
  preValidation: [zod.requireUser()],
  preHandler: [requireUser(), requireGroups('a')]
}, async request => request.body.title.toUpperCase())

export const plainRoutes: FastifyPluginAsync = async app => {
  app.get('/a', { preHandler: [app.requireUser()] }, async request => request.user?.id)
}

export const typeboxRoutes: FastifyPluginAsyncTypebox = async app => {
  app.get('/a', { schema: { querystring: Type.Object({ page: Type.Number() }) }, preHandler: [app.requireUser()] }, async request => request.query.page)
}

export const zodRoutes: FastifyPluginAsyncZod = async app => {
  app.get('/a', { schema: { querystring: z.object({ page: z.number() }) }, preHandler: [app.requireUser()] }, async request => request.query.page)
}
