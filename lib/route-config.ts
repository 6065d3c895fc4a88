import { AUTH_ROUTE_CONTRADICTORY } from './errors.js'
import { isRecord } from './util/is-record.js'

import type { Mode } from '../types/options.js'

const MODES: readonly unknown[] = ['public', 'tolerant', 'optional', 'required']

/** What a route's own config says; `null` where it says nothing. */
export interface DeclaredAuth {
  readonly mode: Mode
  /** The only authenticators it accepts; `null`: all. */
  readonly authenticators: readonly string[] | null
}

/** Reads `config.auth`. `route` names the route in what is thrown. */
export function readRouteConfig (config: unknown, route: string): DeclaredAuth | null {
  const auth = isRecord(config) ? config['auth'] : undefined
  if (auth === undefined) {
    return null
  }
  if (isMode(auth)) {
    return { mode: auth, authenticators: null }
  }
  if (!isRecord(auth) || !isMode(auth['mode'])) {
    throw new AUTH_ROUTE_CONTRADICTORY(`${route}: config.auth must be a mode ('public', 'tolerant', 'optional', 'required') or { mode, authenticators }`)
  }
  for (const member of Object.keys(auth)) {
    if (member !== 'mode' && member !== 'authenticators') {
      throw new AUTH_ROUTE_CONTRADICTORY(`${route}: config.auth.${member} is unknown`)
    }
  }
  return { mode: auth['mode'], authenticators: readAuthenticators(auth['authenticators'], route) }
}

function readAuthenticators (names: unknown, route: string): readonly string[] | null {
  if (names === undefined) {
    return null
  }
  const list: readonly unknown[] = Array.isArray(names) ? names : [names]
  if (list.length === 0 || !list.every(name => typeof name === 'string')) {
    throw new AUTH_ROUTE_CONTRADICTORY(`${route}: config.auth.authenticators must name at least one authenticator`)
  }
  return list as readonly string[]
}

function isMode (value: unknown): value is Mode {
  return MODES.includes(value)
}
