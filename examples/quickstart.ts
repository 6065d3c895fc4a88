import { existsSync, realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import Fastify from 'fastify'
import authPlugin, { currentUser } from 'fastify-gatekeeper'
import { oidc } from 'fastify-gatekeeper/oidc'
import { connect, migrate, sqlDirectory, sqlGroups, sqlPermissions, sqlRoles } from 'fastify-gatekeeper/sql'
import { startDatabase } from './embedded-database.js'

import type { FastifyInstance } from 'fastify'
import type { Database, Grant } from 'fastify-gatekeeper/sql'
import type { TestIssuer } from 'fastify-gatekeeper/testing'
import type { EmbeddedDatabase } from './embedded-database.js'

const audience = 'quickstart'

/** The whole app, ready to listen. Closing it closes its identity provider and its database, too. */
export async function build ({ NODE_ENV, HOST = '127.0.0.1', DATABASE_PORT = '0' } = process.env): Promise<FastifyInstance> {
  if (NODE_ENV === 'production') {
    throw new Error('The quickstart does not start while NODE_ENV is production: it hands out tokens to anybody who asks.')
  }
  const { testIssuer } = await import('fastify-gatekeeper/testing')
  const database = await startDatabase(Number(DATABASE_PORT))
  const issuer = await testIssuer()
  const db = await fillDatabase(database.url, issuer.url)

  const app = Fastify()
  app.decorate('database', database)
  app.addHook('onClose', () => Promise.all([database.close(), issuer.close()]))
  await app.register(swagger, { openapi: { info: { title: 'Quickstart', version: '1.0.0' } } })
  await app.register(authPlugin, {
    jwtProvider: oidc({ issuer: issuer.url, audience }),
    groupsProvider: sqlGroups({ db }),
    rolesProvider: sqlRoles({ db, roleHierarchy: { manager: ['analyst'] } }),
    permissionsProvider: sqlPermissions({ db, permissionMatch: 'wildcard' }),
    exclude: ['/docs/*']
  })
  await app.register(swaggerUi, { routePrefix: '/docs' })

  declareRoutes(app)
  if (isLoopback(HOST)) {
    app.get('/demo/tokens', { config: { auth: 'public' } }, () => createTokens(issuer))
  }
  return app
}

function declareRoutes (app: FastifyInstance): void {
  app.get('/health', { config: { auth: 'public' } }, async () => ({ status: 'ok' }))

  app.get('/me', async request => {
    const user = currentUser(request)
    const { id, name, kind } = user
    return { id, name, kind, groups: await user.groups(), roles: await user.roles(), permissions: await user.permissions() }
  })

  app.get('/reports', { preHandler: [app.requireRoles(['analyst'])] }, async () => ({ reports: ['2025', '2026'] }))

  app.get('/admin', { preHandler: [app.requireGroups(['admin'])] }, async () => ({ secrets: [] }))

  app.post<{ Body: { name: string } }>('/users', { preHandler: [app.requirePermissions(['user.create'])], schema: { body: newUser } }, async (request, reply) => {
    reply.code(201)
    return { name: request.body.name, createdBy: currentUser(request).id }
  })

  app.get('/machine', { preHandler: [app.requireKind('machine')] }, async request => ({ client: currentUser(request).clientId }))
}

const newUser = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string', minLength: 1 } }
}

/** What people have at first is in the database; their tokens say nothing of it. */
async function fillDatabase (url: string, issuer: string): Promise<Database> {
  const db = connect(url)
  await migrate(db)
  const grants: ReadonlyArray<readonly [subject: string, kind: Grant['kind'], name: string]> = [
    ['alice', 'group', 'staff'], ['alice', 'role', 'analyst'],
    ['bob', 'group', 'staff'],
    ['root', 'group', 'admin'], ['root', 'permission', 'user.*']
  ]
  await sqlDirectory(db).grant(grants.map(([subject, kind, name]) => ({ kind, name, holder: { kind: 'user', issuer, subject } })))
  return db
}

/** What an identity provider would issue to three people and a service. */
async function createTokens (issuer: TestIssuer): Promise<Record<string, string>> {
  const issue = (claims: object, expiresInSeconds = 3600) => issuer.token({ aud: audience, ...claims }, { expiresInSeconds })
  const alice = { sub: 'alice', name: 'Alice Liddell', given_name: 'Alice' }
  return {
    alice: await issue(alice),
    bob: await issue({ sub: 'bob', name: 'Bob Cratchit', given_name: 'Bob' }),
    root: await issue({ sub: 'root', name: 'Root Admin', given_name: 'Root' }),
    service: await issue({ sub: 'service', client_id: 'service' }),
    expired: await issue(alice, -60)
  }
}

function isLoopback (host: string): boolean {
  return ['127.0.0.1', '::1', 'localhost'].includes(host)
}

async function start ({ HOST: host = '127.0.0.1', PORT = '3000', DATABASE_PORT = '15432' } = process.env): Promise<void> {
  const app = await build({ ...process.env, DATABASE_PORT })
  const { port } = app.getDecorator<EmbeddedDatabase>('database')
  const address = await app.listen({ host, port: Number(PORT) })
  console.log(`The quickstart listens on ${address}`)
  console.log(`Its routes can be read and tried at ${address}/docs\n`)
  console.log(app.printAccessMatrix())
  if (!isLoopback(host)) {
    console.log(`Tokens are handed out on loopback only, and ${host} is not. What strangers get:\n`)
    console.log(['/health', '/me', '/reports'].map(path => `  curl -i ${address}${path}`).join('\n'))
    return
  }
  const as = (name: string) => `-H "authorization: Bearer $(curl -s ${address}/demo/tokens | node -pe 'JSON.parse(fs.readFileSync(0)).${name}')"`
  console.log('Tokens for alice, bob, root and service, and one that has expired, are at /demo/tokens: paste one under Authorize at /docs, or ask with curl.')
  console.log('Reports for a stranger (401), for alice, an analyst (200), and for bob, who is none (403):\n')
  console.log(`  curl -i ${address}/reports`)
  console.log(`  curl -i ${as('alice')} ${address}/reports`)
  console.log(`  curl -i ${as('bob')} ${address}/reports`)
  console.log('\nTo make him one from his next request on, type this in the same folder:\n')
  console.log(`  ${port === 15432 ? '' : `DATABASE_PORT=${port} `}npm run demo:grant bob analyst`)
}

const main = process.argv[1] ?? ''
if (existsSync(main) && realpathSync(main) === fileURLToPath(import.meta.url)) {
  start().catch(function explain (error: Error) {
    console.error(error.message)
    // What has started by then would keep the process.
    process.exit(1)
  })
}
