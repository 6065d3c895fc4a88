import type { Tokens } from '../actions.js'
import type { Answer } from './own-route.js'

type Members = Readonly<Record<string, object>>

const text = { type: 'string' } as const
const maybe = { type: ['string', 'null'] } as const
const flag = { type: ['boolean', 'null'] } as const
const texts = { type: 'object', additionalProperties: text } as const

/** Nothing: it is done. */
export const done: Answer = { status: 204, schema: { type: 'null', description: 'Done.' } }

export const user: Answer = ok(object('The user.', { id: text, username: text, email: maybe, emailVerified: flag, name: maybe, groups: { type: 'array', items: text }, attributes: texts }))
export const delivery: Answer = { status: 202, schema: object('A code is on its way, if there is such a user.', { medium: text, destination: maybe }) }
export const totpSetUp: Answer = ok(object('What an authenticator app needs.', { secret: text, uri: text, session: maybe }))
export const totpVerified: Answer = ok(object('The code is right.', { session: maybe }))

/** Tokens, those in the body that are named. */
export function tokens (names: ReadonlyArray<keyof Tokens>): Answer {
  return ok(object('Tokens.', toTokens(names, 'tokens')))
}

/** Tokens, or a challenge before them: written as one, since OpenAPI 2.0 has no alternatives. */
export function login (names: ReadonlyArray<keyof Tokens>): Answer {
  const members = { ...toTokens(names, 'tokens', 'challenge'), challenge: text, session: maybe, parameters: texts }
  return ok({ ...object('Tokens; or the challenge, session and parameters of what is to be done before there are any.', members), required: ['kind', 'username'] })
}

function toTokens (names: ReadonlyArray<keyof Tokens>, ...kinds: readonly string[]): Members {
  const carried = Object.fromEntries(names.map(name => [name, name === 'refreshToken' ? maybe : text]))
  return { kind: { type: 'string', enum: kinds }, ...carried, expiresInSeconds: { type: 'integer' }, tokenType: { type: 'string', enum: ['Bearer'] }, username: maybe }
}

function ok (schema: object): Answer {
  return { status: 200, schema }
}

function object (description: string, properties: Members): object {
  return { type: 'object', description, required: Object.keys(properties), properties }
}
