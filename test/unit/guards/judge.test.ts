import t from 'tap'

import { AUTH_ENTITLEMENTS_UNAVAILABLE } from '../../../lib/errors.js'
import { judge as judgeIn } from '../../../lib/guards/judge.js'
import { sealIdentity } from '../../../lib/user/seal-identity.js'

import type { Candidate } from '../../../lib/guards/judge-candidate.js'
import type { GuardDescription } from '../../../types/guard.js'
import type { ProvidedIdentity } from '../../../types/identity.js'

const provided: ProvidedIdentity = {
  subject: 'alice',
  issuer: 'https://issuer.example',
  kind: 'human',
  name: null,
  email: null,
  emailVerified: null,
  clientId: null,
  scopes: ['read', 'write'],
  claims: {},
  expiresAt: null,
  groups: null,
  roles: null,
  permissions: null
}

/** Somebody with names that come like this. */
function candidate (names: Candidate['names'], members: Partial<ProvidedIdentity> = {}, permissionMatch: 'exact' | 'wildcard' = 'exact'): Candidate {
  return { identity: sealIdentity({ ...provided, ...members }, 'bearerAuth'), sources: { permissions: { permissionMatch } }, names }
}

/** Without policies: none of these guards may ask one. */
function judge (guard: GuardDescription, candidate: Candidate | null) {
  return judgeIn(guard, { candidate, askPolicy () { throw new Error('never asked') } })
}

const holding = (...held: readonly string[]) => candidate(() => held)
const demand = (kind: 'groups' | 'roles' | 'permissions' | 'scopes', wanted: readonly string[], match: 'any' | 'all' = 'any'): GuardDescription => ({ kind, wanted, match })

t.test('nobody passes no guard', async t => {
  const guards: readonly GuardDescription[] = [{ kind: 'user' }, { kind: 'kind', wanted: 'human' }, demand('groups', ['a']), demand('roles', ['a']), demand('permissions', ['a']), demand('scopes', ['read'])]
  for (const guard of guards) t.match(judge(guard, null), { code: 'AUTH_CREDENTIALS_MISSING', statusCode: 401 }, guard.kind)
})

t.test('whoever is signed in is a user', async t => {
  t.equal(judge({ kind: 'user' }, candidate(() => { throw new Error('never asked') })), null)
})

t.test('a kind is known or it is not', async t => {
  for (const kind of ['human', 'machine', 'unknown'] as const) {
    for (const wanted of ['human', 'machine'] as const) {
      const outcome = judge({ kind: 'kind', wanted }, candidate(() => [], { kind }))
      if (kind === wanted) t.equal(outcome, null)
      else t.match(outcome, { code: 'AUTH_KIND_REFUSED', statusCode: 403, cause: { reason: 'kind', expected: wanted } })
    }
  }
})

t.test('one of the names is enough, unless all are wanted', async t => {
  for (const kind of ['groups', 'roles', 'permissions'] as const) {
    t.equal(judge(demand(kind, ['a', 'b']), holding('b')), null)
    t.equal(judge(demand(kind, ['a', 'b'], 'all'), holding('b', 'a')), null)
    t.match(judge(demand(kind, ['a', 'b'], 'all'), holding('b')), { statusCode: 403 })
    t.match(judge(demand(kind, ['a', 'b']), holding()), { statusCode: 403 })
    t.match(judge(demand(kind, ['a', 'b']), holding('A', 'ab', 'a ', '')), { statusCode: 403 })
  }
})

t.test('scopes are those of the token, and no provider is asked', async t => {
  const user = candidate(() => { throw new Error('never asked') })
  t.equal(judge(demand('scopes', ['read', 'write'], 'all'), user), null)
  t.equal(judge(demand('scopes', ['read', 'delete'], 'any'), user), null)
  t.match(judge(demand('scopes', ['read', 'delete'], 'all'), user), { code: 'AUTH_SCOPE_MISSING', cause: { scopes: ['read', 'delete'] } })
})

t.test('wildcards count among permissions only', async t => {
  for (const [kind, statusCode] of [['permissions', null], ['groups', 403], ['roles', 403]] as const) {
    const outcome = await judge(demand(kind, ['user.create']), candidate(() => ['user.*'], {}, 'wildcard'))
    t.equal(outcome?.statusCode ?? null, statusCode, kind)
  }
  const unprovided = { ...candidate(() => ['user.*']), sources: { permissions: null } }
  t.match(judge(demand('permissions', ['user.create']), unprovided), { code: 'AUTH_PERMISSION_MISSING' })
})

t.test('names that come later are waited for', async t => {
  t.equal(await judge(demand('groups', ['a']), candidate(async () => ['a'])), null)
  t.match(await judge(demand('groups', ['a']), candidate(async () => [])), { code: 'AUTH_GROUP_MISSING' })
})

t.test('names that cannot be had are neither yes nor no', async t => {
  const unavailable = new AUTH_ENTITLEMENTS_UNAVAILABLE({ reason: 'provider_failed' })
  t.equal(judge(demand('roles', ['a']), candidate(() => { throw unavailable })), unavailable)
  t.equal(await judge(demand('roles', ['a']), candidate(async () => { throw unavailable })), unavailable)
})

t.test('a fault of ours is not taken for an answer', async t => {
  t.throws(() => judge(demand('roles', ['a']), candidate(() => { throw new TypeError('a fault') })), TypeError)
  await t.rejects(Promise.resolve(judge(demand('roles', ['a']), candidate(async () => { throw new TypeError('a fault') }))), TypeError)
})
