/** `b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`. RFC 6750, section 2.1. */
const B64TOKEN = /^[a-z0-9\-._~+/]+=*$/i

/** Whether a text is written as bearer tokens are. */
export function isToken (text: string): boolean {
  return B64TOKEN.test(text)
}
