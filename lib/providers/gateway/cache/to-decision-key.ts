import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'

import type { DecisionQuestion } from './types.js'
import type { CacheKey } from '../../../sources/cache/level.js'

/** Differ from request to request, and no decision may rest on them. */
const TRACES: ReadonlySet<string> = new Set(['x-request-id', 'traceparent'])

/** What a decision is kept under: nothing that was sent can be read from it. */
export function toDecisionKey (id: string, { request, credential, also = [] }: Pick<DecisionQuestion, 'request' | 'credential' | 'also'>): CacheKey {
  const { method, url, headers, body } = request
  const fields = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !TRACES.has(name))
    .sort(([one], [other]) => one < other ? -1 : 1)
  const parts = [id, method, url.href, String(also.length), ...also, String(fields.length), ...fields.flat(), body === null ? 'none' : 'body', body ?? '']
  return { of: [toDigest([credential])], rest: [toDigest(parts)] }
}

/** SHA-256 over parts that are never run together: each stands behind its length. */
export function toDigest (parts: ReadonlyArray<string | Uint8Array>): string {
  const hash = createHash('sha256')
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part
    const length = Buffer.alloc(8)
    length.writeBigUInt64BE(BigInt(bytes.byteLength))
    hash.update(length).update(bytes)
  }
  return hash.digest('base64url')
}
