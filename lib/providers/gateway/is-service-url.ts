import { isLoopbackHost } from '../../util/is-loopback-host.js'

/** What {@link isServiceUrl} asks of an address, to be read after its name. */
export const SERVICE_URL = 'an https address without a user or a fragment; http only on this machine, or over socketPath'

/** Whether credentials may be sent to an address: only where nobody can read them on the way. */
export function isServiceUrl (url: string, socketPath: string | undefined): boolean {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (parsed === null || parsed.username !== '' || parsed.password !== '' || parsed.hash !== '') {
    return false
  }
  return parsed.protocol === 'https:' || (parsed.protocol === 'http:' && (socketPath !== undefined || isLoopbackHost(parsed.hostname)))
}
