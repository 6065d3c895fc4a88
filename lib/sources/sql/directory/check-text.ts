import { AUTH_OPTION_INVALID } from '../../../errors.js'

import type { Count } from '../../../../types/units.js'

/** What a text must be. */
export interface TextRule {
  /** How long it may be, in code points. */
  readonly max: Count
  /** Whether it is a name that is about to be granted: one that guards cannot ask for, or terminals would act on, is refused then. */
  readonly isNew: boolean
}

/**
 * A text that a database can keep and give back as it is.
 * @param path how an error calls it: it never quotes it
 * @throws {AUTH_OPTION_INVALID} when it is blank, too long or ill-formed
 */
export function checkText (path: string, value: string, { max, isNew }: TextRule): string {
  const problem = findProblem(value, max) ?? (isNew ? findOddity(value) : null)
  if (problem !== null) {
    throw new AUTH_OPTION_INVALID(`${path} ${problem}`)
  }
  return value
}

function findProblem (value: string, max: Count): string | null {
  if (!/\S/.test(value)) {
    return 'must not be blank'
  }
  // A NUL, and half a pair of surrogates: no database keeps them.
  if (/[\0\p{Cs}]/u.test(value)) {
    return 'must be well-formed text, without NUL'
  }
  return [...value].length > max ? `must not be longer than ${max.toLocaleString('en-US')} characters` : null
}

function findOddity (value: string): string | null {
  if (value !== value.trim()) {
    return 'must not have blanks around it'
  }
  return /\p{Cc}/u.test(value) ? 'must not have control characters' : null
}
