import { once } from 'node:events'
import { createServer } from 'node:http'

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server that is listening. */
export interface DocumentServer {
  /** Without a slash at the end. */
  readonly url: string
  close (): Promise<void>
}

/** Serves JSON documents by path, on a free port of 127.0.0.1. They are made anew for every request. Keeps no process alive. */
export async function serveDocuments (documents: Readonly<Record<string, (url: string) => object>>): Promise<DocumentServer> {
  const byPath = new Map<string | undefined, (url: string) => object>(Object.entries(documents))
  const server = createServer(answer)
  server.on('connection', socket => socket.unref())
  server.listen(0, '127.0.0.1').unref()
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  function answer (request: IncomingMessage, response: ServerResponse): void {
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    const toDocument = isRead ? byPath.get(request.url) : undefined
    response.writeHead(toDocument === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(toDocument?.(url) ?? { error: 'not_found' }))
  }

  async function close (): Promise<void> {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }

  return { url, close }
}
