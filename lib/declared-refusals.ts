import { isRecord } from './util/is-record.js'

import type { RouteRefusal } from '../types/route.js'

/** Where a route's config says what its handler refuses with: for documents alone. */
export const kRefusals = Symbol.for('fastify-gatekeeper.refusals')

/** What the handler of a route refuses with, as its config says; of two with one status the first is shown. */
export function declaredRefusals (config: unknown): readonly RouteRefusal[] {
  return isRecord(config) ? (config as { readonly [kRefusals]?: readonly RouteRefusal[] })[kRefusals] ?? [] : []
}
