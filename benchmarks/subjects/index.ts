import { withCache, withoutCache } from './fastify-jwt.js'
import { cold, hot } from './gatekeeper.js'
import { bare, hooks } from './plain.js'

import type { Subject } from '../subject.js'

/** Everything that is measured, in the order of the table. */
export const subjects: readonly Subject[] = [bare, hooks, hot, withCache, cold, withoutCache]

/** What the others are compared with. */
export const yardstick: Subject = hooks
