import Fastify from 'fastify'
import { currentUser } from 'fastify-gatekeeper'

const app = Fastify()

app.get('/me', async request => {
  const { claims } = currentUser(request)
  const tenant: string = claims.tenant
  const level: number = claims.level ?? 0
  const other: unknown = claims['other']
  return { tenant, level, other, same: request.user?.claims.tenant }
})

app.get('/wrong', async request => {
  const { claims } = currentUser(request)
  // @ts-expect-error claims are frozen
  claims.tenant = 'else'
  // @ts-expect-error a claim that may be absent
  claims.level.toFixed()
  // @ts-expect-error a tenant is text
  claims.tenant.toFixed()
  // @ts-expect-error what was not declared is anything until looked at
  claims['other'].toUpperCase()
})
