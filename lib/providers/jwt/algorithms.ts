/** Every signature algorithm that a provider can be told to accept. RFC 7518, section 3.1; RFC 8037; RFC 9864. */
export const ALGORITHMS = [
  'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'HS256', 'HS384', 'HS512'
] as const

/** A signature algorithm. RFC 7518, section 3.1; RFC 8037, section 3.1; RFC 9864, section 2.2. */
export type Algorithm = typeof ALGORITHMS[number]

/** What is accepted from those who publish their keys, unless the options say otherwise. */
export const DEFAULT_ALGORITHMS: readonly Algorithm[] = ALGORITHMS.filter(algorithm => !isSymmetric(algorithm))

/** What is accepted with a shared secret, unless the options say otherwise. */
export const DEFAULT_SECRET_ALGORITHMS: readonly Algorithm[] = ['HS256']

const CURVE_ALGORITHMS: ReadonlyMap<unknown, Algorithm> = new Map([
  ['P-256', 'ES256'], ['P-384', 'ES384'], ['P-521', 'ES512'], ['Ed25519', 'Ed25519']
] as const)

export function isAlgorithm (value: unknown): value is Algorithm {
  return ALGORITHMS.includes(value as Algorithm)
}

/** Whether both sides share the key. Never accepted from a provider that also accepts the other family. RFC 8725, section 3.1. */
export function isSymmetric (algorithm: Algorithm): boolean {
  return algorithm.startsWith('HS')
}

/** The one name of an algorithm that has two: `EdDSA` with the only curve we know is `Ed25519`. RFC 9864, section 2.2. */
export function toCanonicalAlgorithm (algorithm: Algorithm): Algorithm {
  return algorithm === 'EdDSA' ? 'Ed25519' : algorithm
}

/** The fewest bytes of a secret for `algorithm`: those of its hash. RFC 7518, section 3.2. */
export function toHashBytes (algorithm: Algorithm): number {
  return Number(algorithm.slice(2)) / 8
}

/** What a public key is made for: its type, and its curve where it has one. */
export interface KeyShape {
  readonly kty: unknown
  readonly crv: unknown
}

/** Whether a key of this shape can verify signatures of `algorithm` at all. */
export function fitsKey (algorithm: Algorithm, { kty, crv }: KeyShape): boolean {
  if (kty === 'RSA') {
    return isRsa(algorithm)
  }
  return (kty === 'EC' || kty === 'OKP') && CURVE_ALGORITHMS.get(crv) === toCanonicalAlgorithm(algorithm)
}

/**
 * The one algorithm of a key that does not name it; `null` when none of those `allowed` is for it.
 * RSA keys fit six: it is RS256, or the one other that is allowed in its place.
 */
export function defaultAlgorithm ({ kty, crv }: KeyShape, allowed: readonly Algorithm[]): Algorithm | null {
  if (kty === 'RSA') {
    const fitting = allowed.filter(isRsa)
    return fitting.find(algorithm => fitting.length === 1 || algorithm === 'RS256') ?? null
  }
  return CURVE_ALGORITHMS.get(crv) ?? null
}

function isRsa (algorithm: Algorithm): boolean {
  return algorithm.startsWith('RS') || algorithm.startsWith('PS')
}
