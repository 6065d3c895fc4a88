import { isPromised } from '../util/when.js'
import { isRedirect, toRedirectError } from './is-redirect.js'
import { originOf } from './origins.js'
import { toOutgoing } from './outgoing.js'
import { currentScope, runOutside, runWithin } from './scope.js'

import type { Dispatcher } from 'undici'
import type { BareOptions, Outgoing } from './outgoing.js'
import type { Scope } from './scope.js'

type Handler = Dispatcher.DispatchHandler
type Controller = Dispatcher.DispatchController
type Options = Dispatcher.DispatchOptions

/** Makes an interceptor of undici that gives each call, and each attempt at it, the credentials of the scope that it is made in. */
export function authInterceptor (bare: BareOptions): Dispatcher.DispatcherComposeInterceptor {
  return function intercept (dispatch) {
    return function dispatchWithCredentials (options, handler) {
      const scope = currentScope()
      const origin = originOf(options.origin)
      const fail = (error: unknown): void => handler.onResponseError?.(null as unknown as Controller, error as Error)
      const send = (outgoing: Outgoing): boolean => {
        const guarded = new ScopedHandler(handler, scope, outgoing.add !== null)
        return runOutside(() => dispatch(toOptions(options, origin, outgoing), guarded))
      }
      try {
        const outgoing = toOutgoing(origin, bare)
        if (!isPromised(outgoing)) {
          return send(outgoing)
        }
        Promise.resolve(outgoing).then(send).catch(fail)
      } catch (error) {
        fail(error)
      }
      return true
    }
  }
}

/** What is checked is what is called: the origin as a text that nobody can change. */
function toOptions (options: Options, origin: string | null, { remove, add }: Outgoing): Options {
  const headers = [...listHeaders(options.headers)].filter(([name]) => !remove.has(name.toLowerCase()))
  return { ...options, ...origin !== null && { origin }, headers: [...headers, ...Object.entries(add ?? {})].flat() }
}

/** Headers as undici takes them: names and values in turn, pairs, or an object; several values may stand in a list. */
function * listHeaders (headers: Options['headers']): Generator<[string, string]> {
  const pairs = Array.isArray(headers) ? toPairs(headers as readonly string[]) : headers != null && Symbol.iterator in headers ? headers : Object.entries(headers ?? {})
  for (const [name, value] of pairs as Iterable<readonly [string, string | readonly string[] | undefined]>) {
    for (const each of [value ?? []].flat()) {
      yield [name, each]
    }
  }
}

function * toPairs (flat: readonly string[]): Generator<[string, string]> {
  for (let index = 0; index < flat.length; index += 2) {
    yield [flat[index] as string, flat[index + 1] as string]
  }
}

/** Hears of the answer in the scope of the call: connections are shared, and know nothing of it. Ends a call that is sent elsewhere with credentials. */
class ScopedHandler implements Handler {
  readonly #handler: Handler
  readonly #scope: Scope
  readonly #hasCredentials: boolean

  constructor (handler: Handler, scope: Scope, hasCredentials: boolean) {
    this.#handler = handler
    this.#scope = scope
    this.#hasCredentials = hasCredentials
  }

  onRequestStart (...event: Parameters<NonNullable<Handler['onRequestStart']>>): void {
    runWithin(this.#scope, () => this.#handler.onRequestStart?.(...event))
  }

  onRequestUpgrade (...event: Parameters<NonNullable<Handler['onRequestUpgrade']>>): void {
    runWithin(this.#scope, () => this.#handler.onRequestUpgrade?.(...event))
  }

  onResponseStart (...event: Parameters<NonNullable<Handler['onResponseStart']>>): void {
    const [controller, status] = event
    if (this.#hasCredentials && isRedirect(status)) {
      controller.abort(toRedirectError())
      return
    }
    runWithin(this.#scope, () => this.#handler.onResponseStart?.(...event))
  }

  onResponseData (...event: Parameters<NonNullable<Handler['onResponseData']>>): void {
    runWithin(this.#scope, () => this.#handler.onResponseData?.(...event))
  }

  onResponseEnd (...event: Parameters<NonNullable<Handler['onResponseEnd']>>): void {
    runWithin(this.#scope, () => this.#handler.onResponseEnd?.(...event))
  }

  onResponseError (...event: Parameters<NonNullable<Handler['onResponseError']>>): void {
    runWithin(this.#scope, () => this.#handler.onResponseError?.(...event))
  }
}
