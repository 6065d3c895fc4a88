import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { request as requestOverHttp1 } from 'node:http'
import { connect } from 'node:http2'

import { sendRaw } from './send-raw.js'

import type { AddressInfo } from 'node:net'
import type { FastifyInstance, InjectOptions } from 'fastify'
import type { IncomingHttpHeaders } from 'node:http2'
import type { Answer } from './inspect.js'

/** Sends one request, with these credentials. */
export type Ask = (app: FastifyInstance, authorization: string | null) => Promise<Answer>

export interface RawRequest {
  /** Header fields beside `Host`, `Connection` and the credentials. */
  readonly fields?: readonly string[]
  /** `null`: none. */
  readonly host?: string | null
  readonly body?: string
  readonly connection?: string
}

/** A request as bytes on the wire: clients and injection would tidy it up. */
export function raw (method: string, target: string, { fields = [], host = 'api.example', body = '', connection = 'close' }: RawRequest = {}): Ask {
  return async function sendBytes (app, authorization) {
    const head = [
      `${method} ${target} HTTP/1.1`,
      ...(host === null ? [] : [`Host: ${host}`]),
      `Connection: ${connection}`,
      ...fields,
      ...(authorization === null ? [] : [`Authorization: ${authorization}`])
    ]
    return await sendRaw(await listenOnce(app), `${head.join('\r\n')}\r\n\r\n${body}`)
  }
}

/** A request without a socket. */
export function injected (options: InjectOptions): Ask {
  return async function inject (app, authorization) {
    const { statusCode, headers, body } = await app.inject({ ...options, headers: { ...options.headers, ...(authorization === null ? {} : { authorization }) } })
    return { status: statusCode, headers, body }
  }
}

/** A request over HTTP/2, in a session of its own. */
export function overHttp2 (method: string, path: string, { fields = {}, body: sent = '' }: { readonly fields?: Readonly<Record<string, string>>, readonly body?: string } = {}): Ask {
  return async function sendStream (app, authorization) {
    const session = connect(`http://127.0.0.1:${await listenOnce(app)}`)
    try {
      const stream = session.request({ ':method': method, ':path': path, ...fields, ...(authorization === null ? {} : { authorization }) }, { endStream: false })
      stream.end(sent)
      const [{ ':status': status = 0, ...headers }] = await once(stream, 'response') as [IncomingHttpHeaders & { readonly ':status'?: number }]
      let body = ''
      stream.setEncoding('utf8').on('data', (chunk: string) => { body += chunk })
      await once(stream, 'close')
      return { status, headers, body }
    } finally {
      session.destroy()
    }
  }
}

/** A WebSocket handshake (RFC 6455, section 4.1), good unless `fields` say otherwise. Hangs up when it has been answered. */
export function upgrading (path: string, fields: Readonly<Record<string, string>> = {}, method = 'GET'): Ask {
  return async function shakeHands (app, authorization) {
    const key = Buffer.alloc(16).toString('base64')
    const offer = { host: 'api.example', connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': key, ...fields }
    const headers = authorization === null ? offer : { ...offer, authorization }
    const sent = requestOverHttp1({ host: '127.0.0.1', port: await listenOnce(app), path, method, agent: false, headers }).end()
    return await new Promise(function settle (resolve, reject) {
      sent.on('error', reject)
      sent.on('upgrade', function hangUp ({ statusCode = 0, headers }, socket) {
        socket.destroy()
        resolve({ status: statusCode, headers, body: '' })
      })
      sent.on('response', async function readAnswer (response) {
        const chunks: Buffer[] = await response.toArray()
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() })
      })
    })
  }
}

/** The port of an app, which listens from the first time that anybody asks for it. */
async function listenOnce (app: FastifyInstance): Promise<number> {
  if (!app.server.listening) {
    await app.listen({ host: '127.0.0.1', port: 0 })
  }
  return (app.server.address() as AddressInfo).port
}
