import { isAlgorithm, toCanonicalAlgorithm } from './algorithms.js'
import { AUTH_TOKEN_INVALID } from '../../errors.js'

import type { SignatureQuery } from './key-set.js'
import type { JwtSettings } from './resolve-settings.js'

/**
 * Members that change what the rest of the token means. We understand none of them, so none may be there.
 * Keys and addresses of keys (`jwk`, `jku`, `x5c`, `x5u`) are hints that nobody follows: they are not even read.
 * RFC 7515, sections 4.1 and 4.1.11; RFC 7797, section 3; RFC 7516, sections 4.1.2 and 4.1.3
 */
const REFUSED_MEMBERS = ['crit', 'b64', 'enc', 'zip'] as const

/** Which key the header asks for, when it is one that may ask. Nothing has been verified yet. */
export function checkHeader (header: Readonly<Record<string, unknown>>, { algorithms, typ: wantedTyp }: JwtSettings): SignatureQuery {
  const { alg, kid, typ, cty } = header
  if (REFUSED_MEMBERS.some(member => Object.hasOwn(header, member))) {
    throw new AUTH_TOKEN_INVALID({ reason: 'header_member', expected: { without: REFUSED_MEMBERS } })
  }
  if (isNested(cty)) {
    throw new AUTH_TOKEN_INVALID({ reason: 'header_member', expected: { cty: 'not JWT' } })
  }
  if (!isAlgorithm(alg) || !algorithms.includes(alg)) {
    throw new AUTH_TOKEN_INVALID({ reason: 'algorithm', expected: algorithms })
  }
  if (kid !== undefined && typeof kid !== 'string') {
    throw new AUTH_TOKEN_INVALID({ reason: 'header_member', expected: { kid: 'a text' } })
  }
  if (!isWantedType(typ, wantedTyp)) {
    throw new AUTH_TOKEN_INVALID({ reason: 'token_type', expected: wantedTyp })
  }
  return { algorithm: toCanonicalAlgorithm(alg), kid: kid ?? null }
}

function isWantedType (typ: unknown, wanted: string | null): boolean {
  if (typ === undefined) {
    return wanted === null
  }
  return typeof typ === 'string' && (wanted === null || toMediaType(typ) === wanted)
}

/** Whether what is inside is another token, and no claims. RFC 7519, sections 5.2 and 7.2; RFC 8725, section 3.3. */
function isNested (cty: unknown): boolean {
  return typeof cty === 'string' && toMediaType(cty) === 'jwt'
}

/** A `typ` or `cty` as it is compared: in lower case, without the `application/` that may be left out. RFC 7515, section 4.1.9. */
export function toMediaType (typ: string): string {
  return typ.toLowerCase().replace(/^application\/(?=[^/]+$)/, '')
}
