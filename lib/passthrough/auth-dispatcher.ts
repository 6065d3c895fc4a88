import { Agent } from 'undici'

import { AUTH_OPTION_INVALID } from '../errors.js'
import { authInterceptor } from './auth-interceptor.js'

import type { Dispatcher } from 'undici'
import type { BareOptions } from './outgoing.js'

/** How a dispatcher connects, and what becomes of calls that no credentials belong to. */
export interface AuthDispatcherOptions extends BareOptions {
  /** How connections are made and kept: what an `Agent` of undici takes. Default: its defaults. */
  readonly agent?: Agent.Options
}

/**
 * A dispatcher of undici that makes its calls on behalf of whoever they are made for: with the credentials of the scope, to allowed origins only, looked at
 * anew at every call and every attempt. Make one for the app, and close it with the app: it keeps its connections.
 *
 * Calls fail as those of `authFetch`.
 *
 * @throws {AUTH_OPTION_INVALID} when an option is unknown or wrong
 * @example const books = authDispatcher().compose(interceptors.retry())
 */
export function authDispatcher (options: AuthDispatcherOptions = {}): Dispatcher {
  const { agent, ...bare } = options
  const unknown = Object.entries(bare).find(([name, value]) => !['missing', 'elsewhere'].includes(name) || !['refuse', 'bare', undefined].includes(value))
  if (unknown !== undefined) {
    throw new AUTH_OPTION_INVALID(`authDispatcher: ${unknown[0]} is not an option, or is neither 'refuse' nor 'bare'`)
  }
  return new Agent(agent).compose(authInterceptor(bare))
}
