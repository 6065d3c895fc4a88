import { AUTH_ROUTE_CONTRADICTORY } from '../errors.js'
import { createExclusions } from '../exclusions.js'
import { isRecord } from '../util/is-record.js'

import type { PassthroughSettings } from './resolve-options.js'
import type { Exclusion } from '../../types/options.js'
import type { PassedRoute } from '../passthrough-mark.js'
import type { PassthroughMode } from '../../types/passthrough.js'

const MODES: readonly unknown[] = ['required', 'optional', 'off']

/** What is done with the credentials of a route's requests. */
export interface RouteRule {
  readonly mode: PassthroughMode
  /** Whether what is wrong with them counts: it does not where nobody has to have any. */
  readonly isExcluded: boolean
}

/** Knows what each route does, from its config, from its pattern and from the options; never from the URL of a request. */
export class RouteRules {
  readonly #settings: Pick<PassthroughSettings, 'excludedPaths' | 'captureExcluded' | 'required'>
  readonly #exclusions

  constructor (settings: Pick<PassthroughSettings, 'excludedPaths' | 'captureExcluded' | 'required'>) {
    this.#settings = settings
    this.#exclusions = createExclusions(settings.excludedPaths, 'excludedPaths')
  }

  /** @throws {AUTH_ROUTE_CONTRADICTORY} when the route says what it cannot, or something else than the options */
  ruleOn ({ methods, url, config }: PassedRoute): RouteRule {
    const name = `${methods.join(',')} ${url}`
    const declared = readConfig(config, name)
    const { captureExcluded, required } = this.#settings
    const isExcluded = this.#isExcluded(methods, url)
    if (isExcluded && declared !== null && declared !== 'off') {
      throw new AUTH_ROUTE_CONTRADICTORY(`${name}: config.passthrough says ${declared}, and excludedPaths lets its requests in without credentials`)
    }
    if (isExcluded) {
      return { mode: captureExcluded && declared === null ? 'optional' : 'off', isExcluded }
    }
    return { mode: declared ?? (required ? 'required' : 'optional'), isExcluded }
  }

  /** A HEAD route is the GET route without an answer's body. */
  #isExcluded (methods: readonly string[], url: string): boolean {
    const isHead = methods.length === 1 && methods[0] === 'HEAD'
    return this.#exclusions.has(methods, url) || (isHead && this.#exclusions.has(['GET'], url))
  }

  /** Excluded paths that have met no route. */
  unmet (): readonly Exclusion[] {
    return this.#exclusions.unmet()
  }
}

function readConfig (config: unknown, name: string): PassthroughMode | null {
  const mode = isRecord(config) ? config['passthrough'] : undefined
  if (mode !== undefined && !MODES.includes(mode)) {
    throw new AUTH_ROUTE_CONTRADICTORY(`${name}: config.passthrough must be 'required', 'optional' or 'off'`)
  }
  return mode === undefined ? null : mode as PassthroughMode
}
