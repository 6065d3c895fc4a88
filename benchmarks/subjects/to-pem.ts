import { createPublicKey } from 'node:crypto'

import type { Trust } from '../subject.js'

/** The issuer's key as PEM. */
export function toPem ({ jwk }: Trust): string {
  return createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString()
}
