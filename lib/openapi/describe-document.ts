import { adaptScheme } from './adapt-scheme.js'
import { dropRedundant } from './drop-redundant.js'
import { findUnlisted, listScopes } from './list-scopes.js'
import { MARK } from './mark.js'
import { mapOperations, markOf, operationsOf } from './operations.js'
import { versionOf } from './version.js'
import { writeResponses } from './write-responses.js'
import { writeSecurity } from './write-security.js'
import { isRecord } from '../util/is-record.js'
import { isSafeMethod } from '../util/is-safe-method.js'

import type { RouteMark, Security } from './mark.js'
import type { Document, Operation, PlacedOperation } from './operations.js'
import type { Version } from './version.js'
import type { Schemes } from './write-security.js'
import type { SecurityScheme } from '../../types/scheme.js'

/** The mark of an operation that lost it on the way, by method and path; `null` for an operation that nobody knows. */
export type FindMark = (method: string, path: string) => RouteMark | null

/** What became of a document. */
export interface Described {
  /** The very same where there was nothing to say. */
  readonly document: Document
  /** Operations that nobody knows: the document says nothing of their security. */
  readonly unknown: readonly PlacedOperation[]
  /** Scopes that routes ask for and that the app's own schemes do not list, each with its scheme. */
  readonly unlisted: readonly string[]
}

/** What all operations of a document are written with. */
interface Frame {
  readonly version: Version
  readonly schemes: Schemes
  readonly marks: ReadonlyMap<Operation, RouteMark>
}

/**
 * Turns the marks of a document into what its edition says of security: schemes, alternatives, refusals. The given document stays as it is;
 * one without marks is given back, and what the app wrote itself wins.
 */
export function describeDocument (document: Document, findMark: FindMark = () => null): Described {
  const operations = operationsOf(document)
  const marks = collectMarks(operations, findMark)
  if (marks.size === 0) {
    return { document, unknown: operations, unlisted: [] }
  }
  const version = versionOf(document)
  const own = readSchemes(document, version)
  const ours = toSchemes([...marks.values()], version)
  const frame: Frame = { version, schemes: { ...ours, ...own }, marks }
  const described = mapOperations(document, placed => describeOperation(placed, frame))
  const securities = operationsOf(described).flatMap(({ operation }) => Array.isArray(operation['security']) ? operation['security'] as Security : [])
  const used = Object.fromEntries(Object.entries(ours).filter(([name]) => !Object.hasOwn(own, name) && securities.some(alternative => Object.hasOwn(alternative, name))))
  return {
    document: writeSchemes(described, { ...listScopes(used, securities), ...own }, version),
    unknown: operations.filter(({ operation }) => !marks.has(operation)),
    unlisted: findUnlisted(own, securities)
  }
}

function collectMarks (operations: readonly PlacedOperation[], findMark: FindMark): ReadonlyMap<Operation, RouteMark> {
  const marks = new Map<Operation, RouteMark>()
  for (const placed of operations) {
    const mark = markOf(placed.operation) ?? findMark(placed.method, placed.path) ?? markOfTwin(placed, operations)
    if (mark !== null) {
      marks.set(placed.operation, mark)
    }
  }
  return marks
}

/** A HEAD operation that `@fastify/swagger` copied before its route was marked says what its GET says. */
function markOfTwin ({ method, path }: PlacedOperation, operations: readonly PlacedOperation[]): RouteMark | null {
  return method === 'HEAD' ? markOf(operations.find(other => other.method === 'GET' && other.path === path)?.operation) : null
}

function describeOperation ({ method, operation }: PlacedOperation, frame: Frame): Operation {
  const mark = frame.marks.get(operation)
  if (mark === undefined) {
    return operation
  }
  const { [MARK]: _, parameters, ...members } = operation
  const { security, description } = writeSecurity(withOwn(mark, operation), frame)
  const refusals = mark.refusals.filter(({ isForUnsafe }) => !isForUnsafe || !isSafeMethod(method))
  return {
    ...members,
    ...description !== null && { description: [members['description'], description].filter(Boolean).join('\n\n') },
    ...toParameters(parameters, security, frame.schemes),
    responses: writeResponses(isRecord(members['responses']) ? members['responses'] : {}, refusals, frame.version),
    security
  }
}

/** What stands there already, written by a transform or by us in an earlier pass, is not written again. */
function withOwn (mark: RouteMark, { security }: Operation): RouteMark {
  return Array.isArray(security) ? { ...mark, security: security as Security } : mark
}

function toParameters (parameters: unknown, security: Security, schemes: Schemes): { readonly parameters?: unknown } {
  if (!Array.isArray(parameters)) {
    return {}
  }
  const needed = dropRedundant(parameters, security, schemes)
  return needed.length === 0 ? {} : { parameters: needed }
}

/** The ways to sign in that marked operations accept. Two definitions of one name stop the boot. */
function toSchemes (marks: readonly RouteMark[], version: Version): Schemes {
  const schemes = Object.assign({}, ...marks.map(mark => mark.schemes)) as Readonly<Record<string, SecurityScheme>>
  return Object.fromEntries(Object.entries(schemes).map(([name, scheme]) => [name, adaptScheme(scheme, version)]))
}

/** What the app itself wrote. */
function readSchemes (document: Document, version: Version): Schemes {
  const schemes = version === '2.0' ? document['securityDefinitions'] : isRecord(document['components']) ? document['components']['securitySchemes'] : undefined
  return isRecord(schemes) ? schemes as Schemes : {}
}

function writeSchemes (document: Document, schemes: Schemes, version: Version): Document {
  if (Object.keys(schemes).length === 0) {
    return document
  }
  if (version === '2.0') {
    return { ...document, securityDefinitions: schemes }
  }
  return { ...document, components: { ...document['components'] as object | undefined, securitySchemes: schemes } }
}
