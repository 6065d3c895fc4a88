import { AUTH_TOKEN_INVALID } from '../../errors.js'

import type { WantedUse } from '../jwt/dialect.js'

/** Refuses a token that was made for another use. RFC 8725, section 3.12. */
export function refuseUse ({ tokenUse }: WantedUse): never {
  throw new AUTH_TOKEN_INVALID({ reason: 'token_use', expected: tokenUse })
}
