import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'

import { AwsFailure } from '../../fixtures/aws-json-service.js'
import { startUserPool } from '../../fixtures/user-pool-service.js'
import { cognitoActions } from '../../../lib/providers/cognito/admin/index.js'

import type { Test } from 'tap'
import type { Options, Row } from './row.js'
import type { UserPoolScene } from '../../fixtures/user-pool-service.js'
import type { CognitoActions, CognitoActionsOptions } from '../../../lib/providers/cognito/admin/index.js'

/** The pool that is meant, whose address nobody knows beforehand; and a place where there is none. */
const HERE = 'https://here.example'
const NOWHERE = 'http://127.0.0.1:1'

const CREDENTIALS = { accessKeyId: 'AKIAEXAMPLE000000001', secretAccessKey: 'secret-key-of-the-app-0123456789abcdef' }

type Look = (actions: CognitoActions, pool: UserPoolScene) => Promise<unknown>

/** Gives what `look` sees of actions on a pool where Jane is, or the code that stopped it. */
function at (look: Look, settings: Parameters<typeof startUserPool>[1] = {}): Row['observe'] {
  return async function observe (options: Options, t: Test) {
    const pool = await startUserPool(t, settings)
    pool.users.add('jane', { password: 'Password-of-jane-1' })
    const toAddress = (place: unknown): string => place === HERE ? pool.service.url : String(place)
    const { endpoint, client, ...others } = options
    const own = new CognitoIdentityProviderClient({ region: 'us-east-1', endpoint: toAddress(client), credentials: CREDENTIALS })
    t.teardown(() => { own.destroy() })
    const given = { ...others, ...endpoint !== undefined && { endpoint: toAddress(endpoint) }, ...client !== undefined && { client: own } }
    try {
      const actions = cognitoActions(given as unknown as CognitoActionsOptions)
      t.teardown(() => { actions.close() })
      return await look(actions, pool)
    } catch (error) {
      return (error as { readonly code: string }).code
    }
  }
}

const logIn = async (actions: CognitoActions) => {
  const result = await actions.logIn({ username: 'jane', password: 'Password-of-jane-1' })
  if (result.kind === 'challenge') throw new Error('there is no challenge')
  return result
}
const kind: Look = async actions => (await logIn(actions)).kind
const groups: Look = async actions => (await actions.fetchUser(await logIn(actions))).groups
const setup: Look = async actions => (await actions.setUpTotp(await logIn(actions))).uri.replace(/\?.*/, '')
const operation: Look = async (actions, pool) => {
  await actions.refresh({ refreshToken: (await logIn(actions)).refreshToken as string })
  return pool.operations().at(-1)
}

/** The first answer comes late, and is an outage. */
const slow: Look = async (actions, pool) => {
  let times = 0
  pool.before = async () => {
    if (times++ > 0) return
    await new Promise(resolve => setTimeout(resolve, 500))
    throw new AwsFailure('InternalErrorException', 'no', 500)
  }
  return await kind(actions, pool)
}

const POOL = 'us-east-1_EXAMPLE11'
const base = { userPoolId: POOL, clientId: '1example23456789', endpoint: HERE, credentials: CREDENTIALS }
const { endpoint: _none, credentials: _neither, ...bare } = base
const FAULT = 'AUTH_PROVIDER_UNAVAILABLE'

export const cognitoActionsRows: readonly Row[] = [
  { option: 'userPoolId', beside: base, observe: at(groups), instead: 'us-east-1_ANOTHER', value: POOL, without: FAULT, with: [] },
  { option: 'clientId', beside: base, observe: at(kind), instead: 'another', value: base.clientId, without: FAULT, with: 'tokens' },
  { option: 'clientSecret', beside: base, observe: at(kind, { clientSecret: 'secret' }), value: 'secret', without: FAULT, with: 'tokens' },
  { option: 'region', beside: { ...base, userPoolId: 'local_1' }, observe: at(kind, { userPoolId: 'local_1' }), value: 'us-east-1', without: 'AUTH_OPTION_INVALID', with: 'tokens' },
  { option: 'endpoint', beside: base, observe: at(kind), instead: NOWHERE, value: HERE, without: FAULT, with: 'tokens' },
  { option: 'credentials', beside: base, observe: at(groups), instead: { ...CREDENTIALS, accessKeyId: 'AKIAANOTHER' }, value: CREDENTIALS, without: FAULT, with: [] },
  { option: 'client', beside: bare, observe: at(kind), instead: NOWHERE, value: HERE, without: FAULT, with: 'tokens' },
  { option: 'totpIssuer', beside: base, observe: at(setup), value: 'Books', without: `otpauth://totp/${POOL}:jane`, with: 'otpauth://totp/Books:jane' },
  { option: 'preventUserExistenceErrors', beside: base, observe: at(async actions => (await actions.forgotPassword({ username: 'jane' })).destination), value: true, without: null, with: 'j***@e***' },
  { option: 'refreshTokenRotation', beside: base, observe: at(operation), value: true, without: 'InitiateAuth', with: 'GetTokensFromRefreshToken' },
  { option: 'timeoutMs', beside: base, observe: at(slow), value: 50, without: 'tokens', with: FAULT }
]
