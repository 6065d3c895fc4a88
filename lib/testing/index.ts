import { refuseProduction } from './refuse-production.js'

refuseProduction(process.env['NODE_ENV'])

export { fakeUser } from './fake-user.js'
export { injectAs } from './inject-as.js'
export { testIssuer } from './test-issuer.js'

export type { FakeUserOptions } from './fake-user.js'
export type { InjectableApp } from './inject-as.js'
export type { TestIssuer, TestTokenOptions } from './test-issuer.js'
