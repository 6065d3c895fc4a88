import { isOfConnection, isOfProxies, toPlainName } from './header-names.js'

import type { FastifyRequest } from 'fastify'

/** Which headers of callers go on. */
export interface ClientHeaderRules {
  /** In lower case; a `*` at the end stands for any rest. */
  readonly forward: readonly string[]
  readonly drop: readonly string[]
  /** Names, as {@link toPlainName} writes them, in which the service says who somebody is: nobody else says so. */
  readonly identity: ReadonlySet<string>
}

type Headers = FastifyRequest['raw']['headers']

/** The headers of a caller that the service is sent: those that are listed, and of these none that is about a connection or says who somebody is. */
export function pickClientHeaders (headers: Headers, rules: ClientHeaderRules): Record<string, string> {
  const named = toWords(headers.connection)
  const picked: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (mayForward(name, rules) && !named.includes(name)) {
      picked[name] = [value].flat().join(', ')
    }
  }
  return picked
}

function mayForward (name: string, { forward, drop, identity }: ClientHeaderRules): boolean {
  const isListed = forward.some(pattern => matches(pattern, name)) && !drop.some(pattern => matches(pattern, toPlainName(name)))
  // What describes a body goes with the body.
  return isListed && !name.startsWith('content-') && !isOfConnection(name) && !isOfProxies(name) && !identity.has(toPlainName(name))
}

function matches (pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}

/** RFC 9110, section 7.6.1. */
function toWords (connection = ''): readonly string[] {
  return connection.toLowerCase().split(',').map(word => word.trim())
}
