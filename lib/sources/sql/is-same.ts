/**
 * Whether a value that a database gives is this text, exactly: collations find what differs in case, in accents or in blanks at the end. A whole number is
 * its digits.
 */
export function isSame (value: unknown, text: string | null): boolean {
  return typeof value === 'string' ? value === text : (typeof value === 'bigint' || Number.isSafeInteger(value)) && String(value) === text
}
