import { Buffer } from 'node:buffer'

import { decodeBase64url } from './base64url.js'
import { parseJsonRecord } from './parse-json-record.js'
import { toFrozen } from './to-frozen.js'

import type { Count } from '../../types/units.js'

/** Issuers write the same few headers again and again. */
const MAX_HEADERS: Count = 32

// base64url "." base64url "." [ base64url ]: without a signature it is still a JWT, and one to refuse
const jwtShape = /^([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/

/** What a token says of itself. Nothing of it is true before the signature has been checked. */
export interface UnverifiedJwt {
  readonly header: Readonly<Record<string, unknown>>
  readonly payload: Readonly<Record<string, unknown>>
}

/** The same with its signature, of which nothing is known but how it is written. */
export interface UnverifiedJws extends UnverifiedJwt {
  readonly signature: Uint8Array
}

type Header = UnverifiedJwt['header']

/** What headers were found to say, by their text. Who sends others empties it, and no more. */
const headers = new Map<string, Header>()

/** What was read to find an issuer: its owner, who is asked next, need not read it again. */
let latest: { readonly token: string, readonly jws: UnverifiedJws } | null = null

/**
 * Header, payload and signature of a signed JWT in compact serialization; `null` for anything else.
 *
 * Strict, since every leniency is a second text for the same token: exactly three segments, each canonical base64url without padding,
 * the first two JSON objects in UTF-8 without a byte order mark.
 * @see RFC 7515, sections 3.1 and 5.2; RFC 7519, section 7.2; RFC 8725, section 3.7
 */
export function parseUnverifiedJwt (token: string): UnverifiedJws | null {
  if (latest?.token !== token) {
    return parse(token)
  }
  const { jws } = latest
  latest = null
  return jws
}

function parse (token: string): UnverifiedJws | null {
  const segments = token.split('.', 4)
  if (segments.length !== 3) return null
  const [headerText, payloadText, signatureText] = segments as [string, string, string]
  const header = headers.get(headerText) ?? readHeader(headerText)
  const payload = header && readRecord(payloadText)
  const signature = payload && decodeBase64url(signatureText)
  return signature && { header, payload, signature }
}

function readHeader (text: string): Header | null {
  const header = toFrozen(readRecord(text))
  if (header !== null) {
    if (headers.size >= MAX_HEADERS) headers.clear()
    headers.set(text, header)
  }
  return header
}

function readRecord (text: string): Record<string, unknown> | null {
  const bytes = decodeBase64url(text)
  return bytes && parseJsonRecord(bytes)
}

/** Whether a token is written like a JWT, well or badly: three segments in base64url's alphabet, the first a JSON object. Says nothing of its worth. */
export function isJwtShaped (token: string): boolean {
  const header = jwtShape.exec(token)?.[1]
  if (header === undefined) return false
  return parseJsonRecord(Buffer.from(header, 'base64url')) !== null
}

/**
 * The `iss` that a token claims, to find who can verify it; `null` when the token is not a JWT or its `iss` is not a string.
 * Not verified: no decision but the choice of the verifier may rest on it.
 */
export function unverifiedIssuer (token: string): string | null {
  const jws = parse(token)
  latest = jws && { token, jws }
  const issuer = jws?.payload.iss
  return typeof issuer === 'string' ? issuer : null
}
