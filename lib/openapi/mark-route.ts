import { publishGuard } from './publish-guard.js'
import { toClauses } from './to-clauses.js'
import { toRefusals } from './to-refusals.js'
import { toWords } from '../guards/to-words.js'
import { ambienceOf } from '../schemes/ambience.js'

import type { RouteMark, Security } from './mark.js'
import type { GuardDescription } from '../../types/guard.js'
import type { ErrorBody, Mode, OpenapiRequirements } from '../../types/options.js'
import type { SecurityScheme } from '../../types/scheme.js'

/** A way to sign in, as documents need it. */
export interface DescribedDoor {
  readonly name: string
  describe (): SecurityScheme
  /** Whether too many refused attempts are answered with 429. */
  readonly countsFailures: boolean
}

/** A route as it is enforced. */
export interface DescribedRoute {
  readonly mode: Mode
  readonly guards: readonly GuardDescription[]
  readonly doors: readonly DescribedDoor[]
  /** `WWW-Authenticate`, as sent to who sends nothing. */
  readonly challenge: string
}

/** What its registration says of all routes. */
export interface DescribedApp {
  readonly requirements: OpenapiRequirements
  readonly errorBody: ErrorBody | null
  /** `null`: credentials that browsers send by themselves count whoever wrote the page. */
  readonly trustedOrigins: ReadonlySet<string> | null
}

/** What documents are to say of a route, whose schema may say something of its own. */
export function markRoute ({ mode, guards, doors, challenge }: DescribedRoute, { requirements, errorBody, trustedOrigins }: DescribedApp, security: Security | null): RouteMark {
  const isPublic = mode === 'public'
  const demand: GuardDescription = { kind: 'all', parts: guards }
  const published = guards.length === 0 ? null : publishGuard(demand, requirements)
  const schemes = Object.fromEntries(isPublic ? [] : doors.map(door => [door.name, toPlain(door.describe())]))
  const isForgeable = trustedOrigins !== null && Object.values(schemes).some(scheme => ambienceOf(scheme) !== 'never')
  return {
    security,
    isPublic,
    isOpen: mode === 'optional' || mode === 'tolerant',
    schemes,
    clauses: toClauses(published),
    words: published === null ? null : toWords(published),
    refusals: isPublic ? [] : toRefusals({ guards, isStrict: mode !== 'tolerant', isForgeable, isLimited: mode !== 'tolerant' && doors.some(door => door.countsFailures), errorBody, challenge })
  }
}

/** What stands in a document is JSON, whatever it was made of. */
function toPlain (scheme: SecurityScheme): SecurityScheme {
  return JSON.parse(JSON.stringify(scheme)) as SecurityScheme
}
