import scalar from '@scalar/fastify-api-reference'
import { Type, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import swagger from '@fastify/swagger'
import Fastify from 'fastify'
import { createJsonSchemaTransform, createJsonSchemaTransformObject, jsonSchemaTransform, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { fastifyZodOpenApiPlugin, fastifyZodOpenApiTransformers, serializerCompiler as openApiSerializerCompiler, validatorCompiler as openApiValidatorCompiler } from 'fastify-zod-openapi'
import t from 'tap'
import { parse } from 'yaml'
import { z } from 'zod'

import { documentOf, editionOf, openDescribed, operationAt, schemesOf, securityOf, yamlOf } from '../fixtures/describe-app.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import authPlugin, { requireScopes } from '../../lib/index.js'

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import type { FastifyZodOpenApiTypeProvider } from 'fastify-zod-openapi'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { SeenDocument } from '../fixtures/describe-app.js'

const issuer = handIssuer()
const jwtProvider = issuer.provider()
const reader = bearer(issuer.token({ scope: 'read' }))
const reading = [{ bearerAuth: ['read'] }]

const query = z.object({ page: z.coerce.number().int().min(1) })
const answers = { 200: z.object({ page: z.number().max(9) }), 401: z.object({ own: z.literal('401') }) }

/** What a route with a query and two responses of its own is said to ask. */
function assertPage (t: Test, document: SeenDocument): void {
  t.strictSame(securityOf(document), { 'get /pages': reading })
  t.strictSame(Object.keys(schemesOf(document)), ['bearerAuth'])
  const { responses, parameters } = operationAt(document, '/pages')
  t.strictSame(Object.keys(responses), ['200', '401', '403', '503'])
  t.match(JSON.stringify(responses['401']), 'own', 'its own')
  t.match(JSON.stringify(responses['403']), 'AUTH_SCOPE_MISSING')
  t.match(parameters, [{ in: 'query', name: 'page', required: true }])
}

/** Queries are validated, and answers held against their schemas, as without the plugin. */
async function assertRuntime (t: Test, app: FastifyInstance): Promise<void> {
  t.match((await app.inject({ url: '/pages?page=7', headers: reader })).json(), { page: 7 })
  t.match(await app.inject({ url: '/pages?page=x', headers: reader }), { statusCode: 400 })
  t.match(await app.inject({ url: '/pages?page=10', headers: reader }), { statusCode: 500 }, 'an answer that is not as its schema says')
}

t.test('fastify-type-provider-zod: its transforms and ours do not get in each other\'s way', async t => {
  const registry = { schemaRegistry: z.globalRegistry }
  for (const order of ['auth first', 'docs first'] as const) {
    for (const extra of [{ transform: jsonSchemaTransform }, { transform: createJsonSchemaTransform({ skipList: ['/nothing'] }), transformObject: createJsonSchemaTransformObject(registry) }]) {
      const app = await openDescribed(t, { auth: { jwtProvider }, order, docs: { ...editionOf('3.1'), ...extra } }, app => {
        app.setValidatorCompiler(validatorCompiler)
        app.setSerializerCompiler(serializerCompiler)
        app.withTypeProvider<ZodTypeProvider>().get('/pages', { schema: { querystring: query, response: answers }, preHandler: requireScopes('read') }, async request => request.query)
      })
      assertPage(t, documentOf(app))
      t.strictSame(yamlOf(app), JSON.parse(JSON.stringify(documentOf(app))))
      await assertRuntime(t, app)
      t.match(await app.inject({ url: '/pages?page=7', headers: bearer(issuer.token()) }), { statusCode: 403 })
    }
  }
})

t.test('fastify-zod-openapi: its transforms and ours do not get in each other\'s way', async t => {
  for (const order of ['auth first', 'docs first'] as const) {
    const app = Fastify()
    t.teardown(() => app.close())
    app.setValidatorCompiler(openApiValidatorCompiler)
    app.setSerializerCompiler(openApiSerializerCompiler)
    await app.register(fastifyZodOpenApiPlugin)
    order === 'auth first' && await app.register(authPlugin, { jwtProvider })
    await app.register(swagger, { ...editionOf('3.1'), ...fastifyZodOpenApiTransformers as object })
    order === 'docs first' && await app.register(authPlugin, { jwtProvider })
    app.withTypeProvider<FastifyZodOpenApiTypeProvider>().get('/pages', { schema: { querystring: query, response: answers }, preHandler: requireScopes('read') }, async (request, reply) => { await reply.send(request.query as never) })
    await app.ready()
    assertPage(t, documentOf(app as unknown as FastifyInstance))
    t.strictSame(yamlOf(app as unknown as FastifyInstance), JSON.parse(JSON.stringify(app.swagger())))
    await assertRuntime(t, app as unknown as FastifyInstance)
  }
})

t.test('TypeBox: schemas, their references and their validation stay as they are', async t => {
  const Page = Type.Object({ page: Type.Integer({ maximum: 9 }) }, { $id: 'Page' })
  for (const order of ['auth first', 'docs first'] as const) {
    const app = await openDescribed(t, { auth: { jwtProvider }, order }, app => {
      app.setValidatorCompiler(TypeBoxValidatorCompiler)
      app.addSchema(Page)
      app.withTypeProvider<TypeBoxTypeProvider>().get('/pages', {
        schema: { querystring: Type.Object({ page: Type.String({ pattern: '^[0-9]+$' }) }), response: { 200: Type.Ref('Page'), 401: Type.Object({ own: Type.String() }) } },
        preHandler: requireScopes('read')
      }, async request => ({ page: Number(request.query.page), more: true }) as never)
    })
    assertPage(t, documentOf(app))
    t.match(operationAt(documentOf(app), '/pages').responses['200'], { content: { 'application/json': { schema: { $ref: '#/components/schemas/def-0' } } } })
    t.match(documentOf(app), { components: { schemas: { 'def-0': { title: 'Page' } } } })
    t.strictSame((await app.inject({ url: '/pages?page=7', headers: reader })).json(), { page: 7 })
    t.match(await app.inject({ url: '/pages?page=x', headers: reader }), { statusCode: 400 })
  }
})

t.test('Scalar shows the finished document', async t => {
  for (const order of ['before auth', 'after auth'] as const) {
    const app = Fastify()
    t.teardown(() => app.close())
    await app.register(swagger, editionOf('3.1'))
    order === 'before auth' && await app.register(scalar as never, { routePrefix: '/reference' })
    await app.register(authPlugin, { jwtProvider, exclude: ['/reference/*'] })
    order === 'after auth' && await app.register(scalar as never, { routePrefix: '/reference' })
    app.get('/pages', { preHandler: requireScopes('read') }, async () => 'ok')
    t.match(await app.inject('/reference/'), { statusCode: 200, headers: { 'content-type': /^text\/html/ } })
    t.strictSame(securityOf((await app.inject('/reference/openapi.json')).json()), { 'get /pages': reading })
    t.strictSame((await app.inject('/reference/openapi.json')).json(), JSON.parse(JSON.stringify(app.swagger())))
    t.strictSame(parse((await app.inject('/reference/openapi.yaml')).body), JSON.parse(JSON.stringify(app.swagger())))
  }
})
