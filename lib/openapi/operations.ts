import { MARK } from './mark.js'
import { isRecord } from '../util/is-record.js'

import type { RouteMark } from './mark.js'

/** A document of any edition. */
export type Document = Readonly<Record<string, unknown>>

/** An operation of a document. */
export type Operation = Readonly<Record<string, unknown>>

/** One operation and where it stands. */
export interface PlacedOperation {
  readonly path: string
  /** In capital letters. */
  readonly method: string
  readonly operation: Operation
}

/** The fields of a path item that are operations, `query` since 3.2. OpenAPI 3.2, section 4.9. */
const METHODS: readonly string[] = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query']

/** All operations of a document, in its order. */
export function operationsOf (document: Document): readonly PlacedOperation[] {
  const operations: PlacedOperation[] = []
  mapOperations(document, function note (placed) {
    operations.push(placed)
    return placed.operation
  })
  return operations
}

/** The document with other operations; the given one stays as it is. Methods without a field of their own are there since 3.2. */
export function mapOperations (document: Document, change: (placed: PlacedOperation) => Operation): Document {
  const paths = mapMembers(document['paths'], function mapItem (path, item) {
    return mapMembers(item, function mapField (field, value) {
      if (field === 'additionalOperations') {
        return mapMembers(value, (method, operation) => isRecord(operation) ? change({ path, method, operation }) : operation)
      }
      return isOperation(field, value) ? change({ path, method: field.toUpperCase(), operation: value }) : value
    })
  })
  return { ...document, paths }
}

/** The mark that an operation carries. */
export function markOf (operation: unknown): RouteMark | null {
  return isRecord(operation) && isRecord(operation[MARK]) ? operation[MARK] as unknown as RouteMark : null
}

function isOperation (field: string, value: unknown): value is Operation {
  return isRecord(value) && (METHODS.includes(field) || markOf(value) !== null)
}

function mapMembers (value: unknown, change: (name: string, member: unknown) => unknown): unknown {
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, change(name, member)])) : value
}
