import type { ClaimsMapping } from './claims-mapping.js'
import type { JwtSettings } from './resolve-settings.js'
import type { EntitlementName } from '../../../types/identity.js'

const ENTITLEMENTS: readonly EntitlementName[] = ['groups', 'roles', 'permissions']

/** Which names identities may carry, and which of them nobody has asked for in so many words. */
export interface Supplies {
  readonly supplies: readonly EntitlementName[]
  readonly suppliesByDefault: readonly EntitlementName[]
}

/** @param mapping what the options said of claims */
export function toSupplies ({ claims, dialect }: Pick<JwtSettings, 'claims' | 'dialect'>, mapping: ClaimsMapping): Supplies {
  const supplies = ENTITLEMENTS.filter(name => claims[name] !== null)
  const byDefault = dialect.keepsNames ? [] : supplies.filter(name => mapping[name] === undefined)
  return { supplies: Object.freeze(supplies), suppliesByDefault: Object.freeze(byDefault) }
}
