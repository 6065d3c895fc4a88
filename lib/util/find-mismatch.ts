import { Errors, ValueErrorType } from '@sinclair/typebox/errors'

import type { TSchema } from '@sinclair/typebox'

/** The first thing that is wrong with a value. */
export interface Mismatch {
  /** Names of members, outermost first; empty for the value itself. */
  readonly path: readonly string[]
  /** What is wrong with it, to be read after its path. */
  readonly problem: string
}

/** The first thing about `value` that `schema` does not allow; `null` when it fits. Schemas say in their `description` what they want. */
export function findMismatch (schema: TSchema, value: unknown): Mismatch | null {
  const error = Errors(schema, value).First()
  if (error === undefined) {
    return null
  }
  const path = error.path.split('/').slice(1).map(toMemberName)
  if (error.type === ValueErrorType.ObjectAdditionalProperties) {
    return { path, problem: 'is not an option' }
  }
  if (error.value === undefined) {
    return { path, problem: `is missing: it must be ${toWanted(error.schema)}` }
  }
  if (typeof error.value === 'function') {
    return { path, problem: `must be ${toWanted(error.schema)}; if it is a factory, call it` }
  }
  return { path, problem: `must be ${toWanted(error.schema)}` }
}

function toWanted ({ description, type }: TSchema): string {
  return description ?? `of type ${String(type)}`
}

/** RFC 6901, section 4. */
function toMemberName (segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~')
}
