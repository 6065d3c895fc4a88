import { AUTH_OPTION_INVALID } from './errors.js'

import type { AuthPluginOptions } from '../types/options.js'
import type { JwtProvider, OwnProviders } from '../types/providers.js'

/**
 * Stops the boot where a provider of permissions wants names compared in a way that there is none: a misspelt `'wildcard'` would refuse
 * without a word what its author means to grant.
 *
 * @throws {AUTH_OPTION_INVALID} naming the path of the option
 */
export function assertPermissionMatch (options: AuthPluginOptions): void {
  for (const [path, { permissionsProvider }] of listHolders(options)) {
    const match: unknown = permissionsProvider?.permissionMatch
    if (match !== undefined && match !== 'exact' && match !== 'wildcard') {
      throw new AUTH_OPTION_INVALID(`${path}permissionsProvider.permissionMatch must be 'exact' or 'wildcard'`)
    }
  }
}

/** Whatever may have a provider of permissions, and how the paths of its options begin. */
function listHolders (options: AuthPluginOptions): ReadonlyArray<readonly [path: string, holder: OwnProviders]> {
  const { jwtProvider = [], authenticators = [] } = options
  const ways = authenticators.flatMap(function listWay (authenticator, index) {
    const path = `authenticators.${index}.`
    return 'jwtProviders' in authenticator ? listProviders(`${path}jwtProviders.`, authenticator.jwtProviders) : [[path, authenticator] as const]
  })
  const providers = Array.isArray(jwtProvider) ? listProviders('jwtProvider.', jwtProvider) : [['jwtProvider.', jwtProvider as JwtProvider] as const]
  return [['', options], ...providers, ...ways]
}

function listProviders (path: string, providers: readonly JwtProvider[]): ReadonlyArray<readonly [path: string, holder: OwnProviders]> {
  return providers.map((provider, index) => [`${path}${index}.`, provider])
}
