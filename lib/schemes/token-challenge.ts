import type { AuthError } from '../../types/verdict.js'

/** What callers are told who have to send a bearer token, wherever it is read from. A wrong password is no failure of a token. RFC 6750, section 3. */
export function createTokenChallenge (realm: string): (failure: AuthError | null) => string {
  const plain = `Bearer realm="${realm}"`
  return function challenge (failure) {
    return failure === null || failure.code === 'AUTH_PASSWORD_REJECTED' ? plain : `${plain}, ${toErrorParameters(failure)}`
  }
}

/** RFC 6750, section 3.1. */
function toErrorParameters (failure: AuthError): string {
  switch (failure.statusCode) {
    case 400: return 'error="invalid_request"'
    case 403: return ['error="insufficient_scope"', ...toScopeParameter(failure.cause.scopes)].join(', ')
    default: return 'error="invalid_token"'
  }
}

/** `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )`. RFC 6749, section 3.3. An app's own error may name none. */
function toScopeParameter (scopes: readonly string[] = []): string[] {
  const tokens = scopes.filter(scope => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope))
  return tokens.length === 0 ? [] : [`scope="${tokens.join(' ')}"`]
}
