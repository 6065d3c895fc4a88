import { hasPool, toPoolId } from './known-pools.js'
import { loadSdk, requireSdk } from './load-sdk.js'
import { ProfileClients } from './profile-clients.js'
import { resolveProfileOptions } from './profile-options.js'
import { toAttributes } from './profile-attributes.js'
import { AUTH_ENTITLEMENTS_UNAVAILABLE, AUTH_OPTION_INVALID } from '../../errors.js'
import { markCredentialReader } from '../../sources/cache/credential-reader.js'
import { describeError } from '../../util/describe-error.js'

import type { CognitoSdk, LoadSdk } from './load-sdk.js'
import type { CognitoProfileOptions } from './profile-options.js'
import type { Identity } from '../../../types/identity.js'
import type { Profile, ProfileProvider, ProviderContext } from '../../../types/providers.js'

const NOTHING: Profile = Object.freeze(Object.create(null) as Profile)

/**
 * The attributes of a user in an Amazon Cognito user pool, by their names, as Cognito writes them: texts, all of them. `{}` for users of other
 * providers, for machines, which have none, and for users who are gone.
 *
 * Costs one call for the first `user.profile()` of a request. The AWS SDK, which makes it, is a package of its own: install
 * `@aws-sdk/client-cognito-identity-provider`. Asked with the user's token it cannot be `cached`; asked as the app (`userPoolId`) it can.
 *
 * @throws {AUTH_OPTION_INVALID} when an option is unknown or wrong; and when the app boots, where the package is missing
 * @see Amazon Cognito API Reference, GetUser and AdminGetUser
 * @example const profileProvider = cognitoProfile()
 */
export function cognitoProfile (options: CognitoProfileOptions = {}): ProfileProvider {
  return createCognitoProfile(options, loadSdk)
}

/** {@link cognitoProfile}, for those who load the package in a way of their own. */
export function createCognitoProfile (options: unknown, load: LoadSdk): ProfileProvider {
  const settings = resolveProfileOptions(options)
  const { userPoolId } = settings
  const clients = new ProfileClients(settings)

  function fetchProfile (identity: Identity, context: ProviderContext): Profile | Promise<Profile> {
    const pool = toPool(identity.issuer)
    const isOurs = pool !== null && (userPoolId === undefined || userPoolId === pool.id)
    return isOurs && identity.kind !== 'machine' ? ask(pool.region, identity, context) : NOTHING
  }

  async function ask (region: string, identity: Identity, context: ProviderContext): Promise<Profile> {
    try {
      const sdk = await requireSdk('cognitoProfile', load)
      const command = userPoolId === undefined ? asUser(sdk, context) : asApp(sdk, userPoolId, identity)
      const attributes = toAttributes(await clients.in(region, sdk).send(command, { abortSignal: context.signal }))
      return isSameUser(attributes, identity) ? attributes : NOTHING
    } catch (error) {
      const described = describeError(error)
      if (described?.name === 'UserNotFoundException') {
        return NOTHING
      }
      context.log.error({ provider: 'cognitoProfile', error: described }, 'Amazon Cognito gave no profile; who needs it gets 503')
      throw new AUTH_ENTITLEMENTS_UNAVAILABLE({ reason: 'provider_failed' })
    }
  }

  const provider: ProfileProvider = {
    fetchProfile,
    warmUpRequired: true,
    async warmUp () {
      assertPool(userPoolId)
      await requireSdk('cognitoProfile', load)
    },
    async close () { clients.close() }
  }
  // Without the token there is nothing to ask with.
  return userPoolId === undefined ? markCredentialReader(provider) : Object.freeze(provider)
}

/** When the app boots, all pools are known. */
function assertPool (userPoolId: string | undefined): void {
  if (userPoolId !== undefined && !hasPool(userPoolId)) {
    throw new AUTH_OPTION_INVALID('cognitoProfile.userPoolId must be that of a cognito() of the app: otherwise nobody has a profile')
  }
}

interface Pool { readonly id: string, readonly region: string }

/** The pool that a user is in, when it is one of ours. Its id begins with its region. */
function toPool (issuer: string): Pool | null {
  const id = toPoolId(issuer)
  return id === null ? null : { id, region: id.replace(/_[^_]*$/, '') }
}

function asUser ({ GetUserCommand }: CognitoSdk, { token }: ProviderContext): object {
  if (token === null) {
    throw new AUTH_ENTITLEMENTS_UNAVAILABLE({ reason: 'provider_failed', expected: 'an access token' })
  }
  return new GetUserCommand({ AccessToken: token })
}

/**
 * By the user's name in the pool, which never changes: ID tokens have it under the one name, access tokens under the other. `sub` finds local users only.
 * @see Amazon Cognito API Reference, AdminGetUser, "Username"
 */
function asApp ({ AdminGetUserCommand }: CognitoSdk, userPoolId: string, { subject, claims }: Identity): object {
  const names = [claims['cognito:username'], claims['username'], claims['sub']]
  const name = names.find((name): name is string => typeof name === 'string' && name !== '')
  return new AdminGetUserCommand({ UserPoolId: userPoolId, Username: name ?? subject })
}

/** A name may be given to somebody else once its user has been deleted, while his tokens are still good. */
function isSameUser ({ sub }: Profile, { claims }: Identity): boolean {
  return sub === undefined || sub === claims['sub']
}
