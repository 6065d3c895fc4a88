import type { CognitoActions } from './actions.js'
import type { ActionsSettings } from './actions-options.js'

const kActions = Symbol.for('fastify-gatekeeper.cognito-actions')

/** Whose users actions are for. */
export interface KnownActions {
  readonly userPoolId: string
  readonly clientId: string
  /** Whether a refresh token can be used only together with the name of whose it is: the secret hash is made of it. */
  readonly refreshNeedsUsername: boolean
}

type MarkedSettings = Pick<ActionsSettings, 'userPoolId' | 'clientId' | 'clientSecret' | 'refreshTokenRotation'>

/** Frozen actions that say whose users they are for, whichever installed copy made them. */
export function markActions (actions: CognitoActions, { userPoolId, clientId, clientSecret, refreshTokenRotation }: MarkedSettings): CognitoActions {
  const known: KnownActions = { userPoolId, clientId, refreshNeedsUsername: clientSecret !== null && !refreshTokenRotation }
  return Object.freeze(Object.defineProperty(actions, kActions, { value: Object.freeze(known) }))
}

/** Whose users a value is for; `null` when it is not what `cognitoActions` gave. */
export function knownActionsOf (value: object): KnownActions | null {
  return (value as { readonly [kActions]?: KnownActions })[kActions] ?? null
}
