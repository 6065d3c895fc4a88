import type { FastifyBaseLogger, FastifyInstance } from 'fastify'

import { AUTH_OPTION_INVALID } from './errors.js'
import { kRegistration } from './guards/define-guard.js'
import { findUntrue, markRoutes, toMarkedRoutes } from './mark-routes.js'
import { describeDocument } from './openapi/describe-document.js'
import { createFindMark, findLost } from './openapi/find-mark.js'
import { operationsOf } from './openapi/operations.js'
import { toYaml } from './openapi/to-yaml.js'
import { findOwner, wrapDecorator } from './openapi/wrap-decorator.js'
import { routesOf } from './routes.js'
import { isRecord } from './util/is-record.js'

import type { Document } from './openapi/operations.js'
import type { GiveDocument } from './openapi/wrap-decorator.js'
import type { Registration } from './registration.js'
import type { Route } from './routes.js'

/** Sees to it that the documents that an instance can give say what its routes ask, whichever plugin was registered first. */
export function watchDocuments (instance: FastifyInstance, { settings }: Registration, log: FastifyBaseLogger): void {
  for (const name of settings.openapi?.decorators ?? []) {
    wrapDecorator(instance, name, original => createGive(original, instance, log))
  }
}

/** Settles what documents say of the routes of a registration; stops the boot where two definitions would have one name in one of them. */
export function settleDocuments (registration: Registration, routes: readonly Route[], log: FastifyBaseLogger): void {
  const { settings } = registration
  if (settings.openapi === null) {
    return
  }
  markRoutes(routes, settings)
  for (const { instance } of routes) {
    watchDocuments(instance, registration, log)
  }
  for (const route of findUntrue(routes)) {
    log.warn({ route }, 'schema.security says that nobody needs to sign in, and the server lets in nobody else: leave it out, and the document says what the server does')
  }
  const owners = new Set(routes.flatMap(({ instance }) => settings.openapi?.decorators.flatMap(name => findOwner(instance, name) ?? []) ?? []))
  for (const owner of owners) {
    assertNamesDistinct(routes.flatMap(({ instance }) => routesOf(instance)).filter(route => isWithin(route.instance, owner)))
  }
}

/** What is called in place of a decorator of `@fastify/swagger`. A document must not break the server: should ours fail, the other one goes out. */
function createGive (original: GiveDocument, instance: FastifyInstance, log: FastifyBaseLogger): GiveDocument {
  const described = new WeakMap<object, Document>()
  const texts = new WeakMap<object, string>()

  function describe (document: Document): Document {
    const known = described.get(document)
    if (known !== undefined) {
      return known
    }
    const fresh = describeWith(document, instance, log)
    described.set(document, fresh)
    return fresh
  }

  function toText (document: Document): string {
    const text = texts.get(document) ?? toYaml(document)
    texts.set(document, text)
    return text
  }

  return function give (options) {
    attempt(() => markAll(instance), log)
    const given = Reflect.apply(original, this, [options])
    return attempt(() => {
      if (isRecord(given)) {
        return describe(given)
      }
      const document = Reflect.apply(original, this, [{ ...options, yaml: false }])
      return isRecord(document) && describe(document) !== document ? toText(describe(document)) : given
    }, log) ?? given
  }
}

function describeWith (document: Document, instance: FastifyInstance, log: FastifyBaseLogger): Document {
  const routes = toMarkedRoutes(routesOf(instance))
  const { document: described, unknown, unlisted } = describeDocument(document, createFindMark(routes, document))
  const lost = unknown.length === 0 ? [] : findLost(routes, operationsOf(document), document)
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
  for (const [name, scheme] of toMarkedRoutes(routes).flatMap(({ mark }) => Object.entries(mark.schemes))) {
    const text = JSON.stringify(scheme)
    if ((known.get(name) ?? text) !== text) {
      throw new AUTH_OPTION_INVALID(`authenticators: one document would describe ${name} in two ways; give one another name, with bearer(provider, { name }) for tokens`)
    }
    known.set(name, text)
  }
}

function isWithin (instance: object, owner: object): boolean {
  return instance === owner || Object.prototype.isPrototypeOf.call(owner, instance)
}

function attempt<T> (work: () => T, log: FastifyBaseLogger): T | null {
  try {
    return work()
  } catch (error) {
    const { name, code } = error as { readonly name?: unknown, readonly code?: unknown }
    log.warn({ error: { name, code } }, 'the document goes out as it was: its security could not be written in')
    return null
  }
}
