import { runWithin } from './scope.js'

import type { EventEmitter } from 'node:events'
import type { Scope } from './scope.js'

const held = new WeakMap<object, Scope>()

/**
 * Lets the listeners of a request, an answer or a socket run in a scope. They would run in that of the connection, which many requests share:
 * a stream that goes on when the client has taken what was written would have lost whom it works for.
 */
export function hold (emitter: EventEmitter, scope: Scope): void {
  if (!held.has(emitter)) {
    const { emit } = emitter
    emitter.emit = function emitWithin (this: EventEmitter, ...event: Parameters<typeof emit>): boolean {
      return runWithin(held.get(emitter) as Scope, () => emit.apply(this, event))
    }
  }
  held.set(emitter, scope)
}
