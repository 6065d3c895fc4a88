import inject from 'light-my-request'

import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import type { IncomingMessage, ServerResponse } from 'node:http'

import { identityOf } from './known-identities.js'
import { injectUser } from '../user/injected-users.js'

import type { AuthUser } from '../../types/user.js'

/** The slice of an app that {@link injectAs} touches: every kind of Fastify instance has it. */
export interface InjectableApp {
  ready (listener: (error: Error | null) => void): unknown
  routing (request: never, response: never): void
}

/**
 * The answer to a request of `user`: `app.inject()` with somebody signed in, who needs no token. Modes, guards and providers run as usual;
 * credentials in the request are not read.
 *
 * The user stands beside the request in this process, where no header, option or variable reaches.
 *
 * @param user made by {@link fakeUser}
 * @throws {AUTH_OPTION_INVALID} when the user was made elsewhere
 * @example
 * const response = await injectAs(app, fakeUser({ roles: ['librarian'] }), { method: 'DELETE', url: '/books/7' })
 * t.equal(response.statusCode, 204)
 */
export async function injectAs (app: InjectableApp, user: AuthUser, options: InjectOptions | string): Promise<LightMyRequestResponse> {
  const identity = identityOf(user)

  function dispatch (request: IncomingMessage, response: ServerResponse): void {
    injectUser(request, identity)
    app.routing(request as never, response as never)
  }

  await whenReady(app)
  return inject(dispatch, options)
}

/** By its listener: the promise of an inner instance cannot be had once the app has started. */
function whenReady (app: InjectableApp): Promise<void> {
  return new Promise(function ask (resolve, reject) {
    app.ready(error => error ? reject(error) : resolve())
  })
}
