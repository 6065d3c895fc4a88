import { isRecord } from '../../../util/is-record.js'

/** Texts by their names: those that must be there, and those that may. */
export type Texts<Required extends string, Optional extends string> = Readonly<Record<Required, string> & Partial<Record<Optional, string>>>

/** What an action is given. */
export interface Wanted<Required extends string, Optional extends string> {
  readonly action: string
  readonly required: readonly Required[]
  readonly optional?: readonly Optional[]
}

/**
 * The texts that an action needs, of what it was given; the rest is left out.
 * @throws {TypeError} naming the first that is missing, empty or no text; what was given is never quoted
 */
export function readTexts<Required extends string, Optional extends string = never> (given: unknown, { action, required, optional = [] }: Wanted<Required, Optional>): Texts<Required, Optional> {
  if (!isRecord(given)) {
    throw new TypeError(`${action} needs an object`)
  }
  const texts: Record<string, string> = {}
  for (const name of [...required, ...optional]) {
    const value = given[name]
    if (value === undefined && (optional as readonly string[]).includes(name)) {
      continue
    }
    if (typeof value !== 'string' || value === '') {
      throw new TypeError(`${name} of ${action} must be a text that is not empty`)
    }
    texts[name] = value
  }
  return texts as Texts<Required, Optional>
}
