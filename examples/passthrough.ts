/**
 * A shop that calls two other services on behalf of its callers: the main plugin says who may come in, what they sent travels on to where it may go.
 */

import Fastify from 'fastify'
import authPlugin, { currentUser } from 'fastify-gatekeeper'
import passthrough, { authDispatcher, authFetch, authMetadata, authorization, customHeader, withAuthMetadata } from 'fastify-gatekeeper/passthrough'
import { Readable } from 'node:stream'
import { interceptors, request } from 'undici'

import type { FastifyInstance } from 'fastify'
import type { JwtProvider } from 'fastify-gatekeeper'

/** Where the other services are: origins, `https://books.example.com` for example. */
export interface Services {
  readonly books: string
  readonly prints: string
  /** For what the shop does in its own name. */
  readonly ownToken: string
}

/** The shop, for tokens that `jwtProvider` verifies. */
export async function build (jwtProvider: JwtProvider, { books, prints, ownToken }: Services): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(authPlugin, { jwtProvider, exclude: ['/health'] })
  await app.register(passthrough, {
    extractors: [authorization(), customHeader('x-tenant')],
    allowedOrigins: [books, prints],
    excludedPaths: ['/health']
  })

  // One for the app: it keeps its connections, and knows at every attempt on whose behalf it is made.
  const connections = authDispatcher()
  const patient = connections.compose(interceptors.retry({ maxRetries: 3, minTimeout: 10 }))
  app.addHook('onClose', async () => await connections.close())

  app.get('/health', async () => 'ok')
  app.get('/books', async () => await (await authFetch(`${books}/books`)).json())
  app.get('/prints', async () => await (await request(`${prints}/prints`, { dispatcher: patient })).body.json())
  app.get('/both', async (_request, reply) => reply.type('application/x-ndjson').send(Readable.from(readBoth({ books, prints }))))
  app.post('/orders', async incoming => {
    const order = { for: currentUser(incoming).id, tenant: tenantOf() }
    // The stock is the shop's own affair: its own token takes the place of the caller's, and his is back afterwards.
    const stock = await withAuthMetadata([['authorization', `Bearer ${ownToken}`]], async () => await authFetch(`${books}/stock`))
    return { ...order, stock: await stock.json() }
  })
  return app
}

/** Runs after the handler has returned, and still on behalf of the caller. */
async function * readBoth ({ books, prints }: Pick<Services, 'books' | 'prints'>): AsyncGenerator<string> {
  for (const url of [`${books}/books`, `${prints}/prints`]) {
    const response = await authFetch(url)
    yield `${await response.text()}\n`
  }
}

function tenantOf (): string | null {
  return authMetadata().find(([name]) => name === 'x-tenant')?.[1] ?? null
}
