import type { Guard } from '../../types/guard.js'

/** Where a function says that it makes guards: the same in every installed copy. */
const kFactory = Symbol.for('fastify-gatekeeper.guard-factory')

/** Marks a function that makes guards, so that one passed uncalled is noticed. Gives it back. */
export function markFactory<Factory extends (...args: never[]) => Guard> (factory: Factory): Factory {
  return Object.defineProperty(factory, kFactory, { value: true })
}

/** Whether a function makes guards, and is none itself, whichever installed copy it comes from. */
export function isGuardFactory (value: unknown): boolean {
  return typeof value === 'function' && kFactory in value
}
