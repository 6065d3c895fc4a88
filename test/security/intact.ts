import { parseAnswers } from './send-raw.js'
import { connect } from 'node:net'

import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** The fields that an answer here may have. */
const FIELDS: ReadonlySet<string> = new Set(['content-type', 'content-length', 'date', 'connection', 'www-authenticate', 'retry-after', 'keep-alive'])

/** `field-value = *( VCHAR / SP )`, as far as we write them. RFC 9110, section 5.5. */
const VALUE = /^[\x20-\x7e]*$/

const PROTOTYPES = [Object.prototype, Array.prototype, Function.prototype, String.prototype, Error.prototype]
const before = PROTOTYPES.map(membersOf)

/** Whether the prototypes of everything have the members that they had when this file was loaded. CWE-1321. */
export function isPristine (): boolean {
  return PROTOTYPES.every((prototype, index) => membersOf(prototype) === before[index])
}

/** What is wrong with the answer to a GET as it is on the wire: more or fewer than one, a field that nobody writes, a value that may not be. */
export async function findSplits (app: FastifyInstance, path: string, token: string | null): Promise<readonly string[]> {
  const credentials = token === null ? '' : `Authorization: Bearer ${token}\r\n`
  const text = await readWire(app, `GET ${path} HTTP/1.1\r\nHost: api.example\r\nConnection: close\r\n${credentials}\r\n`)
  const answers = parseAnswers(text)
  const fields = answers.flatMap(({ headers }) => Object.entries(headers))
  const length = answers.reduce((sum, { body }) => sum + body.length, 0)
  return [
    ...(answers.length === 1 ? [] : [`${answers.length} answers`]),
    ...(text.endsWith(answers.map(({ body }) => body).join('')) && length > 0 ? [] : ['more than the body says']),
    ...fields.filter(([name]) => !FIELDS.has(name)).map(([name]) => `field ${name}`),
    ...fields.filter(([, value]) => ![value].flat().every(each => VALUE.test(String(each)))).map(([name]) => `value of ${name}`)
  ]
}

async function readWire (app: FastifyInstance, wire: string): Promise<string> {
  if (!app.server.listening) {
    await app.listen({ host: '127.0.0.1', port: 0 })
  }
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
  const chunks: string[] = []
  socket.setEncoding('latin1').on('data', chunk => { chunks.push(String(chunk)) })
  socket.write(wire, 'latin1')
  await new Promise(resolve => { socket.on('error', resolve).on('close', resolve) })
  return chunks.join('')
}

function membersOf (prototype: object): string {
  return Reflect.ownKeys(prototype).map(String).join()
}
