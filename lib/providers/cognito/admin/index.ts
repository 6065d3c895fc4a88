export { cognitoActions } from './cognito-actions.js'

export type * from './actions.js'
export type { CognitoActionsOptions } from './actions-options.js'
