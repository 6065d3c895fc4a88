import { isRecord } from '../util/is-record.js'

import type { FindMark } from './describe-document.js'
import type { RouteMark } from './mark.js'
import type { Document, PlacedOperation } from './operations.js'

/** A route and its mark. */
export interface MarkedRoute {
  readonly methods: readonly string[]
  /** The full pattern as routed. */
  readonly url: string
  readonly mark: RouteMark
  /** Whether the app keeps it out of documents. */
  readonly isHidden: boolean
}

/** Finds the marks of operations whose schemas were replaced on the way into a document, by what is left of them. */
export function createFindMark (routes: readonly MarkedRoute[], document: Document): FindMark {
  const marks = new Map(routes.flatMap(({ methods, url, mark }) => methods.map(method => [toKey(method, toDocumentPath(url)), mark] as const)))
  const bases = ['', ...basesOf(document)]
  return function findMark (method, path) {
    return bases.map(base => marks.get(toKey(method, base + path)) ?? null).find(mark => mark !== null) ?? null
  }
}

/**
 * Routes that should stand in a document and are not found there, by their names. HEAD routes are there only where the app wants them, and of the
 * two URLs that a prefix and a `/` make only one is.
 */
export function findLost (routes: readonly MarkedRoute[], operations: readonly PlacedOperation[], document: Document): readonly string[] {
  const bases = ['', ...basesOf(document)]
  const placed = new Set(operations.flatMap(({ method, path }) => bases.map(base => toKey(method, withoutSlash(base + path)))))
  return routes.filter(({ isHidden }) => !isHidden).flatMap(({ methods, url }) => methods.filter(method => method !== 'HEAD' && !placed.has(toKey(method, withoutSlash(toDocumentPath(url))))).map(method => `${method} ${url}`))
}

/** As `@fastify/swagger` writes them: `/books/:id` as `/books/{id}`, whatever pattern the parameter has, and `/books::sell` as `/books:sell`. */
function toDocumentPath (url: string): string {
  return withoutPatterns(url).replaceAll(/::|:(\w+)|\*/g, (text, name) => text === '::' ? ':' : `{${name ?? '*'}}`)
}

/** From the innermost parentheses outwards. */
function withoutPatterns (url: string): string {
  const shorter = url.replaceAll(/\([^()]*\)/g, '')
  return shorter === url ? url : withoutPatterns(shorter)
}

/** What `@fastify/swagger` takes off the URLs of routes: the paths of the document's servers, and the base path of OpenAPI 2. */
function basesOf ({ servers, basePath }: Document): readonly string[] {
  const urls = Array.isArray(servers) ? servers.filter(isRecord).map(resolveUrl) : []
  const paths = urls.map(url => URL.canParse(url) ? new URL(url).pathname : url)
  return [...paths, String(basePath ?? '')].flatMap(path => [path, withoutSlash(path)]).filter(path => path !== '')
}

/** With the defaults of its variables. OpenAPI 3.1, section 4.8.5. */
function resolveUrl ({ url, variables }: Readonly<Record<string, unknown>>): string {
  return String(url).replaceAll(/\{([^{}]+)\}/g, function resolve (text, name: string) {
    const variable = isRecord(variables) ? variables[name] : null
    return isRecord(variable) ? String(variable['default']) : text
  })
}

function withoutSlash (path: string): string {
  return path.replace(/\/$/, '')
}

function toKey (method: string, path: string): string {
  return `${method} ${path}`
}
