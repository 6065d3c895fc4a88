import type { FastifyBaseLogger } from 'fastify'

import { hooksOfInstance } from './route-hooks.js'

import type { Registration } from './registration.js'
import type { Route } from './routes.js'

/** The one line at boot that says what the plugin will do, and a warning for each exclusion that opens nothing and for what cannot be seen. */
export function logBoot ({ settings, exclusions, doors }: Registration, routes: readonly Route[], { log, appLog }: { readonly log: FastifyBaseLogger, readonly appLog: FastifyBaseLogger }): void {
  log.info({
    authenticators: doors.map(door => door.name),
    issuers: [...new Set(doors.flatMap(door => door.kind === 'tokens' ? door.desks.flatMap(desk => desk.provider.issuers) : []))],
    mode: settings.mode,
    routes: {
      guarded: routes.filter(route => route.guards.length > 0).length,
      public: routes.filter(route => route.mode === 'public').length,
      default: routes.filter(route => route.declaredBy === 'default').length
    },
    excluded: routes.filter(route => route.declaredBy === 'exclude').map(route => route.name)
  }, 'fastify-gatekeeper is ready')
  if (settings.isDisabled) {
    appLog.warn('fastify-gatekeeper is disabled: nobody is asked for anything, and everybody passes every guard')
  }
  for (const exclusion of exclusions.unmet()) {
    log.warn({ exclusion }, 'exclude names a route that does not exist')
  }
  if (routes.some(route => hooksOfInstance(route.instance) === null)) {
    log.warn('this version of Fastify keeps the hooks of addHook where they cannot be read: guards among them are enforced, but the access matrix does not show them')
  }
}
