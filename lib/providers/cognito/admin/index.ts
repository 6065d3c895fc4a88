export { cognitoActions } from './cognito-actions.js'
export { cognitoRoutes } from './cognito-routes.js'

export type * from './actions.js'
export type { CognitoActionsOptions } from './actions-options.js'
export type { CognitoRoutesOptions, UserRevocations } from './routes-options.js'
