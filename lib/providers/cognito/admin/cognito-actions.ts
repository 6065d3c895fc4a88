import { createAccountActions } from './account-actions.js'
import { resolveActionsOptions } from './actions-options.js'
import { createLoginActions } from './login-actions.js'
import { markActions } from './known-actions.js'
import { loadPoolSdk } from './pool-sdk.js'
import { PoolService } from './pool-service.js'
import { createTotpActions } from './totp-actions.js'

import type { CognitoActions } from './actions.js'
import type { CognitoActionsOptions } from './actions-options.js'
import type { PoolSdk } from './pool-sdk.js'

/**
 * What users of an Amazon Cognito user pool do with their accounts: signing in and out, passwords, authenticator apps. `cognitoRoutes` makes routes of it.
 *
 * Costs nothing until an action is called; then one call each, but for `fetchUser`, `verifyTotp` and `disableTotp`, which make two or more. The AWS SDK, which
 * makes them, is a package of its own: install `@aws-sdk/client-cognito-identity-provider`. Only `fetchUser` needs credentials of the app.
 *
 * @throws {AUTH_OPTION_INVALID} when an option is unknown or wrong
 * @see Amazon Cognito Developer Guide, "Authentication with Amazon Cognito user pools"; Amazon Cognito API Reference
 * @example const actions = cognitoActions({ userPoolId: 'us-east-1_abcdEFGH1', clientId: '3n4b5urk1ft4fl3mg5e62d9ado' })
 */
export function cognitoActions (options: CognitoActionsOptions): CognitoActions {
  return createCognitoActions(options, loadPoolSdk)
}

/** {@link cognitoActions}, for those who load the package in a way of their own. */
export function createCognitoActions (options: unknown, load: () => Promise<PoolSdk>): CognitoActions {
  const settings = resolveActionsOptions(options)
  const service = new PoolService(settings, load)
  return markActions({
    ...createLoginActions(settings, service),
    ...createAccountActions(settings, service),
    ...createTotpActions(settings, service),
    async warmUp () { await service.warmUp() },
    close () { service.close() }
  }, settings)
}
