import { checkClaims, checkIssuer } from './check-claims.js'
import { checkHeader } from './check-header.js'
import { toIdentity } from './to-identity.js'
import { verifySignature } from './verify-signature.js'
import { AUTH_TOKEN_INVALID } from '../../errors.js'
import { parseUnverifiedJwt } from '../../util/jwt-text.js'
import { when } from '../../util/when.js'

import type { KeySet } from './key-set.js'
import type { JwtSettings } from './resolve-settings.js'
import type { ProvidedIdentity } from '../../../types/identity.js'
import type { ProviderContext } from '../../../types/providers.js'
import type { UnverifiedJws, UnverifiedJwt } from '../../util/jwt-text.js'

/** Who verifies: the rules and the keys of one provider. */
export interface Verifier {
  readonly settings: JwtSettings
  readonly keySet: KeySet
}

/**
 * Whose token it is. Cheap checks come before the key, the signature before everything that its text alone could claim.
 * @throws {AUTH_TOKEN_INVALID} 401
 * @throws {AUTH_TOKEN_EXPIRED} 401, only after a good signature
 * @throws {AUTH_PROVIDER_UNAVAILABLE} 503, when there is no key to be had to tell with
 */
export function verifyToken (token: string, context: ProviderContext, { settings, keySet }: Verifier): Promise<ProvidedIdentity> | ProvidedIdentity {
  const jwt = parse(token, settings)
  const wanted = checkHeader(jwt.header, settings)
  const issuer = checkIssuer(jwt.payload, settings)
  const query = { ...wanted, issuer: issuer.written }
  const key = keySet.find(query, context)
  const proof = when(key, found => verifySignature({ token, signature: jwt.signature, query }, found))
  return when(proof, function goOn () {
    keySet.countUse()
    return accept(jwt, issuer.canonical, settings)
  })
}

function parse (token: string, { maxTokenBytes }: JwtSettings): UnverifiedJws {
  if (token.length > maxTokenBytes) {
    throw new AUTH_TOKEN_INVALID({ reason: 'token_size', expected: { maxTokenBytes } })
  }
  const jwt = parseUnverifiedJwt(token)
  if (jwt === null) {
    throw new AUTH_TOKEN_INVALID({ reason: 'token_syntax' })
  }
  return jwt
}

/** From here on the signature is good. */
function accept (jwt: UnverifiedJwt, issuer: string, settings: JwtSettings): ProvidedIdentity {
  settings.dialect.checkUse(jwt, settings)
  const expiresAt = checkClaims(jwt.payload, settings)
  return toIdentity(jwt.payload, settings, { issuer, expiresAt })
}
