import { toList } from '../jwt/resolve-settings.js'

import type { OneOrMore } from '../../../types/units.js'

// audience = [ "api://" ] guid, in any case
const ownAddress = /^(?:api:\/\/)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i

/**
 * All forms of `aud` that mean this API: tokens of version 2.0 have its client id, those of version 1.0 that or its address, `api://` and the
 * client id unless somebody chose another one.
 * @see https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
export function toAudienceForms (audience: OneOrMore<string> | null): readonly string[] | null {
  return audience === null ? null : [...new Set(toList(audience).flatMap(toForms))]
}

function toForms (audience: string): readonly string[] {
  const clientId = ownAddress.exec(audience)?.[1]?.toLowerCase()
  return clientId === undefined ? [audience] : [audience, clientId, `api://${clientId}`]
}
