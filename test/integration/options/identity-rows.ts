import { startPool } from '../../fixtures/cognito-pool.js'
import { bearer } from '../../fixtures/hand-issuer.js'
import { IDENTITY_POOL_ID, startIdentityService } from '../../fixtures/identity-service.js'
import { openApp } from '../../fixtures/open-app.js'
import { awsCredentials, cognito, identityPool } from '../../../lib/providers/cognito/index.js'

import type { Test } from 'tap'
import type { Options, Row } from './row.js'
import type { IdentityScene } from '../../fixtures/identity-service.js'
import type { IdentityPoolOptions } from '../../../lib/providers/cognito/index.js'

const OURS = 'us-east-1_EXAMPLE11'
const NAME = `cognito-idp.us-east-1.amazonaws.com/${OURS}`

/** What a look has at hand. `send` asks for credentials of a user, and gives the status. */
interface Look { readonly scene: IdentityScene, readonly send: (sub: string) => Promise<number> }

/** The service that is meant, whose address nobody knows beforehand. */
const HERE = 'https://here.example'

interface Place { readonly identityPoolId?: string, readonly providerName?: string }

/** Sends requests of users of one pool to an app with two, one of which has an identity pool. Gives what `look` sees, or the code that stops the boot. */
function at (look: (at: Look) => Promise<unknown>, { identityPoolId = IDENTITY_POOL_ID, providerName = NAME }: Place = {}): Row['observe'] {
  return async function observe (options: Options, t: Test) {
    const [ours, other] = [await startPool(t, { userPoolId: OURS }), await startPool(t, { userPoolId: 'us-east-1_EXAMPLE22' })]
    const scene = await startIdentityService(t, { identityPoolId, providerName })
    const [userPool, otherPool] = [ours, other].map(pool => cognito(pool.options({ tokenUse: 'id' as const })))
    const [given, endpoint] = [options['userPool'] === 'another' ? otherPool : userPool, options['endpoint'] === HERE ? scene.service.url : options['endpoint']]
    try {
      identityPool({ ...options, userPool: given, endpoint } as unknown as IdentityPoolOptions)
    } catch (error) {
      return (error as { readonly code: string }).code
    }
    const app = await openApp(t, { jwtProvider: [userPool, otherPool] }, app => {
      app.get('/', async request => (await awsCredentials(request)).identityId)
    })
    const tokens = new Map(['jane', 'john'].map(sub => [sub, ours.id({ sub })]))
    return await look({ scene, send: async sub => (await app.inject({ url: '/', headers: bearer(tokens.get(sub) as string) })).statusCode })
  }
}

const base = { identityPoolId: IDENTITY_POOL_ID, userPool: 'ours', endpoint: HERE }
const status = at(async ({ send }) => await send('jane'))

const exchanges = at(async ({ scene, send }) => {
  for (const sub of ['jane', 'john', 'jane']) await send(sub)
  return scene.given.length
})

/** The first answer comes late, and is an outage. */
const slow = at(async ({ scene, send }) => {
  scene.service.misbehave = response => {
    scene.service.misbehave = null
    setTimeout(() => { response.writeHead(500).end() }, 500)
  }
  return await send('jane')
})

export const identityRows: readonly Row[] = [
  { option: 'identityPoolId', beside: base, observe: status, instead: 'us-east-1:another', value: IDENTITY_POOL_ID, without: 503, with: 200 },
  { option: 'userPool', beside: base, observe: status, instead: 'another', value: 'ours', without: 403, with: 200 },
  { option: 'region', beside: { ...base, identityPoolId: 'local:1' }, observe: at(async ({ send }) => await send('jane'), { identityPoolId: 'local:1' }), value: 'us-east-1', without: 'AUTH_OPTION_INVALID', with: 200 },
  { option: 'endpoint', beside: base, observe: status, instead: 'http://127.0.0.1:1', value: HERE, without: 503, with: 200 },
  { option: 'providerName', beside: base, observe: at(async ({ send }) => await send('jane'), { providerName: 'emulated/pool' }), value: 'emulated/pool', without: 403, with: 200 },
  { option: 'max', beside: base, observe: exchanges, value: 1, without: 2, with: 3 },
  { option: 'timeoutMs', beside: base, observe: slow, value: 50, without: 200, with: 503 }
]
