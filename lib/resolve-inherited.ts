import { AUTH_DISABLED_IN_PRODUCTION, AUTH_OPTION_INVALID } from './errors.js'
import { MODES } from './options-schema.js'
import { toTrustedOrigins } from './trusted-origins.js'

import type { AuthPluginOptions, Mode } from '../types/options.js'
import type { RevocationList } from '../types/revocation.js'

/** What a registration takes over from the one around it, unless it says otherwise. */
export interface Inherited {
  readonly mode: Mode
  readonly strict: boolean
  /** `null`: every origin is believed. */
  readonly trustedOrigins: ReadonlySet<string> | null
  readonly revocation: RevocationList | null
  readonly isDisabled: boolean
}

const ENVIRONMENT_WORDS: ReadonlyMap<string, boolean> = new Map([['true', true], ['1', true], ['yes', true], ['false', false], ['0', false], ['no', false]])

/** What is demanded where nobody says anything. */
const DEFAULTS: Inherited = Object.freeze({ mode: 'required', strict: false, trustedOrigins: new Set<string>(), revocation: null, isDisabled: false })

/** What a registration says of its own; the rest it takes over. */
type Said = { readonly [Name in keyof Inherited]: Inherited[Name] | undefined }

/** What holds for a registration inside another one, or, where there is none, by itself. */
export type Inherit = (outer: Inherited | null) => Inherited

/**
 * The options that a registration takes over from the one around it: it may tighten them, and loosen them only with `override`.
 * Asked when it is registered, and once more when the app is ready: the one around it may load later.
 */
export function createInheritance (given: AuthPluginOptions, env: NodeJS.ProcessEnv): Inherit {
  const { mode, strict, csrf, revocation, disabled, override, allowDisabledInProduction } = given
  const said: Said = Object.freeze({ mode, strict, trustedOrigins: readTrustedOrigins(csrf), revocation, isDisabled: disabled })

  return function inherit (outer) {
    const settings = tighten(said, outer ?? { ...DEFAULTS, isDisabled: readFlag(env, 'AUTH_MIDDLEWARE_DISABLED') })
    if (outer !== null && override !== true) {
      assertNotLooser(settings, outer)
    }
    if (settings.isDisabled && outer?.isDisabled !== true && allowDisabledInProduction !== true) {
      assertMayBeDisabled(env)
    }
    return settings
  }
}

function tighten (said: Said, before: Inherited): Inherited {
  return {
    mode: said.mode ?? before.mode,
    strict: said.strict ?? before.strict,
    trustedOrigins: said.trustedOrigins === undefined ? before.trustedOrigins : said.trustedOrigins,
    revocation: said.revocation ?? before.revocation,
    isDisabled: said.isDisabled ?? before.isDisabled
  }
}

function assertNotLooser (inner: Inherited, outer: Inherited): void {
  const loosened: ReadonlyArray<readonly [boolean, string]> = [
    [MODES.indexOf(inner.mode) < MODES.indexOf(outer.mode), 'mode'],
    [outer.strict && !inner.strict, 'strict'],
    [isLooserOrigins(inner.trustedOrigins, outer.trustedOrigins), 'csrf'],
    [outer.revocation !== null && inner.revocation !== outer.revocation, 'revocation'],
    [inner.isDisabled && !outer.isDisabled, 'disabled']
  ]
  const found = loosened.find(([isLoosened]) => isLoosened)
  if (found !== undefined) {
    throw new AUTH_OPTION_INVALID(`${found[1]} must not be looser than in the registration around this one; say override: true if that is meant`)
  }
}

function isLooserOrigins (inner: Inherited['trustedOrigins'], outer: Inherited['trustedOrigins']): boolean {
  return outer !== null && (inner === null || [...inner].some(origin => !outer.has(origin)))
}

function readTrustedOrigins (csrf: AuthPluginOptions['csrf']): Said['trustedOrigins'] {
  return csrf === null || csrf === undefined ? csrf : toTrustedOrigins(csrf.trustedOrigins ?? [], 'csrf.trustedOrigins')
}

function assertMayBeDisabled (env: NodeJS.ProcessEnv): void {
  const mode = env['NODE_ENV']
  if (mode !== 'development' && mode !== 'test') {
    throw new AUTH_DISABLED_IN_PRODUCTION('disabled (or AUTH_MIDDLEWARE_DISABLED) lets everybody in, and NODE_ENV is neither development nor test; say allowDisabledInProduction: true if that is meant')
  }
}

function readFlag (env: NodeJS.ProcessEnv, name: string): boolean {
  const text = env[name]?.trim().toLowerCase() ?? ''
  const flag = text === '' ? false : ENVIRONMENT_WORDS.get(text)
  if (flag === undefined) {
    throw new AUTH_OPTION_INVALID(`${name} must be true or false, 1 or 0, yes or no`)
  }
  return flag
}
