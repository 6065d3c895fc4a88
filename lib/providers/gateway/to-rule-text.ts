/** Rules as one text, the same for rules that are the same, whichever process reads them. Functions count by their texts. */
export function toRuleText (rules: object): string {
  return JSON.stringify(rules, writeFunctions)
}

function writeFunctions (_name: string, value: unknown): unknown {
  return typeof value === 'function' ? String(value) : value
}
