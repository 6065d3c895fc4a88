import { AUTH_ROUTE_CONTRADICTORY } from './errors.js'

import type { Exclusion } from '../types/options.js'

/** The routes that the option `exclude` declares public. */
export interface Exclusions {
  /** Whether a route is among them. Remembers which patterns have met one. */
  has (methods: readonly string[], url: string): boolean
  /** Patterns that have met no route, as they were written. */
  unmet (): readonly Exclusion[]
}

/** Compares patterns with patterns, as routed, and never with the URL of a request. A trailing slash makes no difference. */
export function createExclusions (exclude: readonly Exclusion[]): Exclusions {
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
      throw new AUTH_ROUTE_CONTRADICTORY(`${methods.join(',')} ${url}: exclude names some of its methods and not ${left.join(',')}; declare two routes`)
    }
    return hits.length > 0
  }

  function unmet (): readonly Exclusion[] {
    return exclude.filter(exclusion => !met.has(exclusion))
  }

  return Object.freeze({ has, unmet })
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
