import type { FastifyRequest } from 'fastify'

/**
 * Calls back when the caller hangs up before he has an answer.
 * @returns ends the watch
 */
export function onCallerGone ({ raw }: FastifyRequest, callBack: () => void): () => void {
  // After an upgrade the request is closed by nobody, and its connection is the caller's alone.
  const connection = raw.headers.upgrade === undefined ? raw : raw.socket
  connection.once('close', callBack)
  if (connection.destroyed) {
    callBack()
  }
  return function stop () {
    connection.removeListener('close', callBack)
  }
}
