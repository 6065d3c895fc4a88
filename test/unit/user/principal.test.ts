import t from 'tap'

import { createContext } from '../../fixtures/provider-context.js'
import { resolveNameSources } from '../../../lib/user/name-sources.js'
import { Principal } from '../../../lib/user/principal.js'
import { sealIdentity } from '../../../lib/user/seal-identity.js'

import type { FastifyRequest } from 'fastify'
import type { CarriedNames, EntitlementName } from '../../../types/identity.js'
import type { OwnProviders } from '../../../types/providers.js'

function principal (providers: OwnProviders, carried: readonly EntitlementName[] = [], groups: CarriedNames = null): Principal {
  const identity = sealIdentity({
    subject: 'alice',
    issuer: 'https://issuer.example',
    kind: 'human',
    name: null,
    email: null,
    emailVerified: null,
    clientId: null,
    scopes: [],
    claims: {},
    expiresAt: null,
    groups,
    roles: ['carried'],
    permissions: null
  }, 'bearerAuth')
  const runtime = { timeoutMs: 60_000, logOf: () => createContext().log }
  return new Principal(identity, resolveNameSources(providers, {}, carried), { request: {} as FastifyRequest, runtime, token: null, provider: null, revocation: null })
}

t.test('names at hand cost no promise', async t => {
  const somebody = principal({ groupsProvider: { fetchGroups: () => ['staff'] } }, ['roles'])
  t.strictSame(somebody.names('groups'), ['staff'])
  t.equal(somebody.names('groups'), somebody.names('groups'))
  t.strictSame(somebody.names('roles'), ['carried'])
  t.strictSame(somebody.names('permissions'), [])
})

t.test('names that came later are at hand from then on', async t => {
  const somebody = principal({ groupsProvider: { fetchGroups: async () => ['staff'] } })
  const promised = somebody.names('groups')
  t.type(promised, Promise)
  t.equal(somebody.names('groups'), promised)
  const names = await promised
  t.equal(somebody.names('groups'), names)
})

t.test('what nobody trusts the credential to say, it does not say', async t => {
  t.strictSame(principal({}, [], ['staff']).names('groups'), [])
  t.strictSame(principal({}, ['groups'], ['staff']).names('groups'), ['staff'])
  t.strictSame(principal({}, ['groups'], null).names('groups'), [])
  t.throws(() => principal({}, ['groups'], 'unknown').names('groups'), { code: 'AUTH_ENTITLEMENTS_UNAVAILABLE', cause: { reason: 'names_not_carried' } })
})

t.test('without a provider the profile is empty, and nobody can fill it', async t => {
  const profile = principal({}).profile()
  t.strictSame(Object.keys(profile), [])
  t.ok(Object.isFrozen(profile) && Object.getPrototypeOf(profile) === null)
})

t.test('there is one user', async t => {
  const somebody = principal({})
  t.equal(somebody.user, somebody.user)
  t.equal(somebody.user.id, 'alice')
})
