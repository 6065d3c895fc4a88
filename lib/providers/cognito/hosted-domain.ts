import { ALLOWED_URL, isAllowedUrl } from '../jwt/is-allowed-url.js'
import { AUTH_OPTION_INVALID } from '../../errors.js'

// What CreateUserPoolDomain takes as a prefix: ^[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?$
const prefix = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

// Two labels or more, and a port
const hostName = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?$/i

/**
 * Where the pages and endpoints of a pool are, without a slash at the end.
 * @param region of the pool, for prefixes; `null` where there is none
 * @param name how the option is called
 * @throws {AUTH_OPTION_INVALID} when it is no domain
 * @see Amazon Cognito Developer Guide, "Configuring a user pool domain"; AWS GovCloud (US) User Guide, "Amazon Cognito"
 */
export function toHostedDomain (domain: string, region: string | null, name: string): string {
  if (prefix.test(domain)) {
    return toPrefixed(domain, region, name)
  }
  const url = hostName.test(domain) ? `https://${domain}` : domain
  if (!isAllowedUrl(url) || new URL(url).pathname !== '/' || url.includes('?')) {
    throw new AUTH_OPTION_INVALID(`${name} must be a prefix, a host name, or ${ALLOWED_URL}, a path or a query`)
  }
  return new URL(url).origin
}

/** Other partitions have other addresses, which must be written out. */
function toPrefixed (domain: string, region: string | null, name: string): string {
  if (region === null || /^(?:cn|eusc)-/.test(region)) {
    throw new AUTH_OPTION_INVALID(`${name} must be the whole domain, since none is known for a prefix without a region of AWS or AWS GovCloud (US)`)
  }
  const service = region.startsWith('us-gov-') ? 'auth-fips' : 'auth'
  return `https://${domain}.${service}.${region}.amazoncognito.com`
}
