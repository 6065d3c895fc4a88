import { ask, status } from './factory.js'
import { discoveringRows } from './oidc-rows.js'
import { vendors } from '../../fixtures/vendors.js'

import type { Factory, FactoryDialect, Seen } from './factory.js'
import type { Options, Row } from './row.js'
import type { CountingIssuer } from '../../fixtures/counting-issuer.js'

type Name = keyof typeof vendors

const NONE = null

/** What each preset reads elsewhere, and what its ID tokens look like. */
const DIALECTS: Readonly<Record<Name, FactoryDialect>> = {
  auth0: { usual: { clientId: { azp: 'usual' }, groups: NONE, roles: NONE }, idToken: vendors.auth0.idClaims },
  okta: { usual: { clientId: { cid: 'usual' }, scopes: { scp: ['usual'] }, roles: NONE, permissions: NONE }, idToken: vendors.okta.idClaims, kind: 'human' },
  keycloak: { usual: { clientId: { azp: 'usual' }, roles: { realm_access: { roles: ['usual'] } }, permissions: NONE }, idToken: vendors.keycloak.idClaims },
  google: { usual: { clientId: { azp: 'usual' }, scopes: NONE, groups: NONE, roles: NONE, permissions: NONE }, kind: 'human' },
  authentik: { usual: { clientId: { azp: 'usual' }, permissions: NONE }, idToken: vendors.authentik.idClaims }
}

export function auth0Rows (issuer: CountingIssuer): readonly Row[] {
  const factory = factoryOf('auth0', issuer)
  const at = ask(factory, () => issuer.token({ org_id: 'org_1' }), status)
  return [...discoveringRows(factory), { option: 'organization', beside: factory.base, observe: at, value: 'org_2', without: 200, with: 401 }]
}

export function oktaRows (issuer: CountingIssuer): readonly Row[] {
  return discoveringRows(factoryOf('okta', issuer))
}

export function keycloakRows (issuer: CountingIssuer): readonly Row[] {
  const factory = factoryOf('keycloak', issuer)
  const token = () => issuer.token({ resource_access: { 'books-api': { roles: ['editor'] } } })
  const observe = ask(factory, token, ({ user }: Seen) => user['roles'])
  return [...discoveringRows(factory), { option: 'client', beside: factory.base, observe, value: 'books-api', without: [], with: ['books-api:editor'] }]
}

export function googleRows (issuer: CountingIssuer): readonly Row[] {
  // Tokens of these rows say in `azp` what the rows want them to say: they are an account's.
  const factory = factoryOf('google', issuer, { serviceAccounts: 'alice' })
  const beside = { issuer: issuer.url, audience: 'api' }
  const ofDomain = ask(factory, () => issuer.token({ hd: 'example.com' }), status)
  const ofAccount = ask(factory, () => issuer.token({ azp: 'alice' }), status)
  return [
    ...discoveringRows(factory).filter(({ option }) => option !== 'tokenUse' && option !== 'typ'),
    { option: 'hostedDomain', beside, observe: ofDomain, value: 'example.org', without: 200, with: 401 },
    { option: 'serviceAccounts', beside, observe: ofAccount, value: ['alice'], without: 401, with: 200 }
  ]
}

export function authentikRows (issuer: CountingIssuer): readonly Row[] {
  return discoveringRows(factoryOf('authentik', issuer))
}

function factoryOf (name: Name, issuer: CountingIssuer, more: Options = {}): Factory {
  return { name, create: vendors[name].create, issuer, base: { issuer: issuer.url, audience: 'api', ...more }, dialect: DIALECTS[name] }
}
