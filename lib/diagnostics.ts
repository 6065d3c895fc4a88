import { channel } from 'node:diagnostics_channel'

import type { Milliseconds } from '../types/units.js'
import type { Reason } from '../types/verdict.js'

/** What became of a request, or of a question, at an external service. Published on `fastify-gatekeeper:gateway.decision`. */
export interface GatewayDecisionEvent {
  /** The name of the gateway. */
  readonly gateway: string
  /**
   * `missing`: no credential came; `error`, `timeout`: nobody could tell; `aborted`: the caller had gone; `degraded`: nobody could tell, and the caller
   * went on as nobody.
   */
  readonly outcome: 'allowed' | 'denied' | 'missing' | 'error' | 'timeout' | 'aborted' | 'degraded'
  /** Why; `null` for `allowed` and `missing`. */
  readonly reason: Reason | null
  /** What the service answered with; `null` when there is no answer. */
  readonly status: number | null
  /** How long the decision took; `null` for `missing` and `degraded`. */
  readonly durationMs: Milliseconds | null
}

/** Whether a decision was known already. Published on `fastify-gatekeeper:gateway.cache`. */
export interface GatewayCacheEvent {
  readonly gateway: string
  /** `coalesced`: the same question was under way for somebody else. */
  readonly result: 'hit' | 'miss' | 'coalesced'
}

/** What the circuit breaker turned to. Published on `fastify-gatekeeper:gateway.breaker`. */
export interface GatewayBreakerEvent {
  readonly gateway: string
  /** Of the service: a route may have another one. */
  readonly origin: string
  readonly state: 'closed' | 'open' | 'half-open'
}

const decisions = channel('fastify-gatekeeper:gateway.decision')
const caches = channel('fastify-gatekeeper:gateway.cache')
const breakers = channel('fastify-gatekeeper:gateway.breaker')

/** Tells whoever listens; costs nothing while nobody does. Nothing of a credential is ever told. */
export function publishDecision (event: GatewayDecisionEvent): void {
  if (decisions.hasSubscribers) {
    decisions.publish(Object.freeze(event))
  }
}

/** Like {@link publishDecision}. */
export function publishCacheUse (event: GatewayCacheEvent): void {
  if (caches.hasSubscribers) {
    caches.publish(Object.freeze(event))
  }
}

/** Like {@link publishDecision}. */
export function publishBreaker (event: GatewayBreakerEvent): void {
  if (breakers.hasSubscribers) {
    breakers.publish(Object.freeze(event))
  }
}
