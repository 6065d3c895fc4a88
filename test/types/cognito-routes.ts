import { Type } from '@fastify/type-provider-typebox'
import Fastify from 'fastify'
import authPlugin, { memoryRevocations } from 'fastify-gatekeeper'
import { memoryStore } from 'fastify-gatekeeper/cache'
import { cognito } from 'fastify-gatekeeper/cognito'
import { cognitoActions, cognitoRoutes } from 'fastify-gatekeeper/cognito/admin'

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { CognitoRoutesOptions, UserRevocations } from 'fastify-gatekeeper/cognito/admin'

// The routes fit every kind of instance that the main plugin fits.

const pool = { userPoolId: 'us-east-1_abcdEFGH1', clientId: 'web' }
const actions = cognitoActions(pool)
const revocations: UserRevocations = memoryRevocations()
export const options: CognitoRoutesOptions = { actions, tokens: 'cookies', failureLimit: { max: 5, windowSeconds: 60, store: memoryStore() }, trustedOrigins: ['https://shop.example.com'], refreshTokenSeconds: 3_600, revocations }

const plain = Fastify()
await plain.register(authPlugin, { jwtProvider: cognito(pool) })
await plain.register(cognitoRoutes, { prefix: '/auth', ...options })
await plain.register(cognitoRoutes, { actions, failureLimit: {}, logLevel: 'warn' })

// @ts-expect-error there is nothing to call
await plain.register(cognitoRoutes, { prefix: '/auth' })
// @ts-expect-error a word that is none
await plain.register(cognitoRoutes, { actions, tokens: 'header' })

const secure = Fastify({ http2: true })
await secure.register(authPlugin, { jwtProvider: cognito(pool) })
await secure.register(cognitoRoutes, { prefix: '/auth', actions, failureLimit: {} })

const typebox = Fastify().withTypeProvider<TypeBoxTypeProvider>()
await typebox.register(cognitoRoutes, { prefix: '/auth', actions, failureLimit: {} })
typebox.get('/', { schema: { querystring: Type.Object({ page: Type.Number() }) } }, async request => request.query.page)

const zod = Fastify().withTypeProvider<ZodTypeProvider>()
await zod.register(cognitoRoutes, { prefix: '/auth', actions, failureLimit: {} })
