import type { FastifyRequest } from 'fastify'

const kStripsQuery = Symbol.for('fastify-gatekeeper.req-serializer')

/**
 * A serializer for the `req` of log lines: what Fastify's own says, with every value of the query taken out.
 *
 * @example const app = Fastify({ logger: { serializers: { req: reqSerializer } } })
 */
export const reqSerializer = Object.defineProperty(serializeRequest, kStripsQuery, { value: true })

/** Whether a logger's serializer is ours, or says that it takes the query out too. */
export function stripsQuery (serializer: unknown): boolean {
  return typeof serializer === 'function' && kStripsQuery in serializer
}

/** Paths for pino's `redact`: the headers that carry credentials, should a line of the app's own hold them. */
export const redactPaths: readonly string[] = Object.freeze([
  'req.headers.authorization', 'req.headers.cookie', 'req.headers["proxy-authorization"]', 'req.headers["x-api-key"]', 'req.headers["sec-websocket-protocol"]',
  'request.headers.authorization', 'request.headers.cookie', 'headers.authorization', 'headers.cookie', 'res.headers["set-cookie"]'
])

/** What is logged of a request. */
export interface RequestLine {
  readonly method: string
  readonly url: string
  readonly version?: string
  readonly host: string
  readonly remoteAddress: string
  readonly remotePort?: number
  readonly [member: string]: unknown
}

function serializeRequest (request: FastifyRequest): RequestLine {
  const version = request.headers['accept-version']
  const remotePort = request.socket?.remotePort
  return {
    method: request.method,
    url: stripValues(request.url),
    ...(typeof version === 'string' ? { version } : {}),
    host: request.host,
    remoteAddress: request.ip,
    ...(remotePort === undefined ? {} : { remotePort })
  }
}

function stripValues (url: string): string {
  const start = url.indexOf('?')
  return start === -1 ? url : url.slice(0, start + 1) + url.slice(start + 1).replaceAll(/=[^&]*/g, '=')
}
