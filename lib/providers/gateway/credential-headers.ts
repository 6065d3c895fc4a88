import { Buffer } from 'node:buffer'

import type { CredentialPlace, GatewayIntrospectionOptions } from './options.js'

// cookie-octet, without "%": RFC 6265, section 4.1.1
const notInCookie = /[^\x21\x23\x24\x26-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]/g

/** The credential where the service looks for it. */
export function toCredentialHeaders (token: string, place: CredentialPlace | null): Readonly<Record<string, string>> {
  if (place === null) {
    return {}
  }
  if ('cookie' in place) {
    return { cookie: `${place.cookie}=${token.replaceAll(notInCookie, encodeURIComponent)}` }
  }
  const { header, prefix = header.toLowerCase() === 'authorization' ? 'Bearer' : null } = place
  return { [header.toLowerCase()]: prefix === null ? token : `${prefix} ${token}` }
}

/** The question of RFC 7662, section 2.1. */
export interface IntrospectionForm {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** The credential as a form, with who asks. RFC 6749, section 2.3.1. */
export function toIntrospectionForm (token: string, { clientId, clientSecret, auth = 'basic', tokenTypeHint = 'access_token' }: GatewayIntrospectionOptions): IntrospectionForm {
  const form = new URLSearchParams({
    token,
    ...tokenTypeHint !== null && { token_type_hint: tokenTypeHint },
    ...auth === 'post' && { client_id: clientId, client_secret: clientSecret }
  })
  const basic = Buffer.from(`${toFormText(clientId)}:${toFormText(clientSecret)}`).toString('base64')
  return {
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json', ...auth === 'basic' && { authorization: `Basic ${basic}` } },
    body: Buffer.from(form.toString())
  }
}

/** Encoded as in a form before it is joined. RFC 6749, section 2.3.1 and appendix B. */
function toFormText (text: string): string {
  return new URLSearchParams({ t: text }).toString().slice(2)
}
