import { isRecord } from '../../util/is-record.js'

import type { CredentialParts } from './temporary-credentials.js'

// Amazon Cognito Federated Identities API Reference, GetId, "IdentityId"; its emulators are less strict about what follows the region.
const IDENTITY_ID = /^[\w-]+:[0-9A-Za-z-]+$/

/**
 * Who somebody is, in an answer to `GetId`.
 * @throws {TypeError} when the answer has another shape; it is never quoted
 */
export function toIdentityId (answer: unknown): string {
  const { IdentityId: identityId } = toRecord(answer)
  if (typeof identityId !== 'string' || !IDENTITY_ID.test(identityId)) {
    throw new TypeError('no identity')
  }
  return identityId
}

/**
 * The credentials in an answer to `GetCredentialsForIdentity`, as plain data.
 * @throws {TypeError} when the answer has another shape, is about somebody else, or its credentials have ended; it is never quoted
 */
export function toCredentialParts (answer: unknown, identityId: string): CredentialParts {
  const { IdentityId: answered, Credentials: credentials } = toRecord(answer)
  const { AccessKeyId: accessKeyId, SecretKey: secretAccessKey, SessionToken: sessionToken, Expiration: expiration } = toRecord(credentials)
  if (answered !== identityId || !isText(accessKeyId) || !isText(secretAccessKey) || !isText(sessionToken)) {
    throw new TypeError('no credentials of this identity')
  }
  const expiresAtMs = expiration instanceof Date ? expiration.getTime() : NaN
  if (!(expiresAtMs > Date.now())) {
    throw new TypeError('credentials that have ended, or do not say when they end')
  }
  return { accessKeyId, secretAccessKey, sessionToken, expiresAtMs, identityId }
}

function toRecord (value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {}
}

function isText (value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
