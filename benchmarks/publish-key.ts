import { once } from 'node:events'
import { createServer } from 'node:http'

import type { AddressInfo } from 'node:net'

/** Serves a key set with one key, for peers that have to fetch it, for as long as this process lives; says where. */
export async function publishKey (jwk: object): Promise<string> {
  const body = JSON.stringify({ keys: [jwk] })
  const server = createServer(function answer (_request, response) {
    response.writeHead(200, { 'content-type': 'application/json', connection: 'close' }).end(body)
  })
  server.unref()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/.well-known/jwks.json`
}
