import { Type } from '@sinclair/typebox'

import { ask, status } from './factory.js'

import type { Factory, Seen } from './factory.js'
import type { Row } from './row.js'

type Claims = Readonly<Record<string, unknown>>
type Part = keyof typeof CLAIM_OF

/** Parts of a user that are read from a claim, and what it is called unless the options say otherwise. */
const CLAIM_OF = { name: 'name', email: 'email', clientId: 'client_id', scopes: 'scope', groups: 'groups', roles: 'roles', permissions: 'permissions' } as const

const LISTS: readonly string[] = ['scopes', 'groups', 'roles', 'permissions']

/** Options that say which tokens are good, and how they are read. */
export function tokenRows (factory: Factory): readonly Row[] {
  const { issuer, base } = factory
  const at = (claims: Claims, header: object = {}) => ask(factory, () => issuer.token(claims, header), status)
  const issuedSecondsAgo = (seconds: number) => ask(factory, () => issuer.token({ iat: nowSeconds() - seconds }), status)
  const expiredSecondsAgo = (seconds: number) => ask(factory, () => issuer.token({ exp: nowSeconds() - seconds }), status)
  const beside = base
  return [
    { option: 'audience', beside, observe: at({}), instead: 'other', value: 'api', without: 401, with: 200 },
    { option: 'audience', beside, observe: at({ aud: undefined }), value: null, without: 401, with: 200 },
    { option: 'algorithms', beside, observe: at({}), value: ['RS256', 'PS256'], without: 200, with: 401 },
    { option: 'typ', beside, observe: at({}), value: 'at+jwt', without: 200, with: 401 },
    { option: 'tokenUse', beside, observe: at({ token_use: 'id', ...factory.dialect?.idToken }), value: 'id', without: 401, with: 200 },
    { option: 'tokenUse', beside, observe: at({ token_use: 'refresh' }), value: null, without: 401, with: 200 },
    { option: 'clockToleranceSeconds', beside, observe: expiredSecondsAgo(60), value: 300, without: 401, with: 200 },
    { option: 'maxTokenAgeSeconds', beside, observe: issuedSecondsAgo(100), value: 60, without: 200, with: 401 },
    { option: 'maxLifetimeSeconds', beside, observe: at({}), value: 60, without: 200, with: 401 },
    { option: 'maxTokenBytes', beside, observe: at({}), value: 100, without: 200, with: 401 },
    { option: 'claimsSchema', beside, observe: at({ tenant: 7 }), value: Type.Object({ tenant: Type.String() }), without: 200, with: 401 },
    ...claimRows(factory),
    ...ownProviderRows(factory)
  ]
}

/** Options that say which claim a part of the user is read from. */
function claimRows (factory: Factory): readonly Row[] {
  const { issuer, base: beside } = factory
  const at = (claims: Claims, part: string) => ask(factory, () => issuer.token(claims), ({ user }) => user[part])
  const idByMail = at({ email: 'a@b.example' }, 'id')
  const parts = Object.entries(CLAIM_OF) as ReadonlyArray<readonly [Part, string]>
  return [
    { option: 'claims', beside, observe: at({ account: 'u1' }, 'id'), value: { id: 'account' }, without: 'alice', with: 'u1' },
    { option: 'claims.id', beside, observe: at({ ext: { uid: 'u1' } }, 'id'), value: { id: ['ext', 'uid'] }, without: 'alice', with: 'u1' },
    { option: 'claims.mutableId', beside, observe: (options, t) => idByMail(options, t).catch(error => error.code), instead: { id: 'email' }, value: { id: 'email', mutableId: true }, without: 'AUTH_OPTION_INVALID', with: 'a@b.example' },
    { option: 'claims.kind', beside, observe: at({}, 'kind'), value: { kind: () => 'machine' }, without: factory.dialect?.kind ?? 'unknown', with: 'machine' },
    ...parts.flatMap(function toRows ([part]): readonly Row[] {
      const usual = usualClaims(factory, part)
      const observe = at({ ...usual, 'app:claim': 'chosen' }, part)
      const toSeen = (text: string) => LISTS.includes(part) ? [text] : text
      const without = usual === null ? LISTS.includes(part) ? [] : null : toSeen('usual')
      return [
        { option: `claims.${part}`, beside, observe, value: { [part]: 'app:claim' }, without, with: toSeen('chosen') },
        { option: `claims.${part}.firstOf`, beside, observe, value: { [part]: { firstOf: ['absent', 'app:claim', 'sub'] } }, without, with: toSeen('chosen') }
      ]
    })
  ]
}

/** Claims of a token in which a part of the user is called `usual`; `null` where tokens do not say it. */
function usualClaims ({ dialect }: Factory, part: Part): Claims | null {
  const usual = dialect?.usual?.[part]
  return usual === undefined ? { [CLAIM_OF[part]]: 'usual' } : usual
}

/** Providers of names for the users of this one provider. */
function ownProviderRows (factory: Factory): readonly Row[] {
  const { issuer, base: beside } = factory
  const row = (part: Part, value: object): Row => {
    const usual = usualClaims(factory, part)
    const observe = ask(factory, () => issuer.token({ ...usual }), ({ user }: Seen) => user[part])
    return { option: `${part}Provider`, beside, observe, value, without: usual === null ? [] : ['usual'], with: ['asked'] }
  }
  return [
    row('groups', { fetchGroups: () => ['asked'] }),
    row('roles', { fetchRoles: () => ['asked'] }),
    row('permissions', { fetchPermissions: () => ['asked'] }),
    { option: 'profileProvider', beside, observe: ask(factory, () => issuer.token(), ({ user }: Seen) => user['profile']), value: { fetchProfile: () => ({ city: 'Bern' }) }, without: {}, with: { city: 'Bern' } }
  ]
}

function nowSeconds (): number {
  return Math.floor(Date.now() / 1000)
}
