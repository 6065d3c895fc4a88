/** Known by a brand, so that two installed copies agree. */
const kCredentialReader = Symbol.for('fastify-gatekeeper.credential-reader')

/** Marks a provider whose answers are for one credential, not for all that its holder has: to keep them would hand the names of one to the others. */
export function markCredentialReader<P extends object> (provider: P): P {
  return Object.freeze(Object.defineProperty(provider, kCredentialReader, { value: true }))
}

/** Whether a provider, or one of those that it is made of, is marked. */
export function isCredentialReader (provider: object): boolean {
  return kCredentialReader in provider
}
