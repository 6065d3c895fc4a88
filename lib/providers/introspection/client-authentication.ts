import { Buffer } from 'node:buffer'
import { createPrivateKey, randomUUID } from 'node:crypto'
import { SignJWT } from 'jose/jwt/sign'

import { AUTH_OPTION_INVALID } from '../../errors.js'
import { DEFAULT_ALGORITHMS, defaultAlgorithm, fitsKey } from '../jwt/algorithms.js'

import type { JsonWebKey, KeyObject } from 'node:crypto'
import type { IntrospectionOptions } from './options.js'
import type { Algorithm, KeyShape } from '../jwt/algorithms.js'
import type { NameOption } from '../jwt/resolve-settings.js'

/** How a request says whose it is: header fields, and members of the form. */
export interface Proof {
  readonly headers: Readonly<Record<string, string>>
  readonly form: Readonly<Record<string, string>>
}

/** Makes the proof of one request. */
export type Prove = () => Proof | Promise<Proof>

/** What our client is called, and what it has to show for it. */
export type ClientOptions = Pick<IntrospectionOptions, 'auth' | 'clientId' | 'clientSecret' | 'privateKey' | 'algorithm' | 'issuer'>

const MIN_RSA_BITS = 2048
const ASSERTION_LIFETIME_SECONDS = 60

// RFC 7523, section 2.2
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/**
 * How the options want our client to say who it is.
 * @throws {AUTH_OPTION_INVALID} when what it needs is missing, or something else is there
 */
export function createProve (options: ClientOptions, nameOption: NameOption): Prove {
  const { auth = 'basic', clientId, clientSecret, privateKey, algorithm } = options
  if (auth === 'private_key_jwt') {
    if (privateKey === undefined || clientSecret !== undefined) {
      throw new AUTH_OPTION_INVALID(`${nameOption(['auth'])} is 'private_key_jwt': ${nameOption(['privateKey'])} must be there, and ${nameOption(['clientSecret'])} must not`)
    }
    return createSign(options, toSigner(privateKey, algorithm, nameOption))
  }
  if (clientSecret === undefined || privateKey !== undefined || algorithm !== undefined) {
    const others = [['privateKey'], ['algorithm']].map(nameOption).join(' and ')
    throw new AUTH_OPTION_INVALID(`${nameOption(['auth'])} is '${auth}': ${nameOption(['clientSecret'])} must be there, and ${others} must not`)
  }
  const proof = auth === 'basic'
    ? { headers: { authorization: toBasic(clientId, clientSecret) }, form: {} }
    : { headers: {}, form: { client_id: clientId, client_secret: clientSecret } }
  return () => proof
}

/** RFC 6749, section 2.3.1: both are encoded like members of a form before they are put together. */
function toBasic (clientId: string, clientSecret: string): string {
  const [id, secret] = [clientId, clientSecret].map(text => new URLSearchParams({ '': text }).toString().slice(1))
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
}

interface Signer {
  readonly key: KeyObject
  readonly algorithm: Algorithm
  readonly kid: string | null
}

interface Key extends KeyShape { readonly key: KeyObject }

function toSigner (privateKey: string | JsonWebKey, wanted: Algorithm | undefined, nameOption: NameOption): Signer {
  const { key, kty, crv } = toKey(privateKey, nameOption)
  const algorithm = wanted ?? defaultAlgorithm({ kty, crv }, DEFAULT_ALGORITHMS)
  if (algorithm === null || !fitsKey(algorithm, { kty, crv })) {
    throw new AUTH_OPTION_INVALID(`${nameOption([wanted === undefined ? 'privateKey' : 'algorithm'])} must be for an algorithm that the key can sign with: ${DEFAULT_ALGORITHMS.join(', ')}`)
  }
  const kid = typeof privateKey === 'string' ? undefined : privateKey['kid']
  return { key, algorithm, kid: typeof kid === 'string' ? kid : null }
}

function toKey (privateKey: string | JsonWebKey, nameOption: NameOption): Key {
  const read = readKey(privateKey)
  if (read === null) {
    throw new AUTH_OPTION_INVALID(`${nameOption(['privateKey'])} must be a private key, as PEM or as a JSON Web Key`)
  }
  if ((read.key.asymmetricKeyDetails?.modulusLength ?? MIN_RSA_BITS) < MIN_RSA_BITS) {
    throw new AUTH_OPTION_INVALID(`${nameOption(['privateKey'])} must have at least ${MIN_RSA_BITS} bits`)
  }
  return read
}

function readKey (privateKey: string | JsonWebKey): Key | null {
  try {
    const key = createPrivateKey(typeof privateKey === 'string' ? privateKey : { key: privateKey, format: 'jwk' })
    const { kty, crv } = key.export({ format: 'jwk' })
    return { key, kty, crv }
  } catch {
    // What Node says of a bad key may hold some of it.
    return null
  }
}

/** RFC 7523, section 3: for this issuer only, once, and not for long. */
function createSign ({ clientId, issuer }: ClientOptions, { key, algorithm, kid }: Signer): Prove {
  return async function sign () {
    const now = Math.floor(Date.now() / 1000)
    const assertion = await new SignJWT({ iss: clientId, sub: clientId, aud: issuer, jti: randomUUID(), iat: now, exp: now + ASSERTION_LIFETIME_SECONDS })
      .setProtectedHeader({ alg: algorithm, typ: 'JWT', ...kid !== null && { kid } })
      .sign(key)
    return { headers: {}, form: { client_id: clientId, client_assertion_type: ASSERTION_TYPE, client_assertion: assertion } }
  }
}
