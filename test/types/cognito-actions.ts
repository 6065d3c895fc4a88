import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { cognitoActions } from 'fastify-gatekeeper/cognito/admin'

import type { FastifyRequest } from 'fastify'
import type { ActionContext, Challenge, CognitoActions, CognitoActionsOptions, CognitoUser, Delivery, LoginResult, Tokens, TotpSetup } from 'fastify-gatekeeper/cognito/admin'

const pool = { userPoolId: 'us-east-1_abcdEFGH1', clientId: 'web' }
const options: CognitoActionsOptions = { ...pool, clientSecret: 'secret', totpIssuer: 'Books', refreshTokenRotation: true, timeoutMs: 1000, credentials: async () => ({ accessKeyId: 'id', secretAccessKey: 'key' }) }
const actions: CognitoActions = cognitoActions(options)
export const withClient: CognitoActions = cognitoActions({ ...pool, client: new CognitoIdentityProviderClient({ region: 'us-east-1' }) })

export async function logIn ({ ip, log }: FastifyRequest): Promise<Tokens> {
  const context: ActionContext = { ipAddress: ip, log }
  let result: LoginResult = await actions.logIn({ username: 'alice', password: 'secret' }, context)
  while (result.kind === 'challenge') {
    const challenge: Challenge = result
    result = await actions.respondToChallenge({ ...challenge, answer: '123456', answers: { 'userAttributes.name': 'Alice' } }, context)
  }
  return result
}

export async function use ({ accessToken, refreshToken, username }: Tokens): Promise<readonly [CognitoUser, Delivery, TotpSetup]> {
  await actions.refresh({ refreshToken: refreshToken ?? '', ...username !== null && { username } })
  await actions.verifyTotp({ accessToken, code: '123456', deviceName: 'phone' })
  const user = await actions.fetchUser({ accessToken })
  return [user, await actions.forgotPassword({ username: user.username }), await actions.setUpTotp({ session: 'session', account: user.email ?? user.id })]
}

// What must not compile.

// @ts-expect-error the client is always said, and it is one
cognitoActions({ userPoolId: 'us-east-1_abcdEFGH1', clientId: ['web', 'mobile'] })
// @ts-expect-error no such option
cognitoActions({ ...pool, domain: 'auth.example' })
// @ts-expect-error a challenge has no tokens
export const token: Promise<string> = actions.logIn({ username: 'alice', password: 'secret' }).then(result => result.accessToken)
// @ts-expect-error a password is needed
actions.logIn({ username: 'alice' }).catch(() => {})
// @ts-expect-error codes are texts: some begin with 0
actions.disableTotp({ accessToken: 'token', code: 123456 }).catch(() => {})
