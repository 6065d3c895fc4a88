import type { FastifyBaseLogger } from 'fastify'

import { AUTH_OPTION_INVALID } from './errors.js'
import { stripsQuery } from './schemes/req-serializer.js'
import { traitsOf } from './schemes/token-source.js'

import type { Registration } from './registration.js'

/** Where pino keeps the serializers of a logger; it shares the symbol on purpose. */
const kSerializers = Symbol.for('pino.serializers')

/** Stops the boot when tokens or keys are read from the query, and the app's logger would write them down. */
export function assertQueryUnlogged ({ doors }: Registration, log: FastifyBaseLogger): void {
  const readsQuery = doors.some(door => door.tokenSources.some(source => traitsOf(source).kind === 'query') || (door.kind === 'own' && door.place?.startsWith('query ') === true))
  const serializers = (log as { [kSerializers]?: { readonly req?: unknown } })[kSerializers]
  if (readsQuery && log.level !== undefined && log.level !== 'silent' && !stripsQuery(serializers?.req)) {
    throw new AUTH_OPTION_INVALID('fromQuery, and an apiKey in the query, put credentials into URLs, and the app logs URLs; create it with Fastify({ logger: { serializers: { req: reqSerializer } } })')
  }
}
