import { AUTH_OPTION_INVALID } from '../errors.js'
import { traitsOf } from './token-source.js'

import type { SecurityScheme, TokenSource } from '../../types/scheme.js'

/** An authenticator at one of the places that it reads. */
export interface Post {
  readonly authenticator: string
  /** As sources are named: `cookie session`, `header x-token`, `header authorization bearer`. */
  readonly place: string
  /** `null` for an authenticator of the app's own. */
  readonly source: TokenSource | null
  /** Who verifies what is found there. */
  readonly providers: readonly unknown[]
}

/** Where credentials of a scheme stand; `null` where the scheme does not tell. OpenAPI 3.1, section 4.8.27. */
export function placeOf ({ type, in: where, name, scheme }: SecurityScheme): string | null {
  if (type === 'http') {
    return `header authorization ${String(scheme).toLowerCase()}`
  }
  if (type !== 'apiKey') {
    return null
  }
  return where === 'header' ? `header ${String(name).toLowerCase()}` : `${String(where)} ${String(name)}`
}

/**
 * Stops the boot when two would read one credential and each could judge it differently. Only authenticators for tokens may share a source,
 * if they share no provider: then the token's issuer says whose it is.
 *
 * @throws {AUTH_OPTION_INVALID}
 */
export function assertPlacesDistinct (posts: readonly Post[]): void {
  for (const [index, post] of posts.entries()) {
    const rival = posts.slice(0, index).find(other => isOverlapping(post.place, other.place) && !mayShare(post, other))
    if (rival !== undefined) {
      throw new AUTH_OPTION_INVALID(`authenticators: ${rival.authenticator} and ${post.authenticator} both read "${post.place}"; of each place there can be one reader`)
    }
  }
}

/** A header that is read as a whole holds whatever scheme others look for in it. */
function isOverlapping (one: string, other: string): boolean {
  return one === other || isWholeOf(one, other) || isWholeOf(other, one)
}

function isWholeOf (whole: string, part: string): boolean {
  return whole.startsWith('header ') && part.startsWith(`${whole} `)
}

function mayShare (one: Post, other: Post): boolean {
  return one.authenticator !== other.authenticator && isSameReading(one.source, other.source) && !one.providers.some(provider => other.providers.includes(provider))
}

function isSameReading (one: TokenSource | null, other: TokenSource | null): boolean {
  if (one === null || other === null) {
    return false
  }
  return one === other || (one.name === other.name && traitsOf(one).isSecretive !== true && traitsOf(other).isSecretive !== true)
}
