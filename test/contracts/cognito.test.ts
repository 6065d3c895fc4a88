import { startPool } from '../fixtures/cognito-pool.js'
import { createIdentity } from '../fixtures/create-identity.js'
import { proveJwtProvider } from './jwt-provider.js'
import { proveNamesProvider } from './names-provider.js'
import { cognito, cognitoGroups, cognitoGroupsAsRoles, cognitoScopesAsPermissions } from '../../lib/providers/cognito/index.js'

import type { Test } from 'tap'
import type { CognitoPool } from '../fixtures/cognito-pool.js'
import type { JwtProvider } from '../../lib/index.js'
import type { JwtProviderSubject } from './jwt-provider.js'

const alice = { sub: 'alice' }

/** A provider of tokens of a pool; the forger has a pool of the same name elsewhere. */
function proved (use: 'access' | 'id' | 'machine', create: (pool: CognitoPool) => JwtProvider): (t: Test) => Promise<JwtProviderSubject> {
  return async function createSubject (t) {
    const [pool, forger] = [await startPool(t), await startPool(t)]
    const provider = create(pool)
    t.teardown(() => provider.close?.())
    const iss = provider.issuers[0]
    return { provider, token: claims => pool[use]({ iss, ...alice, ...claims }), forgedToken: claims => forger[use]({ iss, ...alice, ...claims }) }
  }
}

proveJwtProvider('cognito', proved('access', pool => cognito(pool.options())))
proveJwtProvider('cognito with ID tokens', proved('id', pool => cognito(pool.options({ tokenUse: 'id' as const }))))
proveJwtProvider('cognito with machines', proved('machine', pool => cognito(pool.options())))
proveJwtProvider('cognito in several regions', proved('access', pool => cognito(pool.options({ region: ['us-east-1', 'us-west-2'] }))))
proveJwtProvider('cognito with an emulator', proved('access', pool => cognito({ userPoolId: pool.userPoolId, clientId: null, issuer: `${pool.url}/${pool.userPoolId}` })))

const [issuer = ''] = cognito({ userPoolId: 'us-east-1_abcdEFGH1', clientId: 'app' }).issuers
const known = createIdentity({ issuer, claims: { 'cognito:groups': ['editor', 'admin'] }, scopes: ['reports/read', 'reports/write'] })
const unknown = createIdentity({ issuer, subject: 'bob' })
const machine = createIdentity({ issuer, scopes: ['reports/admin'] })

proveNamesProvider('cognitoGroups', { kind: 'groups', fetch: (...asked) => cognitoGroups().fetchGroups(...asked), known: [known, ['editor', 'admin']], unknown })
proveNamesProvider('cognitoGroupsAsRoles', { kind: 'roles', fetch: (...asked) => cognitoGroupsAsRoles().fetchRoles(...asked), known: [known, ['editor', 'admin']], unknown })
proveNamesProvider('cognitoGroups with promotion', {
  kind: 'groups', fetch: (...asked) => cognitoGroups({ promoteSingleScope: true }).fetchGroups(...asked), known: [machine, ['admin']], unknown
})
proveNamesProvider('cognitoScopesAsPermissions', {
  kind: 'permissions', fetch: (...asked) => cognitoScopesAsPermissions().fetchPermissions(...asked), known: [known, ['reports/read', 'reports/write']], unknown
})
