import { EventEmitter } from 'node:events'

import type { IncomingMessage, ServerResponse } from 'node:http'

type WhenDone = (status: number, body: unknown) => void

/** An answer that goes nowhere. */
class Response extends EventEmitter {
  statusCode = 200
  headersSent = false
  writableEnded = false
  readonly #whenDone: WhenDone

  constructor (whenDone: WhenDone) {
    super()
    this.#whenDone = whenDone
  }

  getHeader (): undefined {}

  hasHeader (): boolean {
    return false
  }

  setHeader (): void {}

  removeHeader (): void {}

  writeHead (status: number): this {
    this.statusCode = status
    this.headersSent = true
    return this
  }

  end (body: unknown): this {
    this.writableEnded = true
    this.#whenDone(this.statusCode, body)
    return this
  }
}

/** A request and its answer without a socket between them: what is left of it is what the app does. */
export function createExchange (authorization: string, url: string, whenDone: WhenDone): readonly [request: IncomingMessage, response: ServerResponse] {
  const headers = { host: 'localhost', authorization }
  const rawHeaders = ['Host', 'localhost', 'Authorization', authorization]
  const request = { method: 'GET', url, headers, rawHeaders, httpVersion: '1.1', socket: { remoteAddress: '127.0.0.1' }, complete: true }
  return [request as unknown as IncomingMessage, new Response(whenDone) as unknown as ServerResponse]
}
