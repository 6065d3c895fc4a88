import { createExchange } from './exchange.js'

import type { FastifyInstance } from 'fastify'

/** What the app is asked, in turn, and for how long. */
export interface Asking {
  readonly url: string
  readonly tokens: readonly string[]
}

/** CPU of one request in this process, without HTTP. Microseconds. */
export async function measureApp (app: FastifyInstance, { url, tokens }: Asking, count: number): Promise<number> {
  const headers = tokens.map(token => Buffer.from(`Bearer ${token}`, 'latin1'))
  const before = process.cpuUsage()
  await new Promise<void>(function send (resolve, reject) {
    let left = count

    function next (): void {
      // A text of its own for each request, as the parser of HTTP makes it.
      const authorization = (headers[left % headers.length] as Buffer).toString('latin1')
      const [request, response] = createExchange(authorization, url, whenDone)
      app.routing(request, response)
    }

    function whenDone (status: number, body: unknown): void {
      if (status !== 200) {
        reject(new Error(`the answer is ${status}: ${String(body)}`))
        return
      }
      left--
      left === 0 ? resolve() : queueMicrotask(next)
    }

    next()
  })
  const { user, system } = process.cpuUsage(before)
  return (user + system) / count
}
