import { isRecord } from '../../../../util/is-record.js'

import type { BodySchema, TextSchema, TextsSchema } from './body-schemas.js'

/** The first thing that is wrong with a body, as Fastify takes it. Nothing of the body stands in it. */
export interface BodyFault {
  readonly keyword: string
  readonly instancePath: string
  readonly schemaPath: string
  readonly params: Readonly<Record<string, never>>
  readonly message: string
}

/** Names of parameters and attributes. Amazon Cognito API Reference, RespondToAuthChallenge, "ChallengeResponses". */
const NAME = /^[A-Za-z0-9_.:-]{1,128}$/

type MemberSchema = TextSchema | TextsSchema

/**
 * What a schema does not allow about a body; `null` when it fits. Members that the schema does not know are refused: Fastify's own validator takes them out
 * in silence, and an app may have put another one in its place, or told it to show the values.
 */
export function findBodyFault ({ properties, required = [] }: BodySchema, body: unknown): BodyFault | null {
  const given = body ?? {}
  if (!isRecord(given)) {
    return fault('type', '', 'must be an object')
  }
  if (Object.keys(given).some(name => !Object.hasOwn(properties, name))) {
    return fault('additionalProperties', '', `must have no other members than ${Object.keys(properties).join(', ') || 'none'}`)
  }
  const missing = required.find(name => !Object.hasOwn(given, name))
  if (missing !== undefined) {
    return fault('required', '', `must have the member ${missing}`)
  }
  const wrong = Object.keys(given).find(name => !isRight(properties[name] as MemberSchema, given[name]))
  return wrong === undefined ? null : fault('properties', `/${wrong}`, `must be ${toWanted(properties[wrong] as MemberSchema)}`)
}

function isRight (schema: MemberSchema, value: unknown): boolean {
  if (schema.type !== 'object') {
    return (value === null && schema.type !== 'string') || isText(schema, value)
  }
  const { additionalProperties, maxProperties } = schema
  return isRecord(value) && Object.keys(value).length <= maxProperties &&
    Object.entries(value).every(([name, member]) => NAME.test(name) && isText(additionalProperties, member))
}

/** Lengths count characters, not their halves. JSON Schema Validation, section 6.3. */
function isText ({ minLength, maxLength, pattern }: TextSchema, value: unknown): boolean {
  if (typeof value !== 'string' || value.length > 2 * maxLength) {
    return false
  }
  const { length } = [...value]
  return length >= minLength && length <= maxLength && matches(pattern, value)
}

function matches (pattern: string | undefined, text: string): boolean {
  return pattern === undefined || new RegExp(pattern, 'u').test(text)
}

function toWanted (schema: MemberSchema): string {
  if (schema.type === 'object') {
    return `an object of at most ${schema.maxProperties} texts`
  }
  const { minLength, maxLength, pattern } = schema
  return `a text of ${minLength} to ${maxLength.toLocaleString('en-US')} characters${pattern === undefined ? '' : `, matching ${pattern}`}`
}

function fault (keyword: string, instancePath: string, message: string): BodyFault {
  return { keyword, instancePath, schemaPath: `#${instancePath}`, params: {}, message }
}
