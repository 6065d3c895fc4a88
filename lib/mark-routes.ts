import type { RouteOptions } from 'fastify'

import { toChallenges } from './challenge.js'
import { AUTH_CREDENTIALS_MISSING } from './errors.js'
import { MARK } from './openapi/mark.js'
import { markRoute } from './openapi/mark-route.js'
import { markOf } from './openapi/operations.js'
import { isRecord } from './util/is-record.js'

import type { MarkedRoute } from './openapi/find-mark.js'
import type { Security } from './openapi/mark.js'
import type { Settings } from './options.js'
import type { Route } from './routes.js'

/** The tag that keeps a route out of documents, unless `@fastify/swagger` is told another one. */
const HIDDEN_TAG = 'X-HIDDEN'

/** Schemas as the app wrote them. */
const written = new WeakMap<RouteOptions, unknown>()

/**
 * Writes into the schemas of routes what documents are to say of them. Fastify has compiled the schemas by then, so requests and answers stay as
 * they were. What the app says of a route's security moves into the mark: `@fastify/swagger` fails on a scheme that it does not know.
 */
export function markRoutes (routes: readonly Route[], settings: Settings): void {
  if (settings.openapi === null) {
    return
  }
  const { openapi: { requirements }, errorBody, realm, trustedOrigins } = settings
  // All of them or, should one fail, none.
  const marked = routes.flatMap(function mark ({ mode, guards, doors, refusals, variants }) {
    const challenge = toChallenges({ error: new AUTH_CREDENTIALS_MISSING(), doors, authenticators: null, fallback: `Bearer realm="${realm}"` }).join(', ')
    return variants.map(function markVariant ({ options }) {
      const { security = null, ...schema } = schemaOf(options)
      const mark = markRoute({ mode, guards, doors, refusals, challenge }, { requirements, errorBody, trustedOrigins }, security as Security | null)
      return { options, schema: { ...schema, [MARK]: mark } as NonNullable<RouteOptions['schema']> }
    })
  })
  for (const { options, schema } of marked) {
    options.schema = schema
  }
}

/** The marked ones among routes, with their marks. */
export function toMarkedRoutes (routes: readonly Route[]): readonly MarkedRoute[] {
  return routes.flatMap(function toMarked (route) {
    const options = route.variants[0]?.options
    const mark = markOf(options?.schema)
    return options === undefined || mark === null ? [] : route.urls().map(({ url, methods }) => ({ methods, url, mark, isHidden: isHidden(options) }))
  })
}

/** Routes whose schema says that nobody needs to sign in, while the server lets nobody else in. */
export function findUntrue (routes: readonly Route[]): readonly string[] {
  return routes.filter(({ mode, variants }) => mode === 'required' && variants.some(({ options }) => isOpen(schemaOf(options)['security']))).map(route => route.name)
}

function schemaOf (options: RouteOptions): Readonly<Record<string, unknown>> {
  if (!written.has(options)) {
    written.set(options, options.schema)
  }
  return { ...written.get(options) as object | undefined }
}

function isOpen (security: unknown): boolean {
  return Array.isArray(security) && (security.length === 0 || security.some(alternative => isRecord(alternative) && Object.keys(alternative).length === 0))
}

function isHidden ({ schema }: RouteOptions): boolean {
  const { hide, tags } = { ...schema } as { readonly hide?: unknown, readonly tags?: unknown }
  return hide === true || (Array.isArray(tags) && tags.includes(HIDDEN_TAG))
}
