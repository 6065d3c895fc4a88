import { AUTH_OPTION_INVALID } from '../errors.js'
import { isLoopbackHost } from '../util/is-loopback-host.js'

/**
 * Origins that credentials may go to, compared exactly. https keeps others from reading them on the way; on this machine there is no way.
 *
 * @param option named in what is thrown
 * @throws {AUTH_OPTION_INVALID} when one is not written as `URL.origin` writes it, is a pattern, or neither https nor on this machine
 */
export function toOrigins (origins: unknown, option: string): ReadonlySet<string> {
  if (!Array.isArray(origins)) {
    throw new AUTH_OPTION_INVALID(`${option} must be a list of origins: ['https://books.example.com'] for example`)
  }
  origins.forEach(function check (origin: unknown, index) {
    if (!isOrigin(origin)) {
      throw new AUTH_OPTION_INVALID(`${option}.${index} must be an origin, exactly as URL.origin writes it: https://books.example.com, without a path, a pattern or a default port; http only on this machine`)
    }
  })
  return new Set<string>(origins)
}

/** The origin of an address; `null` for one that has none on a network: `blob:` addresses claim that of who made them. */
export function originOf (url: unknown): string | null {
  const text = typeof url === 'string' || url instanceof URL ? String(url) : ''
  const parsed = URL.canParse(text) ? new URL(text) : null
  return parsed !== null && isHttp(parsed) ? parsed.origin : null
}

function isOrigin (text: unknown): boolean {
  if (typeof text !== 'string' || text.includes('*') || !URL.canParse(text)) {
    return false
  }
  const url = new URL(text)
  return url.origin === text && isHttp(url) && (url.protocol === 'https:' || isLoopbackHost(url.hostname))
}

function isHttp ({ protocol }: URL): boolean {
  return protocol === 'https:' || protocol === 'http:'
}
