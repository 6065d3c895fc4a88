import type { SettledRoute } from '../types/route.js'

/** Where a route's config holds its record: the same in every installed copy. */
export const kRoute = Symbol.for('fastify-gatekeeper.route')

/** The slice of a request that leads to its route. */
export interface RoutedRequest { readonly routeOptions: { readonly config: unknown } }

/** What the route of a request was settled to be; `null` where none was found, and for one that was declared before the plugin had loaded. */
export function settledRouteOf ({ routeOptions: { config } }: RoutedRequest): SettledRoute | null {
  return (config as { readonly [kRoute]?: SettledRoute } | undefined)?.[kRoute] ?? null
}
