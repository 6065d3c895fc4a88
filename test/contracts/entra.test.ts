import { API, createDirectoryKey, OTHER_TENANT, startDirectory, TENANT } from '../fixtures/entra-directory.js'
import { proveJwtProvider } from './jwt-provider.js'
import { entra } from '../../lib/providers/entra/index.js'

import type { Test } from 'tap'
import type { JwtProviderSubject } from './jwt-provider.js'
import type { TokenSettings } from '../fixtures/entra-directory.js'

/** A provider of these tenants, whose users are known by `sub`. */
function ofTenants (tenantId: string | readonly string[]): (t: Test) => Promise<JwtProviderSubject> {
  return async function createSubject (t) {
    const directory = await startDirectory(t)
    const provider = entra({ tenantId, audience: API, fetch: directory.fetch, claims: { id: 'sub' } })
    t.teardown(() => provider.close?.())
    const sign = (settings: TokenSettings) => (claims: object = {}) => directory.userToken({ sub: 'alice', ...claims }, settings)
    return { provider, token: sign({}), forgedToken: sign({ key: createDirectoryKey() }) }
  }
}

proveJwtProvider('entra with one tenant', ofTenants(TENANT))
proveJwtProvider('entra with several tenants', ofTenants([TENANT, OTHER_TENANT]))
