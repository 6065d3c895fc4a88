/** Whether a claim is a text that says anything. */
export function isFilled (value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}
