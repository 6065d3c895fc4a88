import swagger from '@fastify/swagger'

import { documentOf, securityOf } from '../../fixtures/describe-app.js'
import { handIssuer } from '../../fixtures/hand-issuer.js'
import { openApp } from '../../fixtures/open-app.js'
import { requireRoles, requireScopes } from '../../../lib/index.js'

import type { FastifyInstance } from 'fastify'
import type { Row } from './row.js'

const jwtProvider = handIssuer().provider()
const told = { 'get /books': [{ bearerAuth: ['read'] }] }

/** What the document under a name says of one route. */
function readDocument (decorator: string): Row['observe'] {
  return async function observe (options, t) {
    const app = await openApp(t, options, async function declare (app: FastifyInstance) {
      await app.register(swagger, { openapi: { openapi: '3.1.0' }, decorator })
      app.get('/books', { preHandler: [requireScopes('read'), requireRoles('editor')] }, async () => 'ok')
    })
    return securityOf(documentOf(app, decorator))
  }
}

/** The options that say what documents say. */
export const documentRows: readonly Row[] = [
  { option: 'openapi', beside: { jwtProvider }, observe: readDocument('swagger'), value: null, without: told, with: { 'get /books': null } },
  { option: 'openapi.decorators', beside: { jwtProvider }, observe: readDocument('docsA'), value: { decorators: ['docsA'] }, without: { 'get /books': null }, with: told },
  { option: 'openapi.requirements', beside: { jwtProvider }, observe: readDocument('swagger'), value: { requirements: 'all' }, without: told, with: { 'get /books': [{ bearerAuth: ['read', 'editor'] }] } }
]
