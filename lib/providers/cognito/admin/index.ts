export type * from './actions.js'
