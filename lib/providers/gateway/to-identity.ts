import { createHash } from 'node:crypto'

import { GatewayFailure } from './gateway-failure.js'
import { readPayload } from './read-payload.js'
import { isNames } from '../../util/is-names.js'
import { isRecord } from '../../util/is-record.js'

import type { AnswerHeaderSource, AnswerSource, GatewayIdentity, GatewayIdentityMapping, ServiceAnswer, ToGatewayIdentity } from './answer-types.js'
import type { CarriedNames, Claims } from '../../../types/identity.js'
import type { AuthenticatedIdentity } from '../../../types/scheme.js'

/** How answers become users. */
export interface IdentityRules {
  readonly identity: GatewayIdentityMapping | ToGatewayIdentity
  /** Whether what a service says of a user is what the app expects. */
  readonly fits: (claims: Claims) => boolean
}

/** What the parts of a user are read from. */
interface Holding {
  readonly answer: ServiceAnswer
  readonly claims: Claims
}

const NOBODY = Object.freeze({
  kind: 'unknown',
  name: null,
  email: null,
  emailVerified: null,
  clientId: null,
  scopes: Object.freeze([]),
  claims: Object.freeze({}),
  expiresAt: null,
  groups: null,
  roles: null,
  permissions: null
} as const)

const DEFAULT_SOURCES = Object.freeze({
  id: 'sub',
  issuer: null,
  name: 'name',
  email: 'email',
  emailVerified: null,
  clientId: 'client_id',
  scopes: 'scope',
  groups: null,
  roles: null,
  permissions: null,
  expiresAt: 'exp',
  kind: null
} satisfies Required<Omit<GatewayIdentityMapping, 'payload'>>)

/**
 * Who the service says it is.
 * @throws {GatewayFailure} when it does not say so in the way that the app expects
 */
export async function toIdentity (answer: ServiceAnswer, token: string, { identity, fits }: IdentityRules): Promise<AuthenticatedIdentity> {
  if (typeof identity === 'function') {
    const made: unknown = await identity(answer)
    assertFit(fits, isRecord(made) && isRecord(made['claims']) ? made['claims'] : answer.json ?? {}, answer)
    if (!isRecord(made)) {
      throw unusable(answer, 'an object with a subject')
    }
    return { ...NOBODY, ...made as unknown as GatewayIdentity }
  }
  const claims = readPayload(answer, identity.payload)
  assertFit(fits, claims, answer)
  return mapIdentity({ answer, claims }, token, identity)
}

function assertFit (fits: IdentityRules['fits'], claims: Claims, answer: ServiceAnswer): void {
  if (!fits(claims)) {
    throw unusable(answer, 'claimsSchema')
  }
}

function mapIdentity (holding: Holding, token: string, mapping: GatewayIdentityMapping): AuthenticatedIdentity {
  // It is said of the claim called `email` and of no other. OpenID Connect Core 1.0, section 5.1.
  const sources: Required<Omit<GatewayIdentityMapping, 'payload'>> = { ...DEFAULT_SOURCES, ...mapping.email === undefined && { emailVerified: 'email_verified' }, ...mapping }
  const issuer = toText(holding, sources.issuer, 'issuer')
  return {
    subject: toText(holding, sources.id, 'id') ?? toDefaultSubject(holding, token, mapping),
    ...issuer !== null && { issuer },
    kind: toKind(readSource(holding, sources.kind)),
    name: toText(holding, sources.name, 'name'),
    email: toText(holding, sources.email, 'email'),
    emailVerified: toFlag(readSource(holding, sources.emailVerified)),
    clientId: toText(holding, sources.clientId, 'clientId'),
    scopes: toList(holding, sources.scopes, { part: 'scopes', separator: /\s+/ }) ?? [],
    claims: holding.claims,
    expiresAt: toTime(holding, sources.expiresAt),
    groups: toNames(holding, sources.groups, 'groups'),
    roles: toNames(holding, sources.roles, 'roles'),
    permissions: toNames(holding, sources.permissions, 'permissions')
  }
}

/** Two callers with one credential are one user, as long as nobody says more. */
function toDefaultSubject ({ answer }: Holding, token: string, { id }: GatewayIdentityMapping): string {
  if (id !== undefined && id !== null) {
    throw unusable(answer, 'id')
  }
  return `credential:${createHash('sha256').update(token).digest('base64url')}`
}

function toText ({ answer, claims }: Holding, source: AnswerSource, part: string): string | null {
  const value = readSource({ answer, claims }, source)
  if (value === undefined || value === null) {
    return null
  }
  const [text, another] = [value].flat() as unknown[]
  if (typeof text !== 'string' || text === '' || another !== undefined) {
    throw unusable(answer, part)
  }
  return text
}

function toNames (holding: Holding, source: AnswerSource, part: string): CarriedNames {
  return source === null ? null : toList(holding, source, { part, separator: isHeaderSource(source) ? /,/ : null }) ?? []
}

/** A text is one name, unless there is something to take it apart at: looking for a name in it would grant what nobody said. */
function toList (holding: Holding, source: AnswerSource, { part, separator }: { readonly part: string, readonly separator: RegExp | null }): readonly string[] | null {
  const value = readSource(holding, source)
  if (value === undefined || value === null) {
    return null
  }
  const list: unknown = [value].flat()
  if (!isNames(list)) {
    throw unusable(holding.answer, part)
  }
  return separator === null ? list : list.flatMap(text => text.split(separator)).map(name => name.trim()).filter(name => name !== '')
}

function toTime (holding: Holding, source: AnswerSource): number | null {
  const value = readSource(holding, source)
  if (value === undefined || value === null) {
    return null
  }
  const seconds = [value].flat().map(Number)[0]
  if (seconds === undefined || !Number.isFinite(seconds)) {
    throw unusable(holding.answer, 'expiresAt')
  }
  return seconds
}

function toFlag (value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null
}

function toKind (value: unknown): AuthenticatedIdentity['kind'] {
  const kind = [value].flat()[0]
  return kind === 'human' || kind === 'machine' ? kind : 'unknown'
}

/** Own members only. */
function readSource ({ answer, claims }: Holding, source: AnswerSource): unknown {
  if (source === null || typeof source === 'function') {
    return source === null ? null : source(answer)
  }
  if (isHeaderSource(source)) {
    return answer.headers[source.header.toLowerCase()]
  }
  let value: unknown = claims
  for (const name of [source].flat()) {
    value = isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined
  }
  return value
}

function isHeaderSource (source: AnswerSource): source is AnswerHeaderSource {
  return typeof source === 'object' && source !== null && 'header' in source
}

function unusable ({ status }: ServiceAnswer, expected: string): GatewayFailure {
  return new GatewayFailure('gateway_identity', { status, expected })
}
