import type { GatewayRouteConfig } from './gateway.js'
import type { Guard, GuardFactories } from './guard.js'
import type { AccessRow, RouteAuth } from './options.js'
import type { PassthroughMode } from './passthrough.js'
import type { AuthUser } from './user.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sent the request; `null` when nobody is signed in. */
    readonly user: AuthUser | null
    /** Whether the request would pass a guard; `resource` is what a policy decides about. Rejects with 503 when that could not be found out. */
    can (guard: Guard, resource?: unknown): Promise<boolean>
    /** Rejects as the guard would refuse; resolves when the request passes. */
    authorize (guard: Guard, resource?: unknown): Promise<void>
  }

  interface FastifyInstance extends GuardFactories {
    /** Guards all routes of this context and of those within it, whenever they are declared. Each route's last `onRequest` asks it. */
    guard (guard: Guard): this
    /** What every route asks of its callers, once the app is ready; throws before. */
    accessMatrix (): readonly AccessRow[]
    /** The same as text. */
    printAccessMatrix (): string
  }

  interface FastifyContextConfig {
    /** What this route asks of its callers; without it the plugin's `mode` counts. */
    auth?: RouteAuth
    /** What an external service is asked differently for this route. */
    gateway?: GatewayRouteConfig
    /** What the plugin `passthrough` does with the credentials of this route's requests; without it the plugin's `required` counts. */
    passthrough?: PassthroughMode
  }
}
