import { AUTH_OPTION_INVALID } from '../errors.js'
import { assertNarrow, freezeExclusions } from '../exclusions.js'
import { findMismatch } from '../util/find-mismatch.js'
import { authorization } from './authorization.js'
import { cookie } from './cookie.js'
import { headerOf } from './define-extractor.js'
import { nameExtractor } from './name-extractor.js'
import { passthroughOptionsSchema } from './options.js'
import { toOrigins } from './origins.js'

import type { FastifyRequest } from 'fastify'
import type { CaptureSettings, NamedExtractor } from './capture.js'
import type { ExchangeOptions, PassthroughOptions } from './options.js'
import type { TokenExchange } from './token-exchange.js'
import type { Exclusion } from '../../types/options.js'
import type { Extractor } from '../../types/passthrough.js'

/** The plugin's options after the check: copied, frozen, every default filled in. */
export interface PassthroughSettings extends CaptureSettings {
  readonly excludedPaths: readonly Exclusion[]
  readonly captureExcluded: boolean
  readonly required: boolean
  readonly allowedOrigins: ReadonlySet<string>
  /** The headers that our own extractors give. */
  readonly names: readonly string[]
  /** `null`: credentials go out as they came in. */
  readonly exchange: TokenExchange | null
}

/**
 * Checks the options, fills in the defaults and freezes the copy.
 * @throws {AUTH_OPTION_INVALID} naming the path of what is wrong
 */
export async function resolveOptions (options: object): Promise<PassthroughSettings> {
  const given = checkOptions(options)
  const { extractors = [authorization(), cookie()], excludedPaths = [], captureExcluded = false, required = true, timeoutMs = 5_000 } = given
  const allowedOrigins = toOrigins(given.allowedOrigins, nameOption(['allowedOrigins']))
  assertNarrow(excludedPaths, { option: nameOption(['excludedPaths']), instead: 'let every request in without credentials; say required: false' })
  return Object.freeze({
    extractors: Object.freeze(extractors.map(toNamed)),
    excludedPaths: freezeExclusions(excludedPaths),
    captureExcluded,
    required,
    timeoutMs,
    allowedOrigins,
    names: Object.freeze(extractors.map(headerOf).filter(name => name !== null)),
    exchange: given.exchange === undefined ? null : await loadExchange(given.exchange, allowedOrigins)
  })
}

/** Most apps exchange nothing: what signs and keeps tokens is loaded for those that do. */
async function loadExchange (exchange: ExchangeOptions, allowedOrigins: ReadonlySet<string>): Promise<TokenExchange> {
  const { resolveExchange } = await import('./resolve-exchange.js')
  return resolveExchange(exchange, allowedOrigins, path => nameOption(['exchange', ...path]))
}

function checkOptions (options: object): PassthroughOptions {
  const given = withoutUndefined(options)
  const mismatch = findMismatch(passthroughOptionsSchema, given)
  if (mismatch !== null) {
    throw new AUTH_OPTION_INVALID(`${nameOption(mismatch.path)} ${mismatch.problem}`)
  }
  return given as PassthroughOptions
}

function toNamed (extractor: Extractor, index: number): NamedExtractor {
  const extract = typeof extractor === 'function' ? extractor : (request: FastifyRequest) => extractor.extract(request)
  return Object.freeze({ name: nameExtractor(extractor, index), extract })
}

/** An option that is there and undefined is an option that is not there. */
function withoutUndefined (options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

function nameOption (path: readonly string[]): string {
  return ['passthrough', ...path].join('.')
}
