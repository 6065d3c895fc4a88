import { isNames } from '../util/is-names.js'
import { isRecord } from '../util/is-record.js'
import { toFrozen } from '../util/to-frozen.js'

import type { CarriedNames, Identity, ProvidedIdentity } from '../../types/identity.js'

const MAX_SUBJECT_LENGTH = 255
const KINDS: readonly unknown[] = ['human', 'machine', 'unknown']

/** Whether what a provider returned has the shape of an identity, from an issuer that may stand behind it. */
export function isProvidedIdentity (value: unknown, isOwn: (issuer: string) => boolean): value is ProvidedIdentity {
  return isRecord(value) &&
    isSubject(value['subject']) &&
    typeof value['issuer'] === 'string' && isOwn(value['issuer']) &&
    KINDS.includes(value['kind']) &&
    hasTexts(value) &&
    hasLists(value) &&
    isRecord(value['claims']) &&
    isExpiry(value['expiresAt'])
}

/** The identity as everybody gets it: stamped with the name of its authenticator, deeply frozen. */
export function sealIdentity (provided: ProvidedIdentity, authenticator: string): Identity {
  return Object.freeze({
    subject: provided.subject,
    issuer: provided.issuer,
    kind: provided.kind,
    name: toText(provided.name),
    email: toText(provided.email),
    emailVerified: provided.emailVerified,
    clientId: provided.clientId,
    scopes: toFrozen(provided.scopes),
    claims: toFrozen(provided.claims),
    expiresAt: provided.expiresAt,
    groups: toFrozen(provided.groups),
    roles: toFrozen(provided.roles),
    permissions: toFrozen(provided.permissions),
    authenticator
  })
}

function isSubject (value: unknown): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_SUBJECT_LENGTH
}

function hasTexts (identity: Record<string, unknown>): boolean {
  return isTextOrNull(identity['name']) && isTextOrNull(identity['email']) && isTextOrNull(identity['clientId']) &&
    (identity['emailVerified'] === null || typeof identity['emailVerified'] === 'boolean')
}

function hasLists (identity: Record<string, unknown>): boolean {
  return isNames(identity['scopes']) && isCarried(identity['groups']) && isCarried(identity['roles']) && isCarried(identity['permissions'])
}

function isTextOrNull (value: unknown): boolean {
  return value === null || typeof value === 'string'
}

function isExpiry (value: unknown): boolean {
  return value === null || Number.isFinite(value)
}

function isCarried (value: unknown): value is CarriedNames {
  return value === null || value === 'unknown' || isNames(value)
}

/** Blank says nothing. */
function toText (value: string | null): string | null {
  return value === null || value.trim() === '' ? null : value
}
