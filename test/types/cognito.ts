import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { awsCredentials, awsCredentialsProvider, cognito, cognitoFromEnv, cognitoGroups, cognitoGroupsAsRoles, cognitoProfile, cognitoScopesAsPermissions, cognitoUrls, identityPool } from 'fastify-gatekeeper/cognito'

import type { FastifyRequest } from 'fastify'
import type { AuthPluginOptions, GroupsProvider, JwtProvider, ProfileProvider } from 'fastify-gatekeeper'
import type { AwsCredentials, AwsKeys, CognitoClient, CognitoLogin, CognitoOptions, CognitoProfileOptions, CognitoUrls, IdentityPool } from 'fastify-gatekeeper/cognito'

const userPoolId = 'us-east-1_abcdEFGH1'
const options: CognitoOptions = { userPoolId, clientId: ['web', 'mobile'], region: ['us-east-1', 'us-west-2'], audience: 'https://api.example' }
const staff: JwtProvider = cognito(options)
const partners: JwtProvider = cognito({ userPoolId: 'eu-west-1_abcdEFGH2', clientId: null, tokenUse: 'id', claims: { name: 'email' }, warmUp: 'required' })
const fromEnv: JwtProvider = cognitoFromEnv({ USER_POOL_ID: userPoolId }, { clientId: null })
const groups: GroupsProvider = cognitoGroups({ groupsClaim: 'custom:teams', promoteSingleScope: false })

export const everything: AuthPluginOptions = {
  jwtProvider: [staff, partners, fromEnv],
  groupsProvider: groups,
  rolesProvider: cognitoGroupsAsRoles(),
  permissionsProvider: cognitoScopesAsPermissions()
}

export function toLogin (login: CognitoLogin): readonly string[] {
  const urls: CognitoUrls = cognitoUrls({ domain: 'books', region: 'us-east-1', clientId: 'web', redirectUri: 'https://app.example/callback' })
  return [urls.login(login), urls.logout(), urls.token]
}

const keys: AwsKeys = { accessKeyId: 'id', secretAccessKey: 'key' }
const client: CognitoClient = new CognitoIdentityProviderClient({ region: 'us-east-1' })
const asApp: CognitoProfileOptions = { userPoolId, credentials: async () => keys }
export const profiles: readonly ProfileProvider[] = [cognitoProfile(), cognitoProfile({ endpoint: 'http://localhost:9229' }), cognitoProfile(asApp), cognitoProfile({ client })]

const identities: IdentityPool = identityPool({ identityPoolId: 'us-east-1:aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee', userPool: partners, endpoint: 'http://localhost:9229' })

export async function asUser (request: FastifyRequest): Promise<CognitoIdentityProviderClient> {
  const credentials: AwsCredentials = await awsCredentials(request)
  const once = new CognitoIdentityProviderClient({ region: 'us-east-1', credentials })
  once.destroy()
  await identities.clear(request.user ?? undefined)
  return new CognitoIdentityProviderClient({ region: 'us-east-1', credentials: awsCredentialsProvider(request) })
}

// What must not compile.

// @ts-expect-error the user pool is a provider
identityPool({ identityPoolId: 'us-east-1:aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee', userPool: userPoolId })

// @ts-expect-error the client is always said
cognito({ userPoolId })
// @ts-expect-error the pool is always said
cognito({ clientId: 'web' })
// @ts-expect-error no audience is no option
cognito({ userPoolId, clientId: 'web', audience: null })
// @ts-expect-error no such option
cognito({ userPoolId, clientId: 'web', verify: false })
// @ts-expect-error no login without a nonce
cognitoUrls({ domain: 'auth.example', clientId: 'web', redirectUri: 'https://app.example/' }).login({ state: 's', codeChallenge: 'c' })
// @ts-expect-error roles are no groups
export const mistaken: AuthPluginOptions = { jwtProvider: staff, groupsProvider: cognitoGroupsAsRoles() }
// @ts-expect-error no such option
cognitoProfile({ region: 'us-east-1' })
