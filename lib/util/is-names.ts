/** Whether a value is a list of texts and of nothing else. */
export function isNames (value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText)
}

function isText (value: unknown): value is string {
  return typeof value === 'string'
}
