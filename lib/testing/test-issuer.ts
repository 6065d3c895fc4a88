import { serveDocuments } from './serve-documents.js'
import { createSigningKey } from './signing-key.js'

import type { JsonWebKey } from 'node:crypto'
import type { Seconds } from '../../types/units.js'

const METADATA_PATH = '/.well-known/openid-configuration'
const JWKS_PATH = '/.well-known/jwks.json'
const DEFAULT_LIFETIME_SECONDS = 300

/** An identity provider for tests. */
export interface TestIssuer {
  /** The issuer, as in `iss`: `http://127.0.0.1:<port>`. */
  readonly url: string
  /** The public keys as they are published now. RFC 7517, section 5. */
  readonly jwks: { readonly keys: ReadonlyArray<Readonly<JsonWebKey>> }
  /**
   * A signed token with `claims` as given. `iss`, `iat` and `exp` are added where they are missing; one given as `undefined` is left out.
   *
   * @example await issuer.token({ sub: 'alice', aud: 'books', roles: ['librarian'] })
   * @example await issuer.token({ sub: 'alice', aud: 'books' }, { expiresInSeconds: -60 })
   */
  token (claims: Readonly<Record<string, unknown>>, options?: TestTokenOptions): Promise<string>
  /**
   * From now on a new key signs. The one before stays published until the next rotation, so that its tokens remain good:
   * rotate twice to withdraw it.
   */
  rotate (): Promise<void>
  /** Stops serving. A second call does nothing. */
  close (): Promise<void>
}

/** What a token of a {@link TestIssuer} has beside its claims. */
export interface TestTokenOptions {
  /** Members of the header, beside and instead of `alg` and `kid`. Whatever they say, the signature is RS256. */
  readonly header?: Readonly<Record<string, unknown>>
  /** From now to `exp`; negative for a token that has expired. Default 300. */
  readonly expiresInSeconds?: Seconds
}

/**
 * An identity provider of your own: a real HTTP server on 127.0.0.1 with discovery document and keys, whose tokens say what a test needs.
 * A forgotten `close()` keeps no process alive.
 *
 * @see OpenID Connect Discovery 1.0, section 4
 * @example
 * const issuer = await testIssuer()
 * await app.register(authPlugin, { jwtProvider: oidc({ issuer: issuer.url, audience: 'books' }) })
 * const token = await issuer.token({ sub: 'alice', aud: 'books' })
 * const response = await app.inject({ url: '/me', headers: { authorization: `Bearer ${token}` } })
 */
export async function testIssuer (): Promise<TestIssuer> {
  let current = await createSigningKey()
  let jwks = toJwks([current.publicJwk])
  const { url, close } = await serveDocuments({ [METADATA_PATH]: toMetadata, [JWKS_PATH]: () => jwks })

  async function token (claims: Readonly<Record<string, unknown>>, { header = {}, expiresInSeconds = DEFAULT_LIFETIME_SECONDS }: TestTokenOptions = {}): Promise<string> {
    const iat = Math.floor(Date.now() / 1000)
    return current.sign({ iss: url, iat, exp: iat + expiresInSeconds, ...claims }, header)
  }

  async function rotate (): Promise<void> {
    const next = await createSigningKey()
    jwks = toJwks([next.publicJwk, current.publicJwk])
    current = next
  }

  return Object.freeze({ url, get jwks () { return jwks }, token, rotate, close })
}

function toJwks (keys: ReadonlyArray<Readonly<JsonWebKey>>): TestIssuer['jwks'] {
  return Object.freeze({ keys: Object.freeze(keys) })
}

/** Only what is served: tokens come from `token()`, so there is no endpoint for them. */
function toMetadata (url: string): object {
  return {
    issuer: url,
    jwks_uri: url + JWKS_PATH,
    response_types_supported: [],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256']
  }
}
