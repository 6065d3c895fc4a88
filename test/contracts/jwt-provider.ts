import t from 'tap'

import { bearer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { createContext } from '../fixtures/provider-context.js'
import { isAuthError } from '../../lib/index.js'
import { isProvidedIdentity } from '../../lib/user/seal-identity.js'

import type { Test } from 'tap'
import type { AuthError, JwtProvider, ProvidedIdentity } from '../../lib/index.js'

type Claims = Readonly<Record<string, unknown>>

/** A provider, and tokens to try it with. */
export interface JwtProviderSubject {
  readonly provider: JwtProvider
  /** A token that the provider accepts: of its first issuer, for alice, good for some minutes. `claims` are beside or instead of those. */
  readonly token: (claims?: Claims) => string
  /** The same, signed with a key that the provider does not know. */
  readonly forgedToken: (claims?: Claims) => string
}

const NAMES = ['groups', 'roles', 'permissions'] as const

/** What every JwtProvider has to do, whoever wrote it. */
export function proveJwtProvider (name: string, create: (t: Test) => JwtProviderSubject | Promise<JwtProviderSubject>): void {
  const prove = (story: string, tell: (t: Test, subject: JwtProviderSubject) => unknown) => t.test(`${name} ${story}`, async t => { await tell(t, await create(t)) })
  prove('says who it is and for whom it speaks', proveDescription)
  prove('says which names it may carry', proveSupplies)
  prove('turns a good token into an identity', proveIdentity)
  prove('carries only names that it said it may carry', proveCarriedNames)
  prove('refuses every other token with a code, and says nothing of it', proveRefusals)
  prove('tells an expired token from a bad one', proveExpiry)
  prove('can be warmed up and closed, more than once', proveLifecycle)
  prove('lets its users into an app, and nobody else', proveInApp)
}

function proveDescription (t: Test, { provider }: JwtProviderSubject): void {
  const { name, issuers, cacheable, keyGeneration = 0, maxTokenBytes = 1, securityScheme = { type: 'http' } } = provider
  t.ok(typeof name === 'string' && name !== '', 'a name')
  t.ok(issuers.length > 0 && issuers.every(issuer => typeof issuer === 'string' && issuer !== ''), 'issuers')
  t.equal(new Set(issuers).size, issuers.length, 'each once')
  t.ok(cacheable === undefined || typeof cacheable === 'boolean')
  t.ok(Number.isSafeInteger(keyGeneration) && keyGeneration >= 0)
  t.ok(Number.isSafeInteger(maxTokenBytes) && maxTokenBytes > 0)
  t.type(securityScheme.type, 'string')
}

function proveSupplies (t: Test, { provider: { supplies = [], suppliesByDefault = [] } }: JwtProviderSubject): void {
  t.ok(supplies.every(each => NAMES.includes(each)))
  t.ok(suppliesByDefault.every(each => supplies.includes(each)))
}

async function proveIdentity (t: Test, { provider, token }: JwtProviderSubject): Promise<void> {
  const exp = Math.floor(Date.now() / 1000) + 100
  const text = token({ exp, custom: { list: [1, 'a'] } })
  const identity = await provider.verify(text, createContext())
  t.ok(isProvidedIdentity(identity, issuer => provider.issuers.includes(issuer) || provider.ownsIssuer?.(issuer) === true), 'of the shape that the contract demands')
  t.match(identity, { subject: 'alice', issuer: provider.issuers[0], claims: { sub: 'alice', custom: { list: [1, 'a'] } } })
  t.ok(identity.expiresAt === null || identity.expiresAt <= exp, 'that ends with its token, or before')
  t.same(await provider.verify(text, createContext()), identity, 'the same every time')
}

async function proveCarriedNames (t: Test, { provider, token }: JwtProviderSubject): Promise<void> {
  const identity = await provider.verify(token({ groups: ['a'], roles: ['a'], permissions: ['a'] }), createContext())
  for (const each of NAMES) t.ok(identity[each] === null || provider.supplies?.includes(each), each)
}

async function proveRefusals (t: Test, { provider, token, forgedToken }: JwtProviderSubject): Promise<void> {
  const [head = '', payload = '', signature = ''] = token().split('.')
  const [, otherPayload = ''] = token({ sub: 'root' }).split('.')
  const [noneHead, edHead] = [{ alg: 'none' }, { alg: 'Ed25519', kid: 'other' }].map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
  const refused: Readonly<Record<string, string>> = {
    'another payload': `${head}.${otherPayload}.${signature}`,
    'another header': `${edHead}.${payload}.${signature}`,
    'no algorithm': `${noneHead}.${payload}.`,
    'no algorithm, and a signature': `${noneHead}.${payload}.${signature}`,
    'a shorter signature': `${head}.${payload}.${signature.slice(0, -4)}`,
    'a signature of nothing but zeros': `${head}.${payload}.${'A'.repeat(signature.length)}`,
    'a forged token': forgedToken(),
    'a forged token that has expired': forgedToken({ exp: 1 }),
    'a token of another issuer': token({ iss: 'https://other.example' })
  }
  for (const [what, text] of Object.entries(refused)) {
    const context = createContext()
    const error = await toRefusal(t, provider, text, context)
    t.match(error, { statusCode: 401, code: 'AUTH_TOKEN_INVALID', cause: { reason: /^[a-z_]+$/ } }, what)
    const said = JSON.stringify([error.message, error.cause, context.lines])
    for (const part of text.split('.').filter(part => part.length > 20)) t.notOk(said.includes(part), 'nothing of it is said')
  }
}

async function proveExpiry (t: Test, { provider, token }: JwtProviderSubject): Promise<void> {
  const hourAgo = Math.floor(Date.now() / 1000) - 3_600
  t.match(await toRefusal(t, provider, token({ iat: hourAgo - 60, exp: hourAgo }), createContext()), { statusCode: 401, code: 'AUTH_TOKEN_EXPIRED' })
}

async function proveLifecycle (t: Test, { provider, token }: JwtProviderSubject): Promise<void> {
  await t.resolves(Promise.resolve(provider.warmUp?.()))
  await t.resolves(Promise.resolve(provider.warmUp?.()))
  t.match(await provider.verify(token(), createContext()), { subject: 'alice' })
  await t.resolves(Promise.resolve(provider.close?.()))
  await t.resolves(Promise.resolve(provider.close?.()))
}

async function proveInApp (t: Test, { provider, token, forgedToken }: JwtProviderSubject): Promise<void> {
  const app = await openApp(t, { jwtProvider: provider }, app => { app.get('/', async request => request.user?.id) })
  const good = token()
  for (let times = 0; times < 2; times++) {
    t.match(await app.inject({ url: '/', headers: bearer(good) }), { statusCode: 200, body: 'alice' })
    t.match((await app.inject({ url: '/', headers: bearer(forgedToken()) })).json(), { statusCode: 401, code: 'AUTH_TOKEN_INVALID' })
  }
}

/** What a provider throws, at once or later. */
async function toRefusal (t: Test, provider: JwtProvider, text: string, context: ReturnType<typeof createContext>): Promise<AuthError> {
  let identity: ProvidedIdentity
  try {
    identity = await provider.verify(text, context)
  } catch (error) {
    t.ok(isAuthError(error), 'an error of ours')
    return error as AuthError
  }
  throw new Error(`accepted as ${identity.subject}`)
}
