/** What can stand in a log: words of code. */
const NAME = /^[\w$ .()-]{1,80}$/

/**
 * What an extractor is called in log lines: its own name, else that of its class, else its place among the options. Functions may have none, and
 * objects may be called anything, or fail who asks.
 */
export function nameExtractor (extractor: unknown, index: number): string {
  try {
    const { name, constructor } = extractor as { readonly name?: unknown, readonly constructor?: { readonly name?: unknown } }
    const names = typeof extractor === 'function' ? [name] : [name, constructor?.name]
    const found = names.find(candidate => typeof candidate === 'string' && candidate !== 'Object' && NAME.test(candidate))
    return found === undefined ? `extractors.${index}` : String(found)
  } catch {
    return `extractors.${index}`
  }
}
