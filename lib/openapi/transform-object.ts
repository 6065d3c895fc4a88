import { describeDocument } from './describe-document.js'

import type { Document } from './operations.js'

/** What `@fastify/swagger` hands to `transformObject`: a document of OpenAPI 3, or one of OpenAPI 2. */
export type TransformedDocument = { readonly openapiObject: object } | { readonly swaggerObject: object }

/**
 * The document with the security of its routes written in, for `@fastify/swagger`'s option of this name. Only needed where its `decorator` has a name
 * that the option `openapi.decorators` does not list; where both are at work, nothing is written twice.
 *
 * @example app.register(swagger, { decorator: 'internalDocs', transformObject })
 */
export function transformObject (given: TransformedDocument): object {
  const document = 'openapiObject' in given ? given.openapiObject : given.swaggerObject
  return describeDocument(document as Document).document
}
