import { createHmac } from 'node:crypto'

import { namesFrom, sessionTokens } from '../../examples/custom-provider.js'
import { startIssuer } from '../fixtures/counting-issuer.js'
import { createIdentity } from '../fixtures/create-identity.js'
import { handIssuer } from '../fixtures/hand-issuer.js'
import { startVendor, vendors } from '../fixtures/vendors.js'
import { proveJwtProvider } from './jwt-provider.js'
import { proveNamesProvider } from './names-provider.js'
import { jwt } from '../../lib/providers/jwt/index.js'
import { oidc } from '../../lib/providers/oidc/index.js'

import type { Test } from 'tap'
import type { CountingIssuer } from '../fixtures/counting-issuer.js'
import type { Vendor } from '../fixtures/vendors.js'
import type { Identity, JwtProvider } from '../../lib/index.js'
import type { JwtProviderSubject } from './jwt-provider.js'

const SECRET = 'thirty-two bytes are not too few'

/** A provider of tokens of an issuer that publishes its keys. */
function published (create: (issuer: CountingIssuer) => JwtProvider): (t: Test) => Promise<JwtProviderSubject> {
  return async function createSubject (t) {
    const issuer = await startIssuer(t)
    const provider = create(issuer)
    t.teardown(() => provider.close?.())
    const forger = await startIssuer(t)
    return { provider, token: claims => issuer.token(claims), forgedToken: claims => forger.token({ iss: issuer.url, ...claims }) }
  }
}

/** A preset, with tokens as its product makes them. */
function preset (vendor: Vendor): (t: Test) => Promise<JwtProviderSubject> {
  return async function createSubject (t) {
    const issuer = await startVendor(t, vendor)
    const provider = vendor.create({ issuer: issuer.url, audience: 'api' })
    t.teardown(() => provider.close?.())
    const forger = await startVendor(t, vendor)
    // People at Okta are known by `uid`.
    return { provider, token: claims => issuer.token({ uid: claims?.['sub'] ?? 'alice', ...claims }), forgedToken: claims => forger.token({ iss: issuer.url, ...claims }) }
  }
}

function byHand (isLate: boolean): () => JwtProviderSubject {
  return function createSubject () {
    const issuer = handIssuer()
    return { provider: isLate ? issuer.promisingProvider() : issuer.provider(), token: issuer.token, forgedToken: handIssuer().token }
  }
}

const encoder = new TextEncoder()

function withSecret (issuer: string, audience: string, provider: JwtProvider): JwtProviderSubject {
  const sign = (secret: string) => function token (claims: object = {}): string {
    const now = Math.floor(Date.now() / 1000)
    const [head, payload] = [{ alg: 'HS256' }, { iss: issuer, sub: 'alice', aud: audience, iat: now, exp: now + 300, ...claims }].map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
    return `${head}.${payload}.${createHmac('sha256', secret).update(`${head}.${payload}`).digest('base64url')}`
  }
  return { provider, token: sign(SECRET), forgedToken: sign(`not ${SECRET}`) }
}

proveJwtProvider('a provider by hand that answers at once', byHand(false))
proveJwtProvider('a provider by hand that answers later', byHand(true))
proveJwtProvider('jwt with jwks', published(({ url, key }) => jwt({ issuer: url, audience: 'api', jwks: { keys: [key.jwk] } })))
proveJwtProvider('jwt with publicKey', published(({ url, key }) => jwt({ issuer: [url, 'https://alias.example'], audience: 'api', publicKey: key.jwk })))
proveJwtProvider('jwt with jwksUri', published(({ url, jwksUri }) => jwt({ issuer: url, audience: 'api', jwksUri })))
proveJwtProvider('jwt with secret', () => withSecret('https://issuer.example', 'api', jwt({ issuer: 'https://issuer.example', audience: 'api', secret: SECRET })))
proveJwtProvider("the example's provider", () => withSecret('urn:example:sessions', 'office', sessionTokens(encoder.encode(SECRET))))
proveJwtProvider('oidc', published(({ url }) => oidc({ issuer: url, audience: 'api' })))
for (const [name, vendor] of Object.entries(vendors)) proveJwtProvider(name, preset(vendor))

/** Names as an app may keep them: by issuer and subject. */
class Directory {
  readonly #names = new Map([['https://issuer.example alice', ['editor', 'admin']]])

  fetchGroups ({ issuer, subject }: Identity): readonly string[] {
    return this.#names.get(`${issuer} ${subject}`) ?? []
  }

  async fetchRoles (identity: Identity): Promise<readonly string[]> {
    return this.fetchGroups(identity)
  }
}

const directory = new Directory()
const [alice, bob] = [createIdentity(), createIdentity({ subject: 'bob' })]

proveNamesProvider('a directory by hand that answers at once', { kind: 'groups', fetch: identity => directory.fetchGroups(identity), known: [alice, ['editor', 'admin']], unknown: bob })
proveNamesProvider('a directory by hand that answers later', { kind: 'roles', fetch: identity => directory.fetchRoles(identity), known: [alice, ['editor', 'admin']], unknown: bob })

const shown = namesFrom({ find: async id => id === 'alice' ? { groups: ['staff'], roles: ['analyst'], permissions: ['user.*'], profile: {} } : null })
const issuer = 'urn:example:sessions'
const [shownAlice, shownBob] = [createIdentity({ issuer }), createIdentity({ subject: 'bob', issuer })]
proveNamesProvider("the example's groups", { kind: 'groups', fetch: (...asked) => shown.groupsProvider.fetchGroups(...asked), known: [shownAlice, ['staff']], unknown: shownBob })
proveNamesProvider("the example's roles", { kind: 'roles', fetch: (...asked) => shown.rolesProvider.fetchRoles(...asked), known: [shownAlice, ['analyst']], unknown: shownBob })
proveNamesProvider("the example's permissions", { kind: 'permissions', fetch: (...asked) => shown.permissionsProvider.fetchPermissions(...asked), known: [shownAlice, ['user.*']], unknown: shownBob })
