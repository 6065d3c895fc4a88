import { AUTH_OPTION_INVALID } from '../../../../errors.js'
import { resolveFailureLimit } from '../../../../resolve-failure-limit.js'
import { toTrustedOrigins } from '../../../../trusted-origins.js'
import { findMismatch } from '../../../../util/find-mismatch.js'
import { knownActionsOf } from '../known-actions.js'
import { cognitoRoutesOptionsSchema } from '../routes-options.js'

import type { FailureLimitSettings } from '../../../../failure-limit.js'
import type { CognitoActions } from '../actions.js'
import type { KnownActions } from '../known-actions.js'
import type { CognitoRoutesOptions, UserRevocations } from '../routes-options.js'
import type { Seconds } from '../../../../../types/units.js'

/** The plugin's options after the check: every default filled in. */
export interface RoutesSettings {
  readonly actions: CognitoActions
  readonly known: KnownActions
  readonly inCookies: boolean
  /** `null`: somebody else counts. */
  readonly failureLimit: FailureLimitSettings | null
  readonly trustedOrigins: ReadonlySet<string>
  readonly refreshTokenSeconds: Seconds
  /** `null`: nobody is told. */
  readonly revocations: UserRevocations | null
}

/** What Fastify itself takes of the options of a plugin. */
const REGISTERED: readonly string[] = ['prefix', 'logLevel', 'logSerializers']

/** What only cookies ask for. */
const FOR_COOKIES = ['trustedOrigins', 'refreshTokenSeconds'] as const

const THIRTY_DAYS: Seconds = 2_592_000

/**
 * Checks the options, fills in the defaults and freezes the copy.
 * @throws {AUTH_OPTION_INVALID} naming the path of what is wrong
 */
export function resolveOptions (options: object): RoutesSettings {
  const given = checkOptions(options)
  const { actions, tokens = 'body', failureLimit, trustedOrigins = [], refreshTokenSeconds = THIRTY_DAYS, revocations = null } = given
  const known = knownActionsOf(actions)
  if (known === null) {
    throw new AUTH_OPTION_INVALID('cognitoRoutes.actions must be what cognitoActions({ … }) gave')
  }
  const idle = FOR_COOKIES.find(name => tokens !== 'cookies' && given[name] !== undefined)
  if (idle !== undefined) {
    throw new AUTH_OPTION_INVALID(`cognitoRoutes.${idle} is for tokens: 'cookies': with tokens in bodies it would do nothing`)
  }
  return Object.freeze({
    actions,
    known,
    inCookies: tokens === 'cookies',
    failureLimit: failureLimit === undefined ? null : resolveFailureLimit(failureLimit),
    trustedOrigins: toTrustedOrigins(trustedOrigins, 'cognitoRoutes.trustedOrigins'),
    refreshTokenSeconds,
    revocations
  })
}

function checkOptions (options: object): CognitoRoutesOptions {
  const given = Object.fromEntries(Object.entries(options).filter(([name, value]) => value !== undefined && !REGISTERED.includes(name)))
  const mismatch = findMismatch(cognitoRoutesOptionsSchema, given)
  if (mismatch !== null) {
    throw new AUTH_OPTION_INVALID(`${['cognitoRoutes', ...mismatch.path].join('.')} ${mismatch.problem}`)
  }
  return given as unknown as CognitoRoutesOptions
}
