import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import Fastify from 'fastify'
import authPlugin, { swaggerUiLogin, transformObject } from 'fastify-gatekeeper'
import { jwt } from 'fastify-gatekeeper/jwt'

import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import type { FastifySwaggerUiOptions } from '@fastify/swagger-ui'
import type { OpenapiOptions, OpenapiRequirements, SecurityScheme, SwaggerUiLogin, TokenSource } from 'fastify-gatekeeper'

const jwtProvider = jwt({ issuer: 'https://issuer.example/', audience: 'api', jwksUri: 'https://issuer.example/keys' })
const app = Fastify()

// What documents say.

const requirements: OpenapiRequirements = 'all'
export const openapi: OpenapiOptions = { decorators: ['swagger', 'internalDocs'], requirements }
await app.register(authPlugin, { jwtProvider, openapi })
await app.register(authPlugin, { jwtProvider, openapi: {} })
await app.register(authPlugin, { jwtProvider, openapi: null })

// The official option, alone and behind one of the app's own.

await app.register(swagger, { openapi: { openapi: '3.1.0' }, decorator: 'internalDocs', transformObject })
await app.register(swagger, { swagger: {}, transformObject: given => ({ ...transformObject(given), tags: [] }) })
export const documents: FastifyDynamicSwaggerOptions = { transformObject }

// Signing in from the page.

const login: SwaggerUiLogin = swaggerUiLogin({ clientId: 'docs', scopes: ['openid'], persistAuthorization: true })
export const page: FastifySwaggerUiOptions = { routePrefix: '/docs', ...login }
await app.register(swaggerUi, { routePrefix: '/docs', ...swaggerUiLogin({ clientId: 'docs' }) })
await app.register(swaggerUi, { ...login, uiConfig: { ...login.uiConfig, deepLinking: true } })

// A source and a provider that say how they are described.

const securityScheme: SecurityScheme = { type: 'apiKey', in: 'header', name: 'x-own', 'x-since': '2026' }
export const source: TokenSource = { name: 'header x-own', read: () => null, securityScheme }

// What must not compile.

// @ts-expect-error no such option
await app.register(authPlugin, { jwtProvider, openapi: { decorator: 'swagger' } })
// @ts-expect-error a list
await app.register(authPlugin, { jwtProvider, openapi: { decorators: 'swagger' } })
// @ts-expect-error neither scopes, nor all, nor none
await app.register(authPlugin, { jwtProvider, openapi: { requirements: 'roles' } })
// @ts-expect-error off is null
await app.register(authPlugin, { jwtProvider, openapi: false })
// @ts-expect-error absent means absent
await app.register(authPlugin, { jwtProvider, openapi: undefined })
// @ts-expect-error who signs in from a page is some client
swaggerUiLogin({ scopes: ['openid'] })
// @ts-expect-error what is sent to a browser is no secret
swaggerUiLogin({ clientId: 'docs', clientSecret: 'secret' })
// @ts-expect-error scopes are a list
swaggerUiLogin({ clientId: 'docs', scopes: 'openid' })
// @ts-expect-error a document is handed over by its name
transformObject({})
// @ts-expect-error no such type of OpenAPI
export const unknown: SecurityScheme = { type: 'bearer' }
