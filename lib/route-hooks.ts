import type { FastifyInstance, RouteOptions } from 'fastify'

/** The hooks in which a guard guards: what runs later runs beside the handler or after it. */
const GUARDING = ['onRequest', 'preParsing', 'preValidation', 'preHandler'] as const
const LATER = ['preSerialization', 'onSend', 'onResponse', 'onTimeout', 'onError', 'onRequestAbort'] as const

/** The hooks of a route or of an instance, by where they stand. */
export interface HookLists {
  readonly guarding: readonly unknown[]
  readonly later: readonly unknown[]
}

/** The hooks that stand in a route's own options. */
export function hooksOfRoute (options: RouteOptions): HookLists {
  return toLists(options as unknown as Record<string, unknown>)
}

/** The hooks that every route of an instance inherits; `null` when this Fastify keeps them elsewhere. */
export function hooksOfInstance (instance: FastifyInstance): HookLists | null {
  const symbol = Object.getOwnPropertySymbols(instance).find(candidate => candidate.description === 'fastify.hooks')
  const store = symbol === undefined ? undefined : (instance as unknown as Record<symbol, unknown>)[symbol]
  return typeof store === 'object' && store !== null ? toLists(store as Record<string, unknown>) : null
}

/** A hook option as a list: Fastify takes one function or several. */
export function toHookList (hooks: unknown): readonly unknown[] {
  return hooks === undefined || hooks === null ? [] : [hooks].flat()
}

function toLists (holder: Record<string, unknown>): HookLists {
  return {
    guarding: GUARDING.flatMap(name => toHookList(holder[name])),
    later: LATER.flatMap(name => toHookList(holder[name]))
  }
}
