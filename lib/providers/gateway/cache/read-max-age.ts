import type { Seconds } from '../../../../types/units.js'

/** How long an answer may be kept by its `Cache-Control`; `null` when it does not say. RFC 9111, sections 4.2.1 and 5.2.2. */
export function readMaxAge (cacheControl: string | null): Seconds | null {
  const ages = (cacheControl ?? '').split(',').map(toAge).filter(age => age !== null)
  return ages.length === 0 ? null : Math.min(...ages)
}

// token [ "=" ( token / quoted-string ) ]: RFC 9111, section 5.2
const maxAge = /^max-age="?(\d+)"?$/

function toAge (directive: string): Seconds | null {
  const text = directive.trim().toLowerCase()
  if (/^(no-store|no-cache)(=|$)/.test(text)) {
    return 0
  }
  if (!/^max-age(=|$)/.test(text)) {
    return null
  }
  // What cannot be read counts as over: RFC 9111, section 4.2.1.
  return Number(maxAge.exec(text)?.[1] ?? 0)
}
