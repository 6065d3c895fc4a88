import t from 'tap'

import { createContext } from '../fixtures/provider-context.js'
import { openApp } from '../fixtures/open-app.js'
import { AUTH_CREDENTIALS_MISSING, AUTH_TOKEN_INVALID, isAuthError } from '../../lib/index.js'
import { isProvidedIdentity } from '../../lib/user/seal-identity.js'

import type { FastifyRequest, InjectOptions } from 'fastify'
import type { Test } from 'tap'
import type { Authenticator } from '../../lib/index.js'

/** An authenticator, and requests to try it with. */
export interface AuthenticatorSubject {
  readonly authenticator: Authenticator
  /** Of a caller that it lets in. */
  readonly good: InjectOptions
  /** The same with credentials that are well written, and wrong. */
  readonly bad: InjectOptions
}

/** `challenge = auth-scheme 1*SP …`. RFC 9110, section 11.3. */
const CHALLENGE = /^[!#$%&'*+\-.^_`|~0-9a-z]+ [\x20-\x7e]+$/i
const TYPES = ['http', 'apiKey', 'oauth2', 'openIdConnect', 'mutualTLS']

/** What every Authenticator has to do, whoever wrote it. */
export function proveAuthenticator (name: string, create: (t: Test) => AuthenticatorSubject | Promise<AuthenticatorSubject>): void {
  const prove = (story: string, tell: (t: Test, subject: AuthenticatorSubject) => unknown) => t.test(`${name} ${story}`, async t => { await tell(t, await create(t)) })
  prove('says what it is called and how it is documented', proveDescription)
  prove('reads at once, and nothing where there is nothing', proveRead)
  prove('turns good credentials into an identity', proveIdentity)
  prove('refuses bad ones with a code, and says nothing of them', proveRefusal)
  prove('asks in a way that a header can hold, whatever was wrong', proveChallenge)
  prove('lets its users into an app, and nobody else', proveInApp)
}

function proveDescription (t: Test, { authenticator: { name, securityScheme, supplies = [] } }: AuthenticatorSubject): void {
  t.ok(typeof name === 'string' && name !== '', 'a name')
  t.ok(TYPES.includes(securityScheme.type), 'a type that documents know')
  t.strictSame(JSON.parse(JSON.stringify(securityScheme)), { ...securityScheme }, 'plain data')
  t.ok(supplies.every(each => ['groups', 'roles', 'permissions'].includes(each)))
}

async function proveRead (t: Test, { authenticator, good }: AuthenticatorSubject): Promise<void> {
  t.equal(authenticator.read(await requestOf(t, { url: '/' })), null)
  t.equal(authenticator.read(await requestOf(t, { url: '/', headers: { authorization: 'Unheard-of abc' } })), null, "nor in others' credentials")
  const credentials = authenticator.read(await requestOf(t, good))
  t.ok(credentials !== null && credentials !== undefined && !(credentials instanceof Promise))
  const account = authenticator.accountOf?.(credentials) ?? null
  t.ok(account === null || typeof account === 'string')
}

async function proveIdentity (t: Test, { authenticator, good }: AuthenticatorSubject): Promise<void> {
  const identity = await authenticator.verify(authenticator.read(await requestOf(t, good)), createContext())
  const { issuer = 'urn:own' } = identity
  t.ok(isProvidedIdentity({ issuer, ...identity }, stated => stated === issuer), 'of the shape that the contract demands')
  const carried = (['groups', 'roles', 'permissions'] as const).filter(each => identity[each] !== null)
  t.ok(carried.every(each => authenticator.supplies?.includes(each)), 'with names that it said it may carry, and no others')
}

async function proveRefusal (t: Test, { authenticator, bad }: AuthenticatorSubject): Promise<void> {
  const context = createContext()
  const request = await requestOf(t, bad)
  const error: unknown = await Promise.resolve().then(() => authenticator.verify(authenticator.read(request), context)).then(() => null, thrown => thrown)
  t.ok(isAuthError(error) && error.statusCode === 401, 'with 401')
  const told = JSON.stringify([error, (error as Error).message, context.lines])
  for (const value of Object.values(bad.headers ?? {})) {
    t.notOk(told.includes(String(value)), 'and nothing of what was sent')
  }
}

function proveChallenge (t: Test, { authenticator }: AuthenticatorSubject): void {
  for (const failure of [null, new AUTH_CREDENTIALS_MISSING(), new AUTH_TOKEN_INVALID({ reason: 'signature' })]) {
    const challenge = authenticator.challenge(failure)
    t.ok(challenge === null || CHALLENGE.test(challenge), String(challenge))
  }
}

async function proveInApp (t: Test, { authenticator, good, bad }: AuthenticatorSubject): Promise<void> {
  const app = await openApp(t, { authenticators: [authenticator] }, app => { app.get('/', async ({ user }) => ({ authenticator: user?.authenticator })) })
  t.strictSame((await app.inject(good)).json(), { authenticator: authenticator.name })
  t.equal((await app.inject(bad)).statusCode, 401)
  const nobody = await app.inject('/')
  t.match([nobody.statusCode, nobody.headers['www-authenticate']], [401, CHALLENGE])
}

/** A request as Fastify makes it. */
async function requestOf (t: Test, sent: InjectOptions): Promise<FastifyRequest> {
  let seen: FastifyRequest | null = null
  const app = await openApp(t, { authenticators: [nobodyAuth] }, app => {
    app.get('/', { config: { auth: 'public' } }, async request => { seen = request })
  })
  await app.inject(sent)
  return seen as unknown as FastifyRequest
}

const nobodyAuth: Authenticator = {
  name: 'nobodyAuth',
  securityScheme: { type: 'http', scheme: 'nobody' },
  read: () => null,
  verify: () => { throw new AUTH_TOKEN_INVALID() },
  challenge: () => null
}
