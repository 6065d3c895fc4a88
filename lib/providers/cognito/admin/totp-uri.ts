/** What an authenticator app is told. */
export interface TotpLabel {
  readonly secret: string
  readonly issuer: string
  /** `null`: the app shows the issuer alone. */
  readonly account: string | null
}

/**
 * What a QR code for an authenticator app holds: SHA-1, 6 digits and 30 seconds, as Amazon Cognito has it.
 * @see https://github.com/google/google-authenticator/wiki/Key-Uri-Format; RFC 6238
 */
export function toTotpUri ({ secret, issuer, account }: TotpLabel): string {
  const label = [issuer, ...account === null ? [] : [account]].map(encode).join(':')
  return `otpauth://totp/${label}?secret=${encode(secret)}&issuer=${encode(issuer)}&algorithm=SHA1&digits=6&period=30`
}

/** Half a character cannot be encoded. */
function encode (text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'))
}
