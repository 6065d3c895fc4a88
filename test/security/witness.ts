import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Guard } from '../../lib/index.js'

type Handle = (request: FastifyRequest) => unknown

/** Declares routes, and holds them to this: whenever a handler runs, its guard has run on that very request, and said yes. */
export interface Witness {
  /** The handlers that ran without it. */
  readonly breaches: readonly string[]
  /** How many handlers ran. */
  readonly runs: number
  /** Declares `GET url`; without a guard it is for those who are signed in. */
  declare (app: FastifyInstance, url: string, guard: Guard | null, handle: Handle): void
}

export function createWitness (): Witness {
  const breaches: string[] = []
  let runs = 0

  function declare (app: FastifyInstance, url: string, guard: Guard | null, handle: Handle): void {
    const admitted = new WeakSet<object>()
    app.get(url, { preHandler: guard === null ? [] : [watch(guard, admitted)] }, async function testify (request: FastifyRequest) {
      runs++
      if (request.user === null || (guard !== null && !admitted.has(request))) {
        breaches.push(url)
      }
      return await handle(request)
    })
  }

  return { breaches, get runs () { return runs }, declare }
}

/** The same guard, with what it demands still on it; notes the requests that it lets through. */
function watch (guard: Guard, admitted: WeakSet<object>): Guard {
  function watched (request: object, reply: object, done: (error?: Error) => void): void {
    Reflect.apply(guard, null, [request, reply, function note (...error: Error[]) {
      if (error.length === 0) {
        admitted.add(request)
      }
      done(...error)
    }])
  }
  const marks = Object.getOwnPropertySymbols(guard).map(symbol => [symbol, { value: (guard as unknown as Record<symbol, unknown>)[symbol] }] as const)
  // Fastify calls what `bind` gives.
  return Object.defineProperties(watched, { ...Object.fromEntries(marks), bind: { value: () => watched } }) as unknown as Guard
}
