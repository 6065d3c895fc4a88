import { constants } from 'node:crypto'

import { toHashBytes } from './algorithms.js'

import type { KeyObject, SigningOptions } from 'node:crypto'
import type { Algorithm } from './algorithms.js'
import type { Bytes } from '../../../types/units.js'

/** How signatures of one algorithm are made. */
export interface SignatureRecipe {
  readonly hash: string | null
  readonly keyType: KeyObject['asymmetricKeyType']
  /** As OpenSSL calls it. */
  readonly namedCurve?: string
  /** `null`: as many as the modulus of the key has. */
  readonly signatureBytes: Bytes | null
  readonly options: SigningOptions
}

/**
 * How signatures of `algorithm` are made, for one with public keys.
 * @see RFC 7518, sections 3.3 to 3.5; RFC 8037, section 3.1
 */
export function toSignatureRecipe (algorithm: Algorithm): SignatureRecipe {
  const hash = `sha${algorithm.slice(2)}`
  switch (algorithm) {
    case 'ES256': return { hash, keyType: 'ec', namedCurve: 'prime256v1', signatureBytes: 64, options: { dsaEncoding: 'ieee-p1363' } }
    case 'ES384': return { hash, keyType: 'ec', namedCurve: 'secp384r1', signatureBytes: 96, options: { dsaEncoding: 'ieee-p1363' } }
    case 'ES512': return { hash, keyType: 'ec', namedCurve: 'secp521r1', signatureBytes: 132, options: { dsaEncoding: 'ieee-p1363' } }
    case 'EdDSA':
    case 'Ed25519': return { hash: null, keyType: 'ed25519', signatureBytes: 64, options: {} }
    default: return { hash, keyType: 'rsa', signatureBytes: null, options: algorithm.startsWith('PS') ? toPss(algorithm) : { padding: constants.RSA_PKCS1_PADDING } }
  }
}

/** The salt is as long as the hash, and the mask is made with the same one. RFC 7518, section 3.5. */
function toPss (algorithm: Algorithm): SigningOptions {
  return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: toHashBytes(algorithm) }
}
