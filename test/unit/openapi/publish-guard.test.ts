import t from 'tap'

import { publishGuard } from '../../../lib/openapi/publish-guard.js'

import type { GuardDescription } from '../../../types/guard.js'

const scopes: GuardDescription = { kind: 'scopes', wanted: ['read'], match: 'all' }
const roles: GuardDescription = { kind: 'roles', wanted: ['editor'], match: 'any' }
const groups: GuardDescription = { kind: 'groups', wanted: ['staff'], match: 'any' }
const permissions: GuardDescription = { kind: 'permissions', wanted: ['books.write'], match: 'any' }
const secrets: readonly GuardDescription[] = [
  { kind: 'user' }, { kind: 'kind', wanted: 'human' }, { kind: 'claims', wanted: { tenant: ['acme'] } }, { kind: 'policy', policy: 'isOwner' }, { kind: 'not', part: scopes }
]
const any = (...parts: GuardDescription[]): GuardDescription => ({ kind: 'any', parts })
const all = (...parts: GuardDescription[]): GuardDescription => ({ kind: 'all', parts })

t.test('each setting publishes its kinds of names and nothing else', async t => {
  for (const [requirements, published] of [['scopes', [scopes]], ['all', [scopes, roles, groups, permissions]], ['none', []]] as const) {
    for (const guard of [scopes, roles, groups, permissions]) {
      t.equal(publishGuard(guard, requirements), (published as readonly GuardDescription[]).includes(guard) ? guard : null, `${guard.kind} with ${requirements}`)
    }
  }
})

t.test('claims, policies, kinds of users and what is negated are never published', async t => {
  for (const guard of secrets) {
    for (const requirements of ['scopes', 'all', 'none'] as const) {
      t.equal(publishGuard(guard, requirements), null, guard.kind)
      t.equal(publishGuard(any(guard), requirements), null)
      t.equal(publishGuard(all(guard), requirements), null)
    }
  }
})

t.test('of what is needed together the rest is published', async t => {
  for (const secret of secrets) {
    t.strictSame(publishGuard(all(secret, scopes, roles), 'all'), all(scopes, roles), secret.kind)
    t.strictSame(publishGuard(all(secret, scopes, roles), 'scopes'), scopes, 'one part stands for itself')
  }
  t.equal(publishGuard(all(scopes, roles), 'none'), null)
})

t.test('where something unpublished would do, nothing is asked for', async t => {
  for (const secret of secrets) {
    t.equal(publishGuard(any(scopes, secret), 'all'), null, secret.kind)
    t.strictSame(publishGuard(all(any(scopes, secret), roles), 'all'), roles)
    t.strictSame(publishGuard(any(scopes, all(secret, roles)), 'all'), any(scopes, roles), 'a part of it is needed either way')
  }
  t.equal(publishGuard(any(scopes, roles), 'scopes'), null)
  t.strictSame(publishGuard(any(scopes, roles), 'all'), any(scopes, roles))
})
