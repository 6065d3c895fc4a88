import { AUTH_OPTION_INVALID } from '../../errors.js'

import type { HolderPaths } from './holder.js'
import type { UserTable } from './names-options.js'

/**
 * Where in an identity the options find a user.
 * @throws {AUTH_OPTION_INVALID} for a tenant where the table has no column for it
 */
export function toHolderPaths (factory: string, { table, subject, tenant, tenantColumn }: UserTable): HolderPaths {
  if (tenant !== undefined && table !== undefined && tenantColumn === undefined) {
    throw new AUTH_OPTION_INVALID(`${factory}.tenant is for tables with a tenantColumn`)
  }
  const path = tenantColumn === undefined ? tenant : tenant ?? 'tenant'
  return Object.freeze({ subject: subject === undefined ? null : toPath(subject), tenant: path === undefined ? null : toPath(path) })
}

function toPath (path: string | readonly string[]): readonly string[] {
  return Object.freeze([path].flat())
}
