import type { FastifyRequest } from 'fastify'

/** Nobody knows where a source of the app's own found its token: from a cookie, unless it is seen to stand elsewhere. */
export function isOnlyInCookie (token: string, { headers, url }: FastifyRequest): boolean {
  const isElsewhere = Object.entries(headers).some(([name, value]) => name !== 'cookie' && String(value).includes(token))
  return headers.cookie !== undefined && !isElsewhere && !url.includes(token)
}
