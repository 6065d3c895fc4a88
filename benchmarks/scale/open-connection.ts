import { once } from 'node:events'
import { connect } from 'node:net'

/** One connection that is kept open. */
export interface Connection {
  /** Sends a token and waits for the status of the answer. One at a time. */
  ask (token: string): Promise<number>
}

const HEAD_END = '\r\n\r\n'
const STATUS_AT = 'HTTP/1.1 '.length

/** Opens a connection that speaks as much HTTP as our own answers do: they have a length, and come one by one. */
export async function openConnection ({ hostname, port, pathname, host }: URL): Promise<Connection> {
  const socket = connect(Number(port), hostname)
  socket.setNoDelay(true)
  await once(socket, 'connect')
  const head = `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer `
  let received = ''
  let waiting: { readonly resolve: (status: number) => void, readonly reject: (error: Error) => void } | null = null

  socket.setEncoding('latin1')
  socket.on('data', function receive (text: string) {
    received += text
    if (isWhole(received)) {
      const status = Number(received.slice(STATUS_AT, STATUS_AT + 3))
      received = ''
      waiting?.resolve(status)
    }
  })
  socket.on('close', function fail () { waiting?.reject(new Error('a connection was closed')) })
  socket.on('error', function fail (error) { waiting?.reject(error) })

  async function ask (token: string): Promise<number> {
    return await new Promise<number>(function send (resolve, reject) {
      waiting = { resolve, reject }
      socket.write(head + token + HEAD_END, 'latin1')
    })
  }

  return { ask }
}

function isWhole (text: string): boolean {
  const end = text.indexOf(HEAD_END)
  if (end < 0) {
    return false
  }
  const length = /content-length: (\d+)/i.exec(text)?.[1]
  return text.length >= end + HEAD_END.length + Number(length ?? 0)
}
