import type { FastifyRequest } from 'fastify'

/**
 * Reads a body as JSON, in place of Fastify's own parser, which the app may have replaced: what is wrong with a body is told without a letter of it.
 * An empty body is none.
 */
export function parseJson (_request: FastifyRequest, text: string, done: (error: Error | null, body?: unknown) => void): void {
  let body: unknown
  try {
    body = text === '' ? undefined : JSON.parse(text)
  } catch {
    done(Object.assign(new Error('Body is not valid JSON'), { statusCode: 400, code: 'FST_ERR_CTP_INVALID_JSON_BODY' }))
    return
  }
  done(null, body)
}
