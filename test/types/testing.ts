import Fastify from 'fastify'
import { fakeUser, injectAs, testIssuer } from 'fastify-gatekeeper/testing'

import type { AuthUser } from 'fastify-gatekeeper'

const app = Fastify()

const issuer = await testIssuer()
export const token: string = await issuer.token({ sub: 'alice', roles: ['editor'] }, { expiresInSeconds: 60, header: { typ: 'at+jwt' } })
export const location: string = issuer.url
await issuer.rotate()
await issuer.close()

export const user: AuthUser = fakeUser({ id: 'alice' })
const response = await injectAs(app, user, { method: 'GET', url: '/me' })
export const status: number = response.statusCode

// @ts-expect-error a user is no name
await injectAs(app, 'alice', '/me')
// @ts-expect-error a user has no such member
fakeUser({ nickname: 'alice' })
