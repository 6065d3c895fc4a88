/** What the users of this process's pools have as their issuer. Only grows: pools are made at boot. */
const issuers = new Set<string>()

/** Says that an issuer is a user pool. */
export function addPool (issuer: string): void {
  issuers.add(issuer)
}

/** Whether an issuer is one of the user pools that `cognito` was called for: others that write Cognito's claims are not believed. */
export function isPool (issuer: string): boolean {
  return issuers.has(issuer)
}
