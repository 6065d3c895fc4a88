/** By what the users of this process's pools have as their issuer: the ids of their pools. Only grows: pools are made at boot. */
const pools = new Map<string, string>()

/** Says that an issuer is a user pool. */
export function addPool (issuer: string, userPoolId: string): void {
  pools.set(issuer, userPoolId)
}

/** Whether an issuer is one of the user pools that `cognito` was called for: others that write Cognito's claims are not believed. */
export function isPool (issuer: string): boolean {
  return pools.has(issuer)
}

/** The id of the pool that an issuer is; `null` where `cognito` was not called for it. */
export function toPoolId (issuer: string): string | null {
  return pools.get(issuer) ?? null
}

/** Whether `cognito` was called for a pool of this id. */
export function hasPool (userPoolId: string): boolean {
  return [...pools.values()].includes(userPoolId)
}
