import type { ExtractorFunction } from '../../types/passthrough.js'

const kHeader = Symbol.for('fastify-gatekeeper.extractor')

/** An extractor of ours: under its name in log lines, and with the header that it gives. */
export function defineExtractor (name: string, header: string, extract: ExtractorFunction): ExtractorFunction {
  Object.defineProperty(extract, 'name', { value: name })
  Object.defineProperty(extract, kHeader, { value: header })
  return Object.freeze(extract)
}

/** The header that an extractor of ours gives; `null` for one of the app's own. */
export function headerOf (extractor: unknown): string | null {
  return (extractor as { readonly [kHeader]?: string })[kHeader] ?? null
}
