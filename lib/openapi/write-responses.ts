import type { Refusal, RefusalHeader } from './mark.js'
import type { Version } from './version.js'

type Responses = Readonly<Record<string, unknown>>

/** The responses of an operation with those that refuse, where the app does not describe them itself. */
export function writeResponses (responses: Responses, refusals: readonly Refusal[], version: Version): Responses {
  const missing = refusals.filter(({ status }) => !isDescribed(responses, status))
  return { ...responses, ...Object.fromEntries(missing.map(refusal => [refusal.status, version === '2.0' ? toVersion2(refusal) : toVersion3(refusal)])) }
}

/** By its status, by its class (`4XX`) or by `default`. OpenAPI 3.1, section 4.8.16. */
function isDescribed (responses: Responses, status: string): boolean {
  const range = `${status.charAt(0)}XX`
  return Object.keys(responses).some(name => name === status || name.toUpperCase() === range || name === 'default')
}

function toVersion3 ({ description, headers, mediaType, schema, example }: Refusal): object {
  return {
    description,
    ...toHeaders(headers, ({ description, type, example }) => ({ description, schema: { type }, example })),
    content: { [mediaType]: { schema, ...example !== null && { example } } }
  }
}

function toVersion2 ({ description, headers, mediaType, schema, example }: Refusal): object {
  return {
    description,
    ...toHeaders(headers, ({ description, type }) => ({ description, type })),
    schema,
    // A type that an operation produces, one and no pattern. OpenAPI 2.0, Example Object.
    ...example !== null && mediaType !== '*/*' && { examples: { [mediaType]: example } }
  }
}

function toHeaders (headers: readonly RefusalHeader[], toHeader: (header: RefusalHeader) => object): { readonly headers?: object } {
  return headers.length === 0 ? {} : { headers: Object.fromEntries(headers.map(header => [header.name, toHeader(header)])) }
}
