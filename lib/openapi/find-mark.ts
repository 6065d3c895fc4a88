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

/** Routes that should stand in a document and are not found there, by their names. */
export function findLost (routes: readonly MarkedRoute[], operations: readonly PlacedOperation[], document: Document): readonly string[] {
  const bases = ['', ...basesOf(document)]
  const placed = new Set(operations.flatMap(({ method, path }) => bases.map(base => toKey(method, base + path))))
  return routes.filter(({ isHidden }) => !isHidden).flatMap(({ methods, url }) => methods.filter(method => !placed.has(toKey(method, toDocumentPath(url)))).map(method => `${method} ${url}`))
}

/** As `@fastify/swagger` writes them: `/books/:id` as `/books/{id}`. */
function toDocumentPath (url: string): string {
  return url.replaceAll(/:(\w+)/g, '{$1}').replaceAll('*', '{*}')
}

/** What `@fastify/swagger` takes off the URLs of routes: the paths of the document's servers, and the base path of OpenAPI 2. */
function basesOf ({ servers, basePath }: Document): readonly string[] {
  const urls = Array.isArray(servers) ? servers.filter(isRecord).map(server => String(server['url'])) : []
  const paths = urls.map(url => URL.canParse(url) ? new URL(url).pathname : url)
  return [...paths, String(basePath ?? '')].map(path => path.replace(/\/$/, '')).filter(path => path !== '')
}

function toKey (method: string, path: string): string {
  return `${method} ${path}`
}
