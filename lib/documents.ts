import type { FastifyBaseLogger, FastifyInstance } from 'fastify'

import { AUTH_OPTION_INVALID } from './errors.js'
import { kRegistration } from './guards/define-guard.js'
import { findUntrue, markRoutes, toMarkedRoutes } from './mark-routes.js'
import { describeDocument } from './openapi/describe-document.js'
import { createFindMark, findLost } from './openapi/find-mark.js'
import { markOf, operationsOf } from './openapi/operations.js'
import { toYaml } from './openapi/to-yaml.js'
import { watchReads } from './openapi/watch-reads.js'
import { findOwner, wrapDecorator } from './openapi/wrap-decorator.js'
import { routesOf } from './routes.js'
import { describeError } from './util/describe-error.js'
import { isRecord } from './util/is-record.js'

import type { MarkedRoute } from './openapi/find-mark.js'
import type { Document } from './openapi/operations.js'
import type { GiveDocument } from './openapi/wrap-decorator.js'
import type { Registration } from './registration.js'
import type { Route } from './routes.js'

/** Sees to it that the documents that an instance can give say what its routes ask, whichever plugin was registered first. */
export function watchDocuments (instance: FastifyInstance, { settings }: Registration, log: FastifyBaseLogger): void {
  for (const name of settings.openapi?.decorators ?? []) {
    wrapDecorator(instance, name, (original, owner) => createGive(original, owner as FastifyInstance, log))
  }
}

/** Marks the routes of a registration with what documents are to say of them; should that fail, they say nothing. */
export function markDocuments ({ settings }: Registration, routes: readonly Route[], log: FastifyBaseLogger): void {
  attempt(() => markRoutes(routes, settings), log)
}

/** Settles what documents say of the routes of a registration; stops the boot where two definitions would have one name in one of them. */
export function settleDocuments (registration: Registration, routes: readonly Route[], log: FastifyBaseLogger): void {
  const { settings: { openapi } } = registration
  if (openapi === null) {
    return
  }
  markDocuments(registration, routes, log)
  for (const { instance } of routes) {
    watchDocuments(instance, registration, log)
  }
  for (const route of findUntrue(routes)) {
    log.warn({ route }, 'schema.security says that nobody needs to sign in, and the server lets in nobody else: leave it out, and the document says what the server does')
  }
  const owners = new Set(routes.flatMap(({ instance }) => openapi.decorators.flatMap(name => findOwner(instance, name) ?? [])))
  for (const owner of owners) {
    assertNamesDistinct(routesWithin(owner as FastifyInstance))
  }
}

/** What is called in place of a decorator of `@fastify/swagger`. A document must not break the server: should ours fail, the other one goes out. */
function createGive (original: GiveDocument, owner: FastifyInstance, log: FastifyBaseLogger): GiveDocument {
  const { ask, isMadeOfRoutes } = createAsk(original, owner)
  const describe = remember((document: Document) => describeWith(document, isMadeOfRoutes() ? toMarkedRoutes(routesWithin(owner)) : null, log))
  const toText = remember(toYaml)

  return function give (...args) {
    attempt(() => markAll(owner), log)
    const given = ask(this, args)
    return attempt(() => {
      if (isRecord(given)) {
        return describe(given)
      }
      const [options] = args
      const document = options?.yaml ? ask(this, [{ ...options, yaml: false }]) : null
      return isRecord(document) && describe(document) !== document ? toText(describe(document)) : given
    }, log) ?? given
  }
}

/** The first call shows whether routes are looked at: a document that somebody wrote by hand is no business of ours. */
function createAsk (original: GiveDocument, owner: FastifyInstance) {
  let looksAtRoutes: boolean | null = null

  function ask (self: unknown, args: Parameters<GiveDocument>): unknown {
    if (looksAtRoutes !== null) {
      return Reflect.apply(original, self, args)
    }
    const marked = routesWithin(owner).flatMap(({ variants }) => variants.map(({ options }) => options)).filter(({ schema }) => markOf(schema) !== null)
    const { given, hasRead } = watchReads(marked, () => Reflect.apply(original, self, args))
    looksAtRoutes = hasRead
    return given
  }

  return { ask, isMadeOfRoutes: () => looksAtRoutes === true }
}

function remember<Given> (make: (document: Document) => Given): (document: Document) => Given {
  const made = new WeakMap<Document, Given>()
  return function recall (document) {
    const known = made.get(document) ?? make(document)
    made.set(document, known)
    return known
  }
}

/** `routes`: those that the document is made of; `null` where it is not made of routes. */
function describeWith (document: Document, routes: readonly MarkedRoute[] | null, log: FastifyBaseLogger): Document {
  const { document: described, unknown, unlisted } = describeDocument(document, routes === null ? undefined : createFindMark(routes, document))
  const lost = routes === null || unknown.length === 0 ? [] : findLost(routes, operationsOf(document), document)
  if (lost.length > 0) {
    log.warn({ lost, unknown: unknown.map(({ method, path }) => `${method} ${path}`) }, 'the document says nothing of the security of some operations: a transform that renames URLs must keep the members of schemas that begin with x-')
  }
  if (unlisted.length > 0) {
    log.warn({ unlisted }, "routes ask for scopes that the document's own security schemes do not list")
  }
  return described
}

/** For a plugin that asks for the document before the app is ready: routes are settled then. */
function markAll (instance: FastifyInstance): void {
  const registrations = new Set(routesOf(instance).map(route => (route.instance as { [kRegistration]?: Registration })[kRegistration]))
  for (const registration of registrations) {
    if (registration?.routes === null) {
      markRoutes(registration.ruleRoutes(instance), registration.settings)
    }
  }
}

function assertNamesDistinct (routes: readonly Route[]): void {
  const known = new Map<string, string>()
  for (const [name, scheme] of toMarkedRoutes(routes).filter(({ isHidden }) => !isHidden).flatMap(({ mark }) => Object.entries(mark.schemes))) {
    const text = JSON.stringify(scheme)
    if ((known.get(name) ?? text) !== text) {
      throw new AUTH_OPTION_INVALID(`authenticators: one document would describe ${name} in two ways; give one another name, with bearer(provider, { name }) for tokens`)
    }
    known.set(name, text)
  }
}

/** The routes that a decorator of an instance can know of: its own and those of its children. */
function routesWithin (owner: FastifyInstance): readonly Route[] {
  return routesOf(owner).filter(({ instance }) => instance === owner || Object.prototype.isPrototypeOf.call(owner, instance))
}

function attempt<T> (work: () => T, log: FastifyBaseLogger): T | null {
  try {
    return work()
  } catch (error) {
    log.warn({ error: describeError(error) }, 'the document goes out as it was: its security could not be written in')
    return null
  }
}
