import { performance } from 'node:perf_hooks'

import Fastify from 'fastify'
import swagger from '@fastify/swagger'
import authPlugin, { requireRoles } from 'fastify-gatekeeper'
import { jwt } from 'fastify-gatekeeper/jwt'

import { listReports } from '../subject.js'

import type { Milliseconds } from '../pace.js'
import type { Prepared } from '../process/prepared.js'

/** An app with many routes, with the plugin and a guard on each, or without. */
export interface RoutesInput {
  readonly routes: number
  readonly isGuarded: boolean
}

/** How long an app with many routes takes to boot and to write its document. Elapsed time. */
export interface RoutesResult {
  readonly bootMs: Milliseconds
  readonly documentMs: Milliseconds
}

export function prepare ({ routes, isGuarded }: RoutesInput): Prepared {
  async function boot (): Promise<RoutesResult> {
    const start = performance.now()
    const app = Fastify()
    await app.register(swagger, { openapi: { info: { title: 'Many', version: '1.0.0' } } })
    if (isGuarded) {
      await app.register(authPlugin, { jwtProvider: jwt({ issuer: 'https://login.example.com', audience: 'many', secret: 'a secret of more than thirty-two bytes' }) })
    }
    for (let index = 0; index < routes; index++) {
      app.get(`/things-${index}/:id`, isGuarded ? { preHandler: [requireRoles([`role-${index % 10}`])] } : {}, listReports)
    }
    await app.ready()
    const booted = performance.now()
    const document = app.swagger()
    const documented = performance.now()
    if (Object.keys(document.paths ?? {}).length !== routes) {
      throw new Error('the document does not have all routes')
    }
    return { bootMs: booted - start, documentMs: documented - booted }
  }

  return { answer: boot }
}
