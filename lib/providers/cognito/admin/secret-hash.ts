import { createHmac } from 'node:crypto'

import type { ActionsSettings } from './actions-options.js'

/**
 * What shows, beside a username, that a client knows its secret; `null` for clients without one.
 * @see Amazon Cognito Developer Guide, "Computing secret hash values"
 */
export function toSecretHash ({ clientId, clientSecret }: ActionsSettings, username: string): string | null {
  return clientSecret === null ? null : createHmac('sha256', clientSecret).update(username + clientId).digest('base64')
}
