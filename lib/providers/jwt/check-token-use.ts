import { toMediaType } from './check-header.js'
import { AUTH_TOKEN_INVALID } from '../../errors.js'

import type { WantedUse } from './dialect.js'
import type { UnverifiedJwt } from '../../util/jwt-text.js'

type TokenUse = 'access' | 'id' | 'refresh' | 'logout'

/** What issuers write into `typ` and `token_use`, letters and digits only: Cognito `id`, Keycloak `ID`, `Bearer`, `Refresh`, `Offline`, `Logout`, RFC 9068 `at+jwt`, and so on. */
const USES: ReadonlyMap<string, TokenUse> = new Map([
  ['access', 'access'], ['accesstoken', 'access'], ['atjwt', 'access'], ['bearer', 'access'],
  ['id', 'id'], ['idtoken', 'id'], ['idjwt', 'id'], ['idtokenjwt', 'id'],
  ['refresh', 'refresh'], ['refreshtoken', 'refresh'], ['rtjwt', 'refresh'], ['refreshjwt', 'refresh'], ['refreshtokenjwt', 'refresh'],
  ['offline', 'refresh'], ['offlinetoken', 'refresh'],
  ['logout', 'logout'], ['logouttoken', 'logout'], ['logoutjwt', 'logout'], ['logouttokenjwt', 'logout'], ['seceventjwt', 'logout']
])

/** Members of ID and logout tokens. OpenID Connect Core 1.0, sections 2 and 3.3.2.11; Back-Channel Logout 1.0, section 2.4. */
const FOREIGN_TO_ACCESS_TOKENS = ['nonce', 'at_hash', 'c_hash', 'events'] as const

/** Refuses tokens that were made for another use than `tokenUse`. RFC 8725, sections 3.11 and 3.12. */
export function checkTokenUse ({ header, payload }: UnverifiedJwt, { typ, tokenUse }: WantedUse): void {
  if (tokenUse === null) {
    return
  }
  const said = [header['typ'], payload['typ'], payload['token_use']].map(toUse)
  const isOther = said.some(use => use !== null && use !== tokenUse)
  const isForeign = tokenUse === 'access' && typ === null && FOREIGN_TO_ACCESS_TOKENS.some(member => Object.hasOwn(payload, member))
  if (isOther || isForeign || isOtherType(header['typ'])) {
    throw new AUTH_TOKEN_INVALID({ reason: 'token_use', expected: tokenUse })
  }
}

function toUse (said: unknown): TokenUse | null {
  if (said === undefined) {
    return null
  }
  if (typeof said !== 'string') {
    throw new AUTH_TOKEN_INVALID({ reason: 'claim_type', expected: { typ: 'a text', token_use: 'a text' } })
  }
  return USES.get(toMediaType(said).replaceAll(/[^a-z0-9]/g, '')) ?? null
}

/** Whether the header says, as a media type, that the token is of a kind that has nothing to do with us. RFC 8725, section 3.11. */
function isOtherType (typ: unknown): boolean {
  return typeof typ === 'string' && /[+-]jwt$/.test(toMediaType(typ)) && toUse(typ) === null
}
