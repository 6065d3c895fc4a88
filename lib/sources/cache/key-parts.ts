import type { Identity } from '../../../types/identity.js'

/** Known by a brand, so that two installed copies agree. */
const kKeyParts = Symbol.for('fastify-gatekeeper.key-parts')

/** What of an identity, beside what tells users apart everywhere, an answer about it depends on. */
export interface KeyParts {
  readonly read: (identity: Identity) => readonly unknown[]
  /** Whether the provider knows users by a claim: then nobody else can say by issuer and subject whose answer has changed. */
  readonly isByClaim: boolean
}

/** Marks a provider whose answers depend on claims that may differ from token to token of one user, as his tenant may: answers for one are not for the others. */
export function markKeyParts<P extends object> (provider: P, keyParts: KeyParts): P {
  return Object.defineProperty(provider, kKeyParts, { value: keyParts })
}

/** What the answers of providers depend on, of all of them; `null` where none of them says. */
export function keyPartsOf (providers: readonly object[]): KeyParts | null {
  const all = providers.flatMap(provider => kKeyParts in provider ? [provider[kKeyParts] as KeyParts] : [])
  return all.length === 0 ? null : { read: identity => all.map(({ read }) => read(identity)), isByClaim: all.some(({ isByClaim }) => isByClaim) }
}
