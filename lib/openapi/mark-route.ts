import { publishGuard } from './publish-guard.js'
import { toClauses } from './to-clauses.js'
import { toHandlersRefusals, toRefusals } from './to-refusals.js'
import { toWords } from '../guards/to-words.js'
import { ambienceOf } from '../schemes/ambience.js'

import type { RouteMark, Security } from './mark.js'
import type { RefusalGrounds } from './to-refusals.js'
import type { GuardDescription } from '../../types/guard.js'
import type { ErrorBody, Mode, OpenapiRequirements } from '../../types/options.js'
import type { RouteRefusal } from '../../types/route.js'
import type { SecurityScheme } from '../../types/scheme.js'

/** A way to sign in, as documents need it. */
export interface DescribedDoor {
  readonly name: string
  describe (): SecurityScheme
  /** Whether too many refused attempts are answered with 429. */
  readonly countsFailures: boolean
  /** Its own, in place of the plugin's; `null`: it has none. */
  readonly errorBody: ErrorBody | null
  /** Whether what somebody else answered may be sent in place of our body. */
  readonly relaysAnswers: boolean
}

/** A route as it is enforced. */
export interface DescribedRoute {
  readonly mode: Mode
  readonly guards: readonly GuardDescription[]
  readonly doors: readonly DescribedDoor[]
  /** With what else the doors refuse credentials, and the handler requests. */
  readonly refusals: readonly RouteRefusal[]
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
export function markRoute (route: DescribedRoute, app: DescribedApp, security: Security | null): RouteMark {
  const { mode, guards, doors } = route
  const isPublic = mode === 'public'
  const demand: GuardDescription = { kind: 'all', parts: guards }
  const published = guards.length === 0 ? null : publishGuard(demand, app.requirements)
  const schemes = Object.fromEntries(isPublic ? [] : doors.map(door => [door.name, toPlain(door.describe())]))
  return {
    security,
    isPublic,
    isOpen: mode === 'optional' || mode === 'tolerant',
    schemes,
    clauses: toClauses(published),
    words: published === null ? null : toWords(published),
    refusals: isPublic ? toHandlersRefusals({ others: route.refusals, challenge: route.challenge, errorBody: app.errorBody }) : toRefusals(toGrounds(route, app, Object.values(schemes)))
  }
}

function toGrounds ({ mode, guards, doors, refusals, challenge }: DescribedRoute, { errorBody, trustedOrigins }: DescribedApp, schemes: readonly SecurityScheme[]): RefusalGrounds {
  const isStrict = mode !== 'tolerant'
  return {
    guards,
    isStrict,
    isForgeable: trustedOrigins !== null && schemes.some(scheme => ambienceOf(scheme) !== 'never'),
    isLimited: isStrict && doors.some(door => door.countsFailures),
    others: isStrict ? refusals : [],
    isRelayed: isStrict && doors.some(door => door.relaysAnswers),
    errorBody: doors.find(door => door.errorBody !== null)?.errorBody ?? errorBody,
    challenge
  }
}

/** What stands in a document is JSON, whatever it was made of. */
function toPlain (scheme: SecurityScheme): SecurityScheme {
  return JSON.parse(JSON.stringify(scheme)) as SecurityScheme
}
