import type { PassthroughMode } from '../types/passthrough.js'

/** Where an instance keeps what passes the credentials of its requests on. */
export const kPassthrough = Symbol.for('fastify-gatekeeper.passthrough')

/** A route, as far as credentials that are passed on are concerned. */
export interface PassedRoute {
  readonly methods: readonly string[]
  /** The full pattern as routed. */
  readonly url: string
  readonly config: unknown
}

/** What the access matrix asks the plugin `passthrough`, which it does not know. */
export interface PassthroughMark {
  modeOf (route: PassedRoute): PassthroughMode
}

/** What becomes of the credentials of a route's requests; `null` where nothing passes any on. */
export function passthroughOf (instance: object, route: PassedRoute): PassthroughMode | null {
  return (instance as { [kPassthrough]?: PassthroughMark })[kPassthrough]?.modeOf(route) ?? null
}

/** The mode for people who read a table: that a credential is there says nothing of its worth. */
export function toPassthroughText (mode: PassthroughMode | undefined): string {
  return mode === undefined || mode === 'off' ? '' : `${mode}, not verified`
}
