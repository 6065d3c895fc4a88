import type { FastifyInstance } from 'fastify'
import type { JsonWebKey } from 'node:crypto'

/** Whose tokens a server accepts. */
export interface Trust {
  readonly issuer: string
  readonly audience: string
  /** The issuer's public key, with `kid` and `alg`. */
  readonly jwk: JsonWebKey
  /** Where the issuer publishes it. */
  readonly jwksUri: string
  /** Who the good tokens are about. */
  readonly users: readonly string[]
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

/** A group and a permission that every good token grants, too. */
export const GROUP = 'staff'
export const PERMISSION = 'reports.read'

const REPORTS = Object.freeze({ reports: Object.freeze(['2023', '2024', '2025']) })

/** The handler of every subject: what differs is what stands before it. */
export async function listReports (): Promise<object> {
  return REPORTS
}
