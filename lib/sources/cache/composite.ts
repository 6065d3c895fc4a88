import { AUTH_OPTION_INVALID } from '../../errors.js'
import { isCredentialReader, markCredentialReader } from './credential-reader.js'
import { keyPartsOf, markKeyParts } from './key-parts.js'
import { lifecycleOf } from './lifecycle.js'
import { contractsOf, permissionMatchOf, toProvider } from './names-contract.js'

import type { Ask, NamesProvider, ProvidersOf } from './names-contract.js'

/**
 * A provider made of several: answers the questions that all of them answer, and lives as they do.
 * @throws {AUTH_OPTION_INVALID} when they do not go together
 */
export function toComposite<P extends NamesProvider> (factory: string, providers: readonly P[], ask: Ask): ProvidersOf<P> {
  const [first = [], ...others] = providers.map((provider, index) => contractsOf(provider, `${factory}.${index}`))
  const contracts = first.filter(contract => others.every(other => other.includes(contract)))
  if (contracts.length === 0) {
    throw new AUTH_OPTION_INVALID(`${factory}: its providers answer different questions: all of them must give groups, or all roles, and so on`)
  }
  const match = contracts.includes('permissions') ? permissionMatchOf(providers, factory) : {}
  const keyParts = keyPartsOf(providers)
  const composite = { ...lifecycleOf(providers), ...match, ...toProvider(contracts, ask) }
  if (keyParts !== null) {
    markKeyParts(composite, keyParts)
  }
  return Object.freeze(providers.some(isCredentialReader) ? markCredentialReader(composite) : composite) as ProvidersOf<P>
}
