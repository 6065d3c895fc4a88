import { AUTH_OPTION_INVALID } from '../errors.js'
import { defineGuard } from './define-guard.js'
import { toNames } from './to-names.js'

import type { Guard, GuardNames, MatchOptions } from '../../types/guard.js'

const FACTORIES = Object.freeze({ groups: 'requireGroups', roles: 'requireRoles', permissions: 'requirePermissions', scopes: 'requireScopes' })

/** `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )`. RFC 6749, section 3.3. */
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** A guard that demands names. One of several is enough, but of scopes all are needed. */
export function defineNamesGuard (kind: keyof typeof FACTORIES, names: GuardNames, { match = kind === 'scopes' ? 'all' : 'any' }: MatchOptions): Guard {
  const factory = FACTORIES[kind]
  const wanted = toNames(factory, names)
  if (kind === 'scopes') {
    wanted.forEach(assertScopeToken)
  }
  if (match !== 'any' && match !== 'all') {
    throw new AUTH_OPTION_INVALID(`${factory}: match must be 'any' or 'all'`)
  }
  return defineGuard(Object.freeze({ kind, wanted, match }))
}

/** It goes into a quoted text of the challenge. */
function assertScopeToken (scope: string): void {
  if (!SCOPE_TOKEN.test(scope)) {
    throw new AUTH_OPTION_INVALID('requireScopes: a scope is printable ASCII without blanks, quotes and backslashes (RFC 6749, section 3.3)')
  }
}
