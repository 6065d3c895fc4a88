import { connect } from 'node:net'

import type { Buffer } from 'node:buffer'
import type { Answer } from './inspect.js'

/**
 * Sends bytes as they are, and reads the last answer on the connection. The request must end the connection (`Connection: close`).
 * Status 0: it was reset before an answer could be read, as happens to those who send more than anybody wants.
 */
export async function sendRaw (port: number, wire: string | Buffer): Promise<Answer> {
  const socket = connect({ host: '127.0.0.1', port })
  const chunks: string[] = []
  socket.setEncoding('latin1').on('data', chunk => { chunks.push(String(chunk)) })
  socket.write(wire, 'latin1')
  await new Promise(resolve => { socket.on('error', resolve).on('close', resolve) })
  return parseAnswers(chunks.join('')).at(-1) ?? { status: 0, headers: {}, body: '' }
}

/** The answers in what came over one connection. Their bodies are as long as they say. */
export function parseAnswers (text: string): readonly Answer[] {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0 || !text.startsWith('HTTP/1.1 ')) {
    return []
  }
  const [statusLine = '', ...fields] = text.slice(0, end).split('\r\n')
  const headers = toHeaders(fields)
  const bodyEnd = end + 4 + Number(headers['content-length'] ?? 0)
  return [{ status: Number(statusLine.split(' ')[1]), headers, body: text.slice(end + 4, bodyEnd) }, ...parseAnswers(text.slice(bodyEnd))]
}

/** A field that comes once is a text, others are lists. */
function toHeaders (fields: readonly string[]): Record<string, unknown> {
  const headers: Record<string, unknown> = {}
  for (const field of fields) {
    const colon = field.indexOf(':')
    const name = field.slice(0, colon).toLowerCase()
    const value = field.slice(colon + 1).trim()
    headers[name] = name in headers ? [headers[name], value].flat() : value
  }
  return headers
}
