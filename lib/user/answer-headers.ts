import type { FastifyReply } from 'fastify'

import { isNames } from '../util/is-names.js'
import { isRecord } from '../util/is-record.js'

/** What an authenticator adds to the answers of those it lets in, by the request. */
const added = new WeakMap<object, AnswerHeaders>()

/** Headers by name, one value a field. */
export type AnswerHeaders = Readonly<Record<string, readonly string[]>>

/** Whether a value is headers. */
export function isAnswerHeaders (value: unknown): value is AnswerHeaders {
  return isRecord(value) && Object.values(value).every(isNames)
}

/** Notes what is to be added to the answer of a request. */
export function noteAnswerHeaders (request: object, headers: AnswerHeaders | undefined): void {
  if (headers !== undefined) {
    added.set(request, headers)
  }
}

/** Adds to an answer what was noted for its request; cookies beside those of the app, anything else only where the app says nothing. */
export function addAnswerHeaders (request: object, reply: FastifyReply): void {
  for (const [name, values] of Object.entries(added.get(request) ?? {})) {
    if (name === 'set-cookie' || !reply.hasHeader(name)) {
      reply.header(name, values.length === 1 ? values[0] : values)
    }
  }
}
