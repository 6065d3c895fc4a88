import { Buffer } from 'node:buffer'

import { TransportError } from './transport-error.js'

import type { Dispatcher } from 'undici'
import type { GatewayAnswer, GatewayRequest } from './types.js'
import type { Bytes } from '../../../../types/units.js'

/** The bounds of one exchange. */
export interface ExchangeBounds {
  readonly signal: AbortSignal
  readonly maxAnswerBytes: Bytes
}

/**
 * Sends a request once, and reads the answer to its end. Redirects are answers.
 * @throws {TransportError} when it is too large or encoded; what undici throws for everything else
 */
export async function exchange (agent: Dispatcher, request: GatewayRequest, { signal, maxAnswerBytes }: ExchangeBounds): Promise<GatewayAnswer> {
  const { method, url } = request
  const response = await agent.request({
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: method as Dispatcher.HttpMethod,
    headers: toSent(request.headers),
    body: request.body,
    signal,
    // The signal ends it in time.
    headersTimeout: 0,
    bodyTimeout: 0
  })
  // The loop that reads it says what went wrong; what happens after that is of no interest.
  response.body.on('error', function ignore () {})
  const body = await readBody(response.body, maxAnswerBytes)
  const headers = toReceived(response.headers)
  if (body.byteLength > 0 && headers['content-encoding']?.some(isEncoded) === true) {
    throw new TransportError('malformed', { code: 'CONTENT_ENCODING' })
  }
  return { status: response.statusCode, headers, body }
}

/** What is not compressed cannot grow: RFC 9110, section 12.5.3. */
function toSent (headers: GatewayRequest['headers']): Record<string, string> {
  const others = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'accept-encoding')
  return { ...Object.fromEntries(others), 'accept-encoding': 'identity' }
}

function toReceived (headers: Readonly<Record<string, string | string[] | undefined>>): GatewayAnswer['headers'] {
  const received = Object.create(null) as Record<string, readonly string[]>
  for (const [name, value = []] of Object.entries(headers)) {
    received[name] = [value].flat()
  }
  return received
}

/** Counts what arrives: a length announced may be a lie. To leave the loop is to end the connection. */
async function readBody (body: AsyncIterable<Uint8Array>, maxBytes: Bytes): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) {
      throw new TransportError('too_large')
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function isEncoded (value: string): boolean {
  return !/^[ \t]*(?:identity[ \t]*)?$/i.test(value)
}
