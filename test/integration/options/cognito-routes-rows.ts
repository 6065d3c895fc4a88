import { ALICE, OWN_PAGE, cookieOf, openAccountRoutes } from '../../fixtures/open-account-routes.js'
import { cognitoActions } from '../../../lib/providers/cognito/admin/index.js'
import { memoryStore } from '../../../lib/sources/cache/index.js'
import { memoryRevocations } from '../../../lib/index.js'

import type { Test } from 'tap'
import type { Options, Row } from './row.js'
import type { RoutesScene } from '../../fixtures/open-account-routes.js'

type Look = (scene: RoutesScene, options: Options) => Promise<unknown>

const revocation = memoryRevocations({ clockToleranceSeconds: 0 })

/** Gives what `look` sees of an app with these options, or the code that stopped its boot. */
function at (look: Look): Row['observe'] {
  return async function observe (options: Options, t: Test) {
    try {
      return await look(await openAccountRoutes(t, { routes: { failureLimit: { max: 10 }, revocations: undefined, ...options }, gate: { revocation } }), options)
    } catch (error) {
      return (error as { readonly code: string }).code
    }
  }
}

/** Actions on a pool of their own, which asks everybody the same. */
function asking (challenge: string) {
  const send = async () => ({ ChallengeName: challenge, Session: 'a'.repeat(20), ChallengeParameters: {} })
  return cognitoActions({ userPoolId: 'us-east-1_EXAMPLE11', clientId: '1example23456789', client: { send } })
}

const logIn = (read: (response: Awaited<ReturnType<RoutesScene['post']>>) => unknown, headers: Readonly<Record<string, string>> = OWN_PAGE) => at(async ({ post }) => read(await post('/login', ALICE, { headers })))
const guess = (times: number, read: 'statusCode' | 'retry-after') => at(async ({ post }) => {
  for (let index = 1; index < times; index++) await post('/login', { ...ALICE, password: 'wrong' })
  const { statusCode, headers } = await post('/login', ALICE)
  return read === 'statusCode' ? statusCode : Number(headers['retry-after']) > 300
})

/** What is counted in one app, and read in the next. */
const guessElsewhere: Row['observe'] = async (options, t) => {
  await guess(11, 'statusCode')(options, t)
  return await guess(1, 'statusCode')(options, t)
}

const logOut = at(async ({ get, post }) => {
  const { accessToken: token } = (await post('/login', ALICE)).json()
  await post('/logout', undefined, { token })
  return (await get('/mine', { token })).statusCode
})

const inCookies = { tokens: 'cookies' }

export const cognitoRoutesRows: readonly Row[] = [
  { option: 'actions', observe: logIn(response => response.json().challenge), value: asking('SMS_MFA'), instead: asking('EMAIL_OTP'), without: 'EMAIL_OTP', with: 'SMS_MFA' },
  { option: 'tokens', observe: logIn(response => 'accessToken' in response.json()), value: 'cookies', without: true, with: false },
  { option: 'failureLimit', beside: { failureLimit: undefined }, observe: guess(1, 'statusCode'), value: {}, without: 'AUTH_OPTION_INVALID', with: 200 },
  { option: 'failureLimit.max', observe: guess(2, 'statusCode'), value: { max: 1 }, without: 200, with: 429 },
  { option: 'failureLimit.windowSeconds', observe: guess(11, 'retry-after'), value: { windowSeconds: 3_000 }, without: false, with: true },
  { option: 'failureLimit.store', observe: guessElsewhere, value: { store: memoryStore() }, without: 200, with: 429 },
  { option: 'trustedOrigins', beside: inCookies, observe: logIn(response => response.statusCode, { origin: 'https://shop.example.com' }), value: ['https://shop.example.com'], without: 403, with: 200 },
  { option: 'refreshTokenSeconds', beside: inCookies, observe: logIn(response => /Max-Age=(\d+)/.exec(cookieOf(response, '__Host-refresh_token')?.attributes ?? '')?.[1]), value: 3_600, without: '2592000', with: '3600' },
  { option: 'revocations', observe: logOut, value: revocation, without: 200, with: 401 }
]
