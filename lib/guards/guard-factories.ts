import { defineGuard, describeGuard } from './define-guard.js'
import { markFactory } from './mark-factory.js'
import { requireClaims } from './require-claims.js'
import { requireGroups } from './require-groups.js'
import { requireKind } from './require-kind.js'
import { requirePermissions } from './require-permissions.js'
import { requirePolicy } from './require-policy.js'
import { requireRoles } from './require-roles.js'
import { requireScopes } from './require-scopes.js'
import { requireUser } from './require-user.js'

import type { Guard, GuardDescription, GuardFactories } from '../../types/guard.js'

const FACTORIES: GuardFactories = Object.freeze({ requireUser, requireGroups, requireRoles, requirePermissions, requireScopes, requireKind, requireClaims, requirePolicy })

/** The guard factories of one registration: their guards fit its routes only. */
export function createGuardFactories (owner: object): GuardFactories {
  const owned = Object.entries(FACTORIES).map(([name, factory]) => [name, ownFactory(factory, owner)] as const)
  return Object.freeze(Object.fromEntries(owned)) as unknown as GuardFactories
}

function ownFactory (factory: (...args: never[]) => Guard, owner: object): (...args: never[]) => Guard {
  function makeGuard (...args: never[]): Guard {
    return defineGuard(describeGuard(factory(...args)) as GuardDescription, owner)
  }
  return markFactory(makeGuard)
}
