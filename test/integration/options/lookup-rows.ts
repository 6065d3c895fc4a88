import { startAwsService } from '../../fixtures/aws-json-service.js'
import { createIdentity } from '../../fixtures/create-identity.js'
import { ABE, CLIENT, TENANT } from '../../fixtures/entra-directory.js'
import { startGraph } from '../../fixtures/graph-service.js'
import { bearer, handIssuer } from '../../fixtures/hand-issuer.js'
import { openApp } from '../../fixtures/open-app.js'
import { createContext } from '../../fixtures/provider-context.js'
import { cognito, cognitoProfile } from '../../../lib/providers/cognito/index.js'
import { entraGraphGroups } from '../../../lib/providers/entra/index.js'

import type { Test } from 'tap'
import type { AwsJsonService } from '../../fixtures/aws-json-service.js'
import type { GraphCall, GraphService } from '../../fixtures/graph-service.js'
import type { Options, Row } from './row.js'
import type { EntraGraphGroupsOptions } from '../../../lib/providers/entra/index.js'
import type { Identity, OwnProviders } from '../../../lib/index.js'

type Answer = NonNullable<GraphService['misbehave']>

const GROUP = 'fee2c45b-915a-4a64-b130-f4eb9e75525e'
const V2 = `https://login.microsoftonline.com/${TENANT}/v2.0`
const SECRET = { clientId: CLIENT, clientSecret: 'the secret' }
const POOL = 'us-east-1_EXAMPLE11'
const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'the secret' }

/** Sends a request of a user to an app with such a provider of names: what it sees of the user, or else the status. */
async function see (t: Test, providers: OwnProviders, { issuer, ...members }: Partial<Identity>, read: 'groups' | 'profile'): Promise<unknown> {
  const user = handIssuer(issuer)
  const identity = createIdentity({ ...issuer !== undefined && { issuer }, ...members })
  const app = await openApp(t, { jwtProvider: user.provider({ verify: () => identity }), ...providers }, app => {
    app.get('/', async ({ user }) => ({ seen: await user?.[read]() }))
  })
  const answer = await app.inject({ url: '/', headers: bearer(user.token()) })
  return answer.statusCode === 200 ? answer.json().seen : answer.statusCode
}

interface GraphLook {
  readonly identity?: Partial<Identity>
  readonly misbehave?: Answer
  /** What is looked at, beside the groups that the user has. */
  readonly at?: (calls: readonly GraphCall[], groups: unknown) => unknown
}

/** Shows what becomes of a request whose groups have to be asked for, at a Graph of its own. */
function graph ({ identity = {}, misbehave, at = (_calls, groups) => groups }: GraphLook): Row['observe'] {
  return async function observe (options, t) {
    const service = await startGraph(t)
    service.groups.set(`users/${ABE}`, [GROUP])
    service.misbehave = misbehave ?? null
    try {
      const groupsProvider = entraGraphGroups({ fetch: service.fetch, ...options } as EntraGraphGroupsOptions)
      const groups = await see(t, { groupsProvider }, { issuer: V2, claims: { oid: ABE }, groups: 'unknown', ...identity }, 'groups')
      return at(service.calls, groups)
    } catch (error) {
      return (error as { readonly code: string }).code
    }
  }
}

const formOf = (name: string) => graph({ at: ([call]) => new URLSearchParams(call?.body).get(name) })
const answerLate: Answer = (_call, response) => { setTimeout(() => { response.setHeader('content-type', 'application/json').end('{"value":[]}') }, 50) }
const answerMuch: Answer = (_call, response) => { response.setHeader('content-type', 'application/json').end(JSON.stringify({ value: [], padding: 'x'.repeat(2_000) })) }

export const graphRows: readonly Row[] = [
  { option: 'clientId', beside: { clientSecret: 'the secret' }, observe: formOf('client_id'), value: CLIENT, instead: TENANT, without: TENANT, with: CLIENT },
  { option: 'clientSecret', beside: { clientId: CLIENT }, observe: formOf('client_secret'), value: 'the secret', instead: 'another', without: 'another', with: 'the secret' },
  { option: 'accessToken', observe: graph({ at: ([call]) => call?.headers.authorization }), value: () => 'given', instead: () => 'other', without: 'Bearer other', with: 'Bearer given' },
  { option: 'cloud', beside: SECRET, observe: graph({}), value: 'china', without: [GROUP], with: [] },
  { option: 'securityEnabledOnly', beside: SECRET, observe: graph({ at: calls => calls.at(-1)?.body }), value: true, without: '{"securityEnabledOnly":false}', with: '{"securityEnabledOnly":true}' },
  { option: 'when', beside: SECRET, observe: graph({ identity: { groups: ['carried'] } }), value: 'always', without: ['carried'], with: [GROUP] },
  { option: 'timeoutMs', beside: { accessToken: () => 'given' }, observe: graph({ misbehave: answerLate }), value: 1, without: [], with: 503 },
  { option: 'maxBytes', beside: SECRET, observe: graph({ misbehave: answerMuch }), value: 1_024, without: [], with: 503 },
  { option: 'fetch', beside: { accessToken: () => 'given' }, observe: graph({}), value: async () => Response.json({ value: [] }), without: [GROUP], with: [] }
]

/** Shows what a service on this machine is asked, for a user of a pool whose profile is read. */
function profile (at: (service: AwsJsonService, seen: unknown) => unknown): Row['observe'] {
  return async function observe (options: Options, t) {
    cognito({ userPoolId: POOL, clientId: 'app' })
    const answer = () => ({ Username: 'jane', UserAttributes: [{ Name: 'email', Value: 'jane@example.com' }] })
    const service = await startAwsService(t, { GetUser: answer, AdminGetUser: answer })
    const provider = cognitoProfile({ ...options['client'] === undefined && { endpoint: service.url }, ...options })
    const identity = createIdentity({ issuer: `https://cognito-idp.us-east-1.amazonaws.com/${POOL}`, claims: { sub: 'alice', username: 'jane' } })
    t.teardown(() => provider.close?.())
    try {
      return at(service, await provider.fetchProfile(identity, { ...createContext(), token: 'token' }))
    } catch (error) {
      return (error as { readonly code: string }).code
    }
  }
}

const signer = profile(({ calls: [call] }) => /Credential=(\w+)/.exec(call?.headers.authorization ?? '')?.[1] ?? null)

export const profileRows: readonly Row[] = [
  { option: 'userPoolId', observe: profile((_service, seen) => Object.keys(seen as object)), value: 'us-east-1_another', without: ['email'], with: [] },
  { option: 'credentials', beside: { userPoolId: POOL }, observe: signer, instead: { ...KEYS, accessKeyId: 'AKIDOTHER' }, value: KEYS, without: 'AKIDOTHER', with: 'AKIDEXAMPLE' },
  { option: 'endpoint', observe: profile((_service, seen) => ({ ...seen as object })), value: 'http://127.0.0.1:1', without: { email: 'jane@example.com' }, with: 'AUTH_ENTITLEMENTS_UNAVAILABLE' },
  { option: 'client', observe: profile((_service, seen) => ({ ...seen as object })), value: { send: async () => ({ UserAttributes: [{ Name: 'name', Value: 'Jane' }] }) }, without: { email: 'jane@example.com' }, with: { name: 'Jane' } }
]
