import { createPublicKey } from 'node:crypto'

import { createSingleKeySet, createStaticKeySet } from './static-key-set.js'
import { AUTH_OPTION_INVALID } from '../../errors.js'

import type { JsonWebKey } from 'node:crypto'
import type { Algorithm } from './algorithms.js'
import type { KeySet } from './key-set.js'
import { vetJwk } from './vet-jwk.js'

// One block and nothing else: of several, nobody could say which was read. RFC 7468, sections 5.1 and 13; RFC 8017, appendix A.1.1
const publicPem = /^\s*-----BEGIN (PUBLIC KEY|RSA PUBLIC KEY|CERTIFICATE)-----[A-Za-z0-9+/=\s]+-----END \1-----\s*$/

/**
 * The issuer's one public key. Without a `kid` of its own it verifies tokens with any.
 * @param option how the option that holds it is called
 * @throws {AUTH_OPTION_INVALID} when it is no public key, or could not be trusted with a signature
 */
export function createPublicKeySet (publicKey: string | JsonWebKey, algorithms: readonly Algorithm[], option: string): KeySet {
  const jwk = typeof publicKey === 'string' ? pemToJwk(publicKey, option) : publicKey
  const vetted = vetJwk(jwk, algorithms)
  return vetted.kind === 'usable' && vetted.key.kid === null
    ? createSingleKeySet(vetted.key)
    : createStaticKeySet([jwk], algorithms, option)
}

function pemToJwk (pem: string, option: string): JsonWebKey {
  if (!publicPem.test(pem)) {
    throw new AUTH_OPTION_INVALID(`${option} must be one public key or certificate as PEM`)
  }
  try {
    return createPublicKey(pem.trim()).export({ format: 'jwk' })
  } catch {
    throw new AUTH_OPTION_INVALID(`${option} is a PEM that cannot be read as an RSA, EC or Ed25519 key`)
  }
}
