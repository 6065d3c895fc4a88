import { Type } from '@sinclair/typebox'

import { AUTH_OPTION_INVALID } from '../../errors.js'
import { findMismatch } from '../../util/find-mismatch.js'

import type { TSchema, TUnsafe } from '@sinclair/typebox'

const fn = Type.Function([], Type.Unknown())

/** A text that is not blank. */
export const text = Type.String({ pattern: '\\S', description: 'a text that is not blank' })

/** The name of a column. Quoted by Kysely, so that it may be any. */
export const column = Type.String({ minLength: 1, maxLength: 128, description: 'the name of a column' })

/** The name of a table. Kysely takes a point for the end of the schema, and ` as ` for that of the table. */
export const table = Type.String({ pattern: '^[^\\s.]+(?:\\.[^\\s.]+)?$', maxLength: 128, description: 'the name of a table, with its schema before a point where it needs one' })

/** Where in the claims something stands. */
export const path = Type.Optional(Type.Union([text, Type.Array(text, { minItems: 1 })], { description: 'the name of a claim, or a path of names' }))

/** In a union a member may be inherited: Kysely's are. */
export const db = Type.Union([Type.Object({ selectFrom: fn, getExecutor: fn, destroy: fn }), Type.Never()], { description: 'a Kysely instance' }) as unknown as TUnsafe<object>

/**
 * Checks the shape of options.
 * @throws {AUTH_OPTION_INVALID} naming the first that is unknown, missing or wrong
 */
export function assertOptions<T> (factory: string, schema: TSchema, options: unknown): asserts options is T {
  const mismatch = findMismatch(schema, options)
  if (mismatch !== null) {
    throw new AUTH_OPTION_INVALID(`${[factory, ...mismatch.path].join('.')} ${mismatch.problem}`)
  }
}
