import { AUTH_OPTION_INVALID, AUTH_ROUTE_CONTRADICTORY } from './errors.js'

import type { Exclusion } from '../types/options.js'

/** The routes that the option `exclude` declares public. */
export interface Exclusions {
  /** Whether a route is among them. Remembers which patterns have met one. */
  has (methods: readonly string[], url: string): boolean
  /** Patterns that have met no route, as they were written. */
  unmet (): readonly Exclusion[]
}

/**
 * Compares patterns with patterns, as routed, and never with the URL of a request. A trailing slash makes no difference.
 *
 * @param option its name, for what is thrown
 */
export function createExclusions (exclude: readonly Exclusion[], option = 'exclude'): Exclusions {
  const rules = exclude.map(function toRule (exclusion) {
    const { method = null, url } = typeof exclusion === 'string' ? { url: exclusion } : exclusion
    return { exclusion, method: method?.toUpperCase() ?? null, matches: toMatcher(url) }
  })
  const met = new Set<Exclusion>()

  function has (methods: readonly string[], url: string): boolean {
    const hits = rules.filter(rule => rule.matches(url) && (rule.method === null || methods.includes(rule.method)))
    hits.forEach(rule => met.add(rule.exclusion))
    const left = methods.filter(method => !hits.some(rule => rule.method === null || rule.method === method))
    if (left.length > 0 && hits.length > 0) {
      throw new AUTH_ROUTE_CONTRADICTORY(`${methods.join(',')} ${url}: ${option} names some of its methods and not ${left.join(',')}; declare two routes`)
    }
    return hits.length > 0
  }

  function unmet (): readonly Exclusion[] {
    return exclude.filter(exclusion => !met.has(exclusion))
  }

  return Object.freeze({ has, unmet })
}

/** Frozen copies. */
export function freezeExclusions (exclude: readonly Exclusion[]): readonly Exclusion[] {
  return Object.freeze(exclude.map(exclusion => typeof exclusion === 'string' ? exclusion : Object.freeze({ ...exclusion })))
}

/**
 * Stops the boot on patterns that would open the whole app by one character.
 *
 * @param instead what says the same out loud
 * @throws {AUTH_OPTION_INVALID}
 */
export function assertNarrow (exclude: readonly Exclusion[], { option, instead }: { readonly option: string, readonly instead: string }): void {
  const index = exclude.findIndex(function isAll (exclusion) {
    const url = typeof exclusion === 'string' ? exclusion : exclusion.url
    return url === '/*' || url === '*'
  })
  if (index >= 0) {
    throw new AUTH_OPTION_INVALID(`${option}.${index} would ${instead} if that is meant`)
  }
}

function toMatcher (pattern: string): (url: string) => boolean {
  if (pattern.endsWith('/*')) {
    const above = pattern.slice(0, -2)
    return url => url === above || url.startsWith(`${above}/`)
  }
  const wanted = withoutSlash(pattern)
  return url => withoutSlash(url) === wanted
}

function withoutSlash (url: string): string {
  return url.length > 1 && url.endsWith('/') ? url.slice(0, -1) : url
}
