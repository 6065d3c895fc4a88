import type { FastifyInstance } from 'fastify'
import type { JsonWebKey } from 'node:crypto'

/** Whose tokens a server accepts. */
export interface Trust {
  readonly issuer: string
  readonly audience: string
  /** The issuer's public key, with `kid` and `alg`. */
  readonly jwk: JsonWebKey
}

/** One way to serve the route that is measured. */
export interface Subject {
  readonly name: string
  readonly title: string
  /** `baseline` lets everybody in; `ours` and `peer` ask for a token and the role. */
  readonly kind: 'baseline' | 'ours' | 'peer'
  build (trust: Trust): Promise<FastifyInstance>
}

export const PATH = '/reports'

/** The role that the route asks for and every good token grants. */
export const ROLE = 'analyst'

const REPORTS = Object.freeze({ reports: Object.freeze(['2023', '2024', '2025']) })

/** The handler of every subject: what differs is what stands before it. */
export async function listReports (): Promise<object> {
  return REPORTS
}
