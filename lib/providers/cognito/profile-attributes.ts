import { isRecord } from '../../util/is-record.js'

import type { Profile } from '../../../types/providers.js'

/**
 * The attributes in an answer to `GetUser` or `AdminGetUser`, by their names and untouched. One without a value is left out.
 * @throws {TypeError} when the answer has another shape
 * @see Amazon Cognito API Reference, AttributeType
 */
export function toAttributes (answer: unknown): Profile {
  const { UserAttributes: listed = [] } = isRecord(answer) ? answer : { UserAttributes: null }
  if (!Array.isArray(listed)) {
    throw new TypeError('the attributes are no list')
  }
  // No prototype: an attribute may have any name.
  const attributes = Object.create(null) as Record<string, unknown>
  for (const attribute of listed as readonly unknown[]) {
    const { Name: name, Value: value } = isRecord(attribute) ? attribute : {}
    if (typeof name !== 'string' || (value !== undefined && typeof value !== 'string')) {
      throw new TypeError('an attribute is not made of texts')
    }
    if (value !== undefined) {
      attributes[name] = value
    }
  }
  return Object.freeze(attributes)
}
