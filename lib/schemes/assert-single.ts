import type { FastifyRequest } from 'fastify'

import { AUTH_CREDENTIALS_AMBIGUOUS } from '../errors.js'

/**
 * Refuses a request that has a header more than once: Node keeps the first of some and joins others, and a proxy in front may have read another one.
 *
 * @param header its name, in lower case
 * @throws {AUTH_CREDENTIALS_AMBIGUOUS} 400
 */
export function assertSingle ({ raw }: FastifyRequest, header: string): void {
  // Absent where a test made the request by hand.
  const rawHeaders: readonly string[] = (raw as { readonly rawHeaders?: readonly string[] }).rawHeaders ?? []
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string
    if (name.length === header.length && name.toLowerCase() === header && ++count > 1) {
      throw new AUTH_CREDENTIALS_AMBIGUOUS({ reason: 'header_repeated' })
    }
  }
}
