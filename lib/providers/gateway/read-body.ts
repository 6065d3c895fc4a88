import { Buffer } from 'node:buffer'

import type { FastifyRequest } from 'fastify'

import { AUTH_GATEWAY_BODY_TOO_LARGE } from '../../errors.js'
import { GatewayFailure } from './gateway-failure.js'

import type { Bytes } from '../../../types/units.js'

type Raw = FastifyRequest['raw']

/**
 * The body of a request, which stays there for whoever reads it next; `null` when it has none.
 *
 * @throws {AUTH_GATEWAY_BODY_TOO_LARGE} 413, when it is longer than `maxBytes`; what announces that is not read at all
 * @throws {GatewayFailure} when it does not come to its end
 */
export async function readBody (raw: Raw, maxBytes: Bytes, signal: AbortSignal): Promise<Uint8Array | null> {
  const { 'content-length': length, 'transfer-encoding': encoding } = raw.headers
  // Node takes digits only. RFC 9110, section 8.6.
  const announced = length === undefined ? null : Number(length)
  if (announced !== null && announced > maxBytes) {
    throw tooLarge(maxBytes)
  }
  const isEmpty = announced === 0 || (announced === null && encoding === undefined && raw.httpVersionMajor < 2)
  return isEmpty ? null : await collect({ raw, announced, maxBytes, signal })
}

interface Reading {
  readonly raw: Raw
  /** `null`: nobody knows before the end. */
  readonly announced: Bytes | null
  readonly maxBytes: Bytes
  readonly signal: AbortSignal
}

function collect (reading: Reading): Promise<Uint8Array | null> {
  return new Promise(function read (resolve, reject) {
    new Collector(reading, resolve, reject).start()
  })
}

/** Reads without taking: the stream must not be seen to end before its bytes are back in it. */
class Collector {
  readonly #reading: Reading
  readonly #resolve: (body: Uint8Array | null) => void
  readonly #reject: (error: Error) => void
  readonly #chunks: Buffer[] = []
  readonly #onReadable = (): void => this.#take()
  readonly #onEnd = (): void => this.#settle(() => this.#reject(new GatewayFailure('caller_gone')))
  #bytes = 0
  #isOver = false

  constructor (reading: Reading, resolve: (body: Uint8Array | null) => void, reject: (error: Error) => void) {
    this.#reading = reading
    this.#resolve = resolve
    this.#reject = reject
  }

  start (): void {
    const { raw, signal } = this.#reading
    raw.on('end', this.#onEnd)
    raw.on('close', this.#onEnd)
    signal.addEventListener('abort', this.#onEnd, { once: true })
    this.#take()
    // Who listens for it makes an empty stream end.
    if (!this.#isOver) {
      raw.on('readable', this.#onReadable)
    }
  }

  #take (): void {
    const { raw, announced, maxBytes } = this.#reading
    // Where nothing is left, another read would end the stream.
    while (raw.readableLength > 0 && this.#bytes <= maxBytes) {
      const chunk = raw.read() as Buffer
      this.#bytes += chunk.byteLength
      this.#chunks.push(chunk)
    }
    if (this.#bytes > maxBytes) {
      this.#settle(() => this.#reject(tooLarge(maxBytes)))
    } else if (this.#bytes === announced || isComplete(raw)) {
      this.#settle(() => this.#resolve(putBack(raw, Buffer.concat(this.#chunks))))
    } else {
      raw.read(0)
    }
  }

  #settle (act: () => void): void {
    const { raw, signal } = this.#reading
    this.#isOver = true
    raw.off('readable', this.#onReadable)
    raw.off('end', this.#onEnd)
    raw.off('close', this.#onEnd)
    signal.removeEventListener('abort', this.#onEnd)
    act()
  }
}

/** Whether all of it has come; in HTTP/2 the stream beneath knows. */
function isComplete ({ complete, stream }: Raw & { readonly stream?: { readonly readableEnded: boolean } }): boolean {
  return complete || stream?.readableEnded === true
}

function putBack (raw: Raw, body: Buffer): Uint8Array | null {
  if (body.byteLength === 0) {
    return null
  }
  raw.unshift(body)
  return body
}

function tooLarge (maxBodyBytes: Bytes): Error {
  return new AUTH_GATEWAY_BODY_TOO_LARGE({ reason: 'gateway_body', expected: { maxBodyBytes } })
}
