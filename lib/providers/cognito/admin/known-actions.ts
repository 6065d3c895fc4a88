import type { CognitoActions } from './actions.js'

const kActions = Symbol.for('fastify-gatekeeper.cognito-actions')

/** Whose users actions are for. */
export interface KnownActions {
  readonly userPoolId: string
  readonly clientId: string
}

/** Frozen actions that say whose users they are for, whichever installed copy made them. */
export function markActions (actions: CognitoActions, { userPoolId, clientId }: KnownActions): CognitoActions {
  return Object.freeze(Object.defineProperty(actions, kActions, { value: Object.freeze({ userPoolId, clientId }) }))
}

/** Whose users a value is for; `null` when it is not what `cognitoActions` gave. */
export function knownActionsOf (value: object): KnownActions | null {
  return (value as { readonly [kActions]?: KnownActions })[kActions] ?? null
}
