import { AUTH_ENTITLEMENTS_UNAVAILABLE } from '../../errors.js'
import { markCredentialReader } from '../../sources/cache/credential-reader.js'
import { describeError } from '../../util/describe-error.js'
import { FetchError } from '../../util/fetch-json.js'
import { GraphDirectory } from './graph-directory.js'
import { resolveGraphOptions } from './graph-options.js'
import { isGuid, parseIssuer } from './issuers.js'

import type { EntraGraphGroupsOptions } from './graph-options.js'
import type { Identity } from '../../../types/identity.js'
import type { GroupsProvider, Names, ProviderContext } from '../../../types/providers.js'

const NO_GROUPS: readonly string[] = Object.freeze([])

/**
 * The ids of a user's groups in Microsoft Entra ID: those that the token carries, and where they are too many for a token, those that Microsoft Graph
 * knows of, nested ones included. `[]` for users of other providers.
 *
 * Costs one call for the first guard of a request that asks, and every hour one more for a token of the app's own. What a token says about where to ask is
 * never followed.
 *
 * @throws {AUTH_OPTION_INVALID} when an option is unknown, missing or wrong
 * @see https://learn.microsoft.com/graph/api/directoryobject-getmembergroups
 * @example const groupsProvider = entraGraphGroups({ clientId, clientSecret })
 */
export function entraGraphGroups (options: EntraGraphGroupsOptions): GroupsProvider {
  const settings = resolveGraphOptions(options)
  const { cloud, when } = settings
  const directory = new GraphDirectory(settings)

  function fetchGroups (identity: Identity, context: ProviderContext): Names {
    const issuer = parseIssuer(identity.issuer, cloud)
    if (issuer?.version !== '2.0') {
      return NO_GROUPS
    }
    if (when === 'overage' && identity.groups !== 'unknown') {
      return identity.groups ?? NO_GROUPS
    }
    return ask(issuer.tenantId, identity, context)
  }

  async function ask (tenantId: string, { claims: { oid }, kind }: Identity, context: ProviderContext): Promise<readonly string[]> {
    try {
      return await directory.fetchGroups({ tenantId, id: toId(oid), isMachine: kind === 'machine' }, context)
    } catch (error) {
      const { expected, status } = error instanceof FetchError ? error : { expected: 'an answer', status: null }
      context.log.error({ provider: 'entraGraphGroups', expected, status, error: describeError(error) }, 'Microsoft Graph gave no groups; guards that need them answer 503')
      throw new AUTH_ENTITLEMENTS_UNAVAILABLE({ reason: 'provider_failed', expected })
    }
  }

  const provider: GroupsProvider = { fetchGroups, async close () { directory.close() } }
  // What one token carries must not be kept for another one, which may have been issued at another time.
  return when === 'overage' ? markCredentialReader(provider) : Object.freeze(provider)
}

/** It goes into an address. */
function toId (oid: unknown): string {
  if (!isGuid(oid)) {
    throw new FetchError('the token', 'a GUID as oid')
  }
  return oid
}
