import { isRecord } from './is-record.js'

/** Deeper data is not read, so that nobody who walks it can run out of stack. RFC 8259, section 9. */
const MAX_DEPTH = 64

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The JSON object in `bytes`; `null` when they are not UTF-8, begin with a byte order mark, hold anything but one object, or nest it too deep.
 * Of two members with one name the last counts (RFC 7519, section 4). A member called `__proto__` is one like any other.
 */
export function parseJsonRecord (bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(utf8.decode(bytes))
    return isRecord(value) && isWithinDepth(value, MAX_DEPTH) ? value : null
  } catch {
    return null
  }
}

function isWithinDepth (value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) {
    return true
  }
  return depth > 0 && Object.values(value).every(function isMemberWithinDepth (member) {
    return isWithinDepth(member, depth - 1)
  })
}
