import { Buffer } from 'node:buffer'

import type { FastifyRequest } from 'fastify'

import { AUTH_CREDENTIALS_MALFORMED, AUTH_KEY_REJECTED, AUTH_OPTION_INVALID, AUTH_PROVIDER_UNAVAILABLE } from '../../errors.js'
import { fromCookie } from '../../schemes/from-cookie.js'
import { fromHeader } from '../../schemes/from-header.js'
import { fromQuery } from '../../schemes/from-query.js'
import { traitsOf } from '../../schemes/token-source.js'
import { findMismatch } from '../../util/find-mismatch.js'
import { isSameDigest, toDigest } from './digest.js'
import { takeProblem } from './json-keys.js'
import { isWellFormedKey } from './key-format.js'
import { answerSchema, apiKeyOptionsSchema, assertOptions } from './options.js'
import { toIdentity } from './to-identity.js'

import type { ApiKeyOptions } from './options.js'
import type { ApiKeyStore, StoredApiKey } from '../../../types/api-keys.js'
import type { ProviderContext } from '../../../types/providers.js'
import type { AuthenticatedIdentity, Authenticator, SecurityScheme, TokenSource } from '../../../types/scheme.js'
import type { AuthErrorDetail } from '../../../types/verdict.js'

/** Visible ASCII: keys made elsewhere may be written in any of it. What is longer is not hashed. RFC 5234, appendix B.1 (VCHAR). */
const KEY = /^[\x21-\x7e]{1,512}$/

/**
 * A way to sign in with API keys. The store is asked about each request, by the SHA-256 of the key, so a key that is revoked there is refused at once.
 * Refused keys count for the option `failureLimit`.
 *
 * @param store who knows the digests: `memoryKeys()`, `jsonKeys(file)`, or the app's own
 * @throws {AUTH_OPTION_INVALID} when the store is none, or an option is unknown or wrong
 * @example authenticators: [apiKey(jsonKeys('keys.json'))]
 */
export function apiKey (store: ApiKeyStore, options: ApiKeyOptions = {}): Authenticator<string> {
  assertStore(store)
  assertOptions<ApiKeyOptions>('apiKey', apiKeyOptionsSchema, options)
  const { in: place = 'header', name = 'x-api-key', authenticator = 'apiKeyAuth', prefix = 'fgk', realm = 'api', ...ownProviders } = options
  const source = createSource(place, name)
  const { malformed = {} } = traitsOf(source)
  const prefixes = Object.freeze([prefix].flat())

  async function verify (key: string, context: ProviderContext): Promise<AuthenticatedIdentity> {
    const issuedAs = prefixes.find(candidate => key.startsWith(`${candidate}_`))
    if (issuedAs !== undefined && !isWellFormedKey(key, issuedAs)) {
      throw new AUTH_KEY_REJECTED({ reason: 'key_syntax' })
    }
    const digest = toDigest(key)
    const answer: unknown = await store.findByDigest(digest.toString('hex'))
    const problem = takeProblem(store)
    if (problem !== null) {
      context.log.error({ problem }, 'API keys could not be read anew; those that were read before count on')
    }
    return toIdentityOf(answer, digest)
  }

  return Object.freeze({
    ...ownProviders,
    name: authenticator,
    securityScheme: Object.freeze({ type: 'apiKey', in: place, name }) satisfies SecurityScheme,
    supplies: Object.freeze(['groups', 'roles', 'permissions'] as const),
    read: createRead(source, malformed),
    verify,
    challenge: () => `ApiKey realm="${realm}"`,
    // Whose key it would have been is not known of a wrong one: addresses alone are counted.
    accountOf: () => null,
    close: async () => { await store.close?.() }
  })
}

function assertStore (store: unknown): asserts store is ApiKeyStore {
  if (typeof (store as Partial<ApiKeyStore> | null | undefined)?.findByDigest !== 'function') {
    const cure = typeof store === 'function' ? '; if it is a factory, call it' : ''
    throw new AUTH_OPTION_INVALID(`apiKey: the store must be an object with the method findByDigest${cure}`)
  }
}

function createSource (place: 'header' | 'query' | 'cookie', name: string): TokenSource {
  if (place === 'header' && name.toLowerCase() === 'cookie') {
    throw new AUTH_OPTION_INVALID("apiKey.name must not be cookie: keys in cookies are read with in: 'cookie' and the cookie's name")
  }
  return { header: () => fromHeader(name, null), query: () => fromQuery(name), cookie: () => fromCookie(name) }[place]()
}

/** Like the source for tokens, but keys have a grammar of their own. */
function createRead (source: TokenSource, malformed: AuthErrorDetail): (request: FastifyRequest) => string | null {
  const { readUnchecked = source.read } = traitsOf(source)
  return function read (request) {
    const key = readUnchecked(request)
    if (key !== null && !KEY.test(key)) {
      throw new AUTH_CREDENTIALS_MALFORMED({ ...malformed, expected: '<key>' })
    }
    return key
  }
}

/** @throws {AUTH_KEY_REJECTED} unless the answer is the record of a key of this digest that still counts */
function toIdentityOf (answer: unknown, digest: Uint8Array): AuthenticatedIdentity {
  if (answer !== null && findMismatch(answerSchema, answer) !== null) {
    throw new AUTH_PROVIDER_UNAVAILABLE({ reason: 'provider_answer' })
  }
  const record = answer as StoredApiKey | null
  // Compared again: a database may find what is only similar.
  if (record === null || !isSameDigest(Buffer.from(record.digest, 'hex'), digest)) {
    throw new AUTH_KEY_REJECTED({ reason: 'key' })
  }
  if (record.revoked === true) {
    throw new AUTH_KEY_REJECTED({ reason: 'key_revoked' })
  }
  const { expiresAt = null } = record
  if (expiresAt !== null && expiresAt <= Date.now() / 1000) {
    throw new AUTH_KEY_REJECTED({ reason: 'key_expired' })
  }
  return toIdentity(record.owner, record)
}
