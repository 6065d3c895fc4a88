import { awsJwtVerify } from './aws-jwt-verify.js'
import { fastifyAuth } from './fastify-auth.js'
import { fastifyJwtJwks } from './fastify-jwt-jwks.js'
import { withCache, withoutCache } from './fastify-jwt.js'
import { sql } from './gatekeeper-sql.js'
import { cold, group, hot, nested, permission, three } from './gatekeeper.js'
import { getJwks } from './get-jwks.js'
import { bare, hooks } from './plain.js'

import type { Subject } from '../subject.js'

/** Everything that is measured side by side, in the order of the table. */
export const subjects: readonly Subject[] = [
  bare, hooks, hot, group, permission, three, nested, sql, withCache, fastifyAuth, getJwks, cold, withoutCache, fastifyJwtJwks, awsJwtVerify
]

/** What the others are compared with. */
export const yardstick: Subject = hooks
