import { isLoopbackHost } from '../../util/is-loopback-host.js'

/** What {@link isAllowedUrl} asks of an address, to be read after its name. */
export const ALLOWED_URL = 'an https address without a user or a fragment (outside production also http on this machine)'

/**
 * Whether keys may be fetched from `url`: https keeps others from exchanging them on the way.
 * `http` counts only on this machine, and never with `NODE_ENV=production`.
 */
export function isAllowedUrl (url: unknown): url is string {
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : null
  if (parsed === null || parsed.username !== '' || parsed.password !== '' || parsed.hash !== '') {
    return false
  }
  return parsed.protocol === 'https:' || (parsed.protocol === 'http:' && isLoopbackHost(parsed.hostname) && process.env['NODE_ENV'] !== 'production')
}
