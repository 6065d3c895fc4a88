import { toWords } from './guards/to-words.js'
import { passthroughOf, toPassthroughText } from './passthrough-mark.js'

import type { Route } from './routes.js'
import type { GuardDescription } from '../types/guard.js'
import type { AccessRow } from '../types/options.js'

/** What each of the routes asks, one row for each of its URLs, in the order of their declaration. */
export function toAccessMatrix (routes: readonly Route[]): readonly AccessRow[] {
  return Object.freeze(routes.flatMap(toRows))
}

/** The matrix as text, for people. */
export function printMatrix (rows: readonly AccessRow[]): string {
  const cells = rows.map(({ methods, url, mode, declaredBy, guard, authenticators, passthrough }) => [
    methods.join(', '), url, mode, declaredBy, guard === null ? '' : toWords(guard), authenticators.join(', '), toPassthroughText(passthrough)
  ])
  const passing = rows.some(row => row.passthrough !== undefined) ? 'passthrough' : ''
  const lines = [['methods', 'url', 'mode', 'declared by', 'guard', 'authenticators', passing], ...cells]
  const widths = (lines[0] as string[]).map((_, column) => Math.max(...lines.map(line => (line[column] as string).length)))
  return lines.map(line => line.map((cell, column) => cell.padEnd(widths[column] as number)).join('  ').trimEnd()).join('\n') + '\n'
}

function toRows (route: Route): AccessRow[] {
  const [guard = null, ...more] = route.guards
  const demand: GuardDescription | null = more.length === 0 ? guard : Object.freeze({ kind: 'all', parts: Object.freeze([...route.guards]) })
  const authenticators = Object.freeze(route.mode === 'public' ? [] : route.doors.map(door => door.name))
  const passthrough = passthroughOf(route.instance, { methods: route.methods, url: route.url, config: route.variants[0]?.config })
  return route.urls().map(function toRow ({ url, methods }) {
    return Object.freeze({
      methods: Object.freeze(methods), url, mode: route.mode, declaredBy: route.declaredBy, guard: demand, authenticators, ...passthrough !== null && { passthrough }
    })
  })
}
