import type { GuardedRequest } from '../../types/guard.js'

const kDegraded = Symbol.for('fastify-gatekeeper.degraded')

/** Notes that nobody could judge the credentials of a request, and that it goes on as nobody's all the same. */
export function markDegraded (request: object): void {
  Object.defineProperty(request, kDegraded, { value: true })
}

/**
 * Whether the request carried credentials that nobody could judge while the service was out, and was let in as nobody's because its gateway has
 * `failOpen`: for answers that should not be kept, or that say less.
 *
 * @example if (isDegraded(request)) reply.header('cache-control', 'no-store')
 */
export function isDegraded (request: GuardedRequest): boolean {
  return (request as { readonly [kDegraded]?: true })[kDegraded] === true
}
