import { once } from 'node:events'
import { createServer } from 'node:http'

import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

/** A real HTTP server on loopback: an issuer, a hostile one, or a canary that nobody must call. */
export interface Listener {
  readonly url: string
  /** Method and path of every request so far. */
  readonly hits: readonly string[]
  /** What it answers from now on. */
  answer: RequestListener
  /** Resolves when so many requests have come in all. */
  untilHits (count: number): Promise<void>
}

/** Listens until the test ends. */
export async function listen (t: Test, answer: RequestListener = answerNotFound): Promise<Listener> {
  const hits: string[] = []
  const server = createServer(function count (request, response) {
    hits.push(`${request.method} ${request.url}`)
    // Each request on a connection of its own: none can fail because an old one was closed.
    response.shouldKeepAlive = false
    listener.answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(function close () {
    server.close()
    server.closeAllConnections()
  })
  async function untilHits (count: number): Promise<void> {
    while (hits.length < count) {
      await once(server, 'request')
    }
  }
  const listener: Listener = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, hits, answer, untilHits }
  return listener
}

/** Answers with JSON. */
export function json (body: unknown, type = 'application/json'): RequestListener {
  return (_request, response) => { response.writeHead(200, { 'content-type': type }).end(typeof body === 'string' ? body : JSON.stringify(body)) }
}

/** Answers with a status and nothing else. */
export function status (code: number, headers: Record<string, string> = {}): RequestListener {
  return (_request, response) => { response.writeHead(code, headers).end() }
}

/** Breaks the connection. */
export const hangUp: RequestListener = request => { request.socket.destroy() }

/** Takes the request and never answers. */
export const stall: RequestListener = () => {}

function answerNotFound (...[, response]: Parameters<RequestListener>): void {
  response.writeHead(404).end()
}
