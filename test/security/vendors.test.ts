// What Python's auth-middleware lets pass, at every provider for a vendor's tokens.
import { Buffer } from 'node:buffer'
import t from 'tap'

import { requireKind } from '../../lib/index.js'
import { anyTenant } from '../../lib/providers/entra/index.js'
import { collectLog } from '../fixtures/collect-log.js'
import { OTHER_TENANT, startDirectory, TENANT } from '../fixtures/entra-directory.js'
import { INVALID, openEntraApp } from '../fixtures/entra-app.js'
import { bearer, now } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { productNames, startProduct } from '../fixtures/products.js'
import { createContext } from '../fixtures/provider-context.js'
import { setEnv } from '../fixtures/set-env.js'
import { startVendor, vendors } from '../fixtures/vendors.js'

import type { Test } from 'tap'
import type { JwtProvider } from '../../lib/index.js'
import type { Product } from '../fixtures/products.js'

type Row = readonly [what: string, token: string, outcome: string]

/** Runs a test for every product. */
function forAll (name: string, attack: (t: Test, product: Product) => Promise<void>): void {
  t.test(name, async t => {
    for (const product of productNames) await t.test(product, async t => { await attack(t, await startProduct(t, product)) })
  })
}

/** What an app says of tokens: `200`, or status and reason. */
async function openJudge (t: Test, jwtProvider: JwtProvider): Promise<(token: string, scheme?: string) => Promise<string>> {
  const log = collectLog('info')
  const app = await openApp(t, { jwtProvider }, app => app.get('/', async () => 'in'), { logger: log.logger })
  return async function judge (token, scheme = 'Bearer') {
    log.clear()
    const { statusCode } = await app.inject({ url: '/', headers: { authorization: `${scheme} ${token}` } })
    return [statusCode, ...log.lines.map(line => line['reason']).filter(reason => reason !== undefined)].join(' ')
  }
}

async function assertRows (t: Test, { create, person }: Product, rows: readonly Row[]): Promise<void> {
  const judge = await openJudge(t, create())
  for (const [what, token, outcome] of rows) t.equal(await judge(token), outcome, what)
  t.equal(await judge(person()), '200', 'and a good one passes')
}

/** The same claims, signed by nobody: without a signature, and with one that has nothing to do with them. */
function unsign (token: string): readonly string[] {
  const text = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${token.split('.')[1]}.`
  return [text, `${text}AAAA`]
}

forAll('when a token is good, and who issued it, is checked', async (t, product) => {
  const { person, forge } = product
  await assertRows(t, product, [
    ['over', person({ exp: now() - 60 }), '401 expired'],
    ['over for a year', person({ iat: now() - 31_600_000, nbf: now() - 31_600_000, exp: now() - 31_500_000 }), '401 expired'],
    ['never over', person({ exp: undefined }), '401 claim_missing'],
    ['over at a text', person({ exp: String(now() + 300) }), '401 claim_type'],
    ['not yet good', person({ nbf: now() + 60 }), '401 not_yet_valid'],
    ['issued tomorrow', person({ iat: now() + 86_400 }), '401 issued_in_future'],
    ['of another issuer', person({ iss: 'https://evil.example' }), '401 issuer_unknown'],
    ['of one that is called alike', person({ iss: `${product.issuer}.evil.example` }), '401 issuer_unknown'],
    ['of one that has a slash more', person({ iss: `${product.issuer}/` }), '401 issuer_unknown'],
    ['of nobody', person({ iss: undefined }), '401 token_syntax'],
    ['of whoever has a key', forge(), '401 signature']
  ])
})

t.test('a tenant of somebody else\'s is none of ours, whatever its tokens say', async t => {
  const directory = await startDirectory(t)
  const ours = `https://login.microsoftonline.com/${TENANT}/v2.0`
  const one = await openEntraApp(t, {}, directory)
  t.strictSame(await one.refusal(directory.userToken({}, { tenantId: OTHER_TENANT })), [...INVALID, 'issuer_unknown'])
  t.strictSame(await one.refusal(directory.userToken({ tid: OTHER_TENANT })), [...INVALID, 'issuer_mismatch'])
  t.strictSame(await one.refusal(directory.userTokenV1({ tid: OTHER_TENANT })), [...INVALID, 'issuer_mismatch'])
  const any = await openEntraApp(t, { tenantId: anyTenant, trustTenants: [TENANT] }, directory)
  const theirs = { tenantId: OTHER_TENANT }
  t.strictSame(await any.refusal(directory.userToken({ tid: TENANT, roles: ['editor'] }, theirs)), [...INVALID, 'issuer_mismatch'])
  t.match(await any.user(directory.userToken({ roles: ['editor'] }, theirs)), { id: /^bbbbcccc-/, issuer: ours.replace(TENANT, OTHER_TENANT) })
  t.match(await any.user(directory.userToken({ roles: ['editor'] }, theirs), '/editors'), { status: 403 })
})

forAll('a token for another API is refused, though its client is ours', async (t, product) => {
  const clients = Object.fromEntries(['azp', 'client_id', 'cid', 'appid'].map(name => [name, product.audience]))
  const { person } = product
  await assertRows(t, product, [
    ['of another API', person({ ...clients, aud: 'https://other.example' }), '401 audience'],
    ['of a list of others', person({ ...clients, aud: ['https://other.example', `${product.audience}2`] }), '401 audience'],
    ['of nobody', person({ ...clients, aud: [] }), '401 audience']
  ])
})

forAll('a token that was made for another use is refused', async (t, product) => {
  const { person, misused } = product
  await assertRows(t, product, [
    ['another kind', misused(), '401 token_use'],
    ['another kind, without a nonce', misused({ nonce: undefined }), '401 token_use'],
    ['a refresh token by token_use', person({ token_use: 'refresh' }), '401 token_use'],
    ['a refresh token by typ', person({ typ: 'Refresh' }), '401 token_use'],
    ['a logout token', person({}, { typ: 'logout+jwt' }), '401 token_use'],
    ['a proof of possession', person({}, { typ: 'dpop+jwt' }), '401 token_use'],
    ['bound to a key', person({ cnf: { jkt: 'x' } }), '401 confirmation']
  ])
})

forAll('how old a token may be can be limited', async (t, { create, person }) => {
  const judge = await openJudge(t, create({ maxTokenAgeSeconds: 60 }))
  t.equal(await judge(person()), '200')
  t.equal(await judge(person({ iat: now() - 120, nbf: undefined })), '401 token_age')
})

forAll('no option and no variable switches verification off', async (t, { create, person }) => {
  for (const option of ['jwtTokenVerificationDisabled', 'verificationDisabled', 'disabled', 'verify', 'ignoreExpiration']) {
    t.throws(() => create({ [option]: true }), { code: 'AUTH_OPTION_INVALID' }, option)
  }
  setEnv(t, { JWT_TOKEN_VERIFICATION_DISABLED: 'true', JWT_SECRET_KEY: 'secret', JWT_ALGORITHM: 'none', ALGORITHMS: 'none' })
  const judge = await openJudge(t, create())
  const [without = '', foreign = ''] = unsign(person())
  t.strictSame([await judge(without), await judge(foreign), await judge(person())], ['401 token_syntax', '401 algorithm', '200'])
})

forAll('algorithms are those of public keys, and of this key', async (t, { create, person }) => {
  for (const algorithms of [['none'], ['HS256'], ['RS256', 'none'], ['RS256', 'HS256'], ['rs256'], []]) {
    t.throws(() => create({ algorithms }), { code: 'AUTH_OPTION_INVALID' }, algorithms.join())
  }
  const judge = await openJudge(t, create())
  for (const alg of ['none', 'None', 'HS256', 'HS512', 'RS512', 'PS256', 'ES384', '']) t.match(await judge(person({}, { alg })), /^401 (?:algorithm|kid_unknown|token_type)/, alg)
})

t.test('whoever describes an issuer must be that issuer, and name keys that come over https', async t => {
  for (const [name, vendor] of Object.entries(vendors)) {
    const issuer = await startVendor(t, vendor)
    const wrong = [{ issuer: 'https://evil.example' }, { issuer: `${issuer.url}x` }, { issuer: undefined }, { jwks_uri: 'http://evil.example/keys' }, { jwks_uri: 'file:///etc/passwd' }, { jwks_uri: 7 }]
    for (const description of wrong) {
      issuer.description = description
      const judge = await openJudge(t, vendor.create({ issuer: issuer.url, audience: 'api', warmUp: false }))
      t.match(await judge(issuer.token()), /^503 .*keys_unavailable/, `${name} ${JSON.stringify(description)}`)
    }
    issuer.description = {}
    const judge = await openJudge(t, vendor.create({ issuer: issuer.url, audience: 'api' }))
    t.equal(await judge(issuer.token()), '200', name)
  }
})

forAll('who has no id is nobody: neither the client nor an address takes its place', async (t, { create, person }) => {
  const judge = await openJudge(t, create())
  for (const claims of [{ sub: undefined, oid: undefined }, { sub: undefined, oid: undefined, client_id: 'alice', email: 'alice@example.com' }]) t.match(await judge(person(claims)), /^401 (?:claim_missing|audience)$/)
  for (const id of ['email', 'preferred_username']) t.throws(() => create({ claims: { id } }), { code: 'AUTH_OPTION_INVALID' }, id)
  const provider = create()
  t.teardown(async function closeProvider () { await provider.close?.() })
  const identity = await provider.verify(person({ email: 'boss@example.com', email_verified: undefined }), createContext())
  t.not(identity.name, 'boss@example.com')
  t.not(identity.subject, 'boss@example.com')
  t.not(identity.emailVerified, true)
})

forAll('headers may hold lists, and are not read where they are too long', async (t, { create, person }) => {
  const judge = await openJudge(t, create())
  t.equal(await judge(person({}, { x5c: ['MIIC', 'MIID'] })), '200')
  t.equal(await judge(person({ padding: 'x'.repeat(20_000) })), '401 token_size')
  t.equal(await judge('x'.repeat(20_000)), '401 token_size')
})

forAll('the scheme may be written in any case', async (t, { create, person }) => {
  const judge = await openJudge(t, create())
  for (const scheme of ['bearer', 'BEARER']) t.equal(await judge(person(), scheme), '200', scheme)
})

/** What says of people that they are some. */
const PROFILE = ['email', 'name', 'given_name', 'family_name', 'preferred_username', 'username', 'nickname', 'auth_time', 'amr', 'sid', 'unique_name', 'upn']

forAll('a person without a profile is no machine, and is asked about like anybody', async (t, { create, person }) => {
  const jwtProvider = create({ groupsProvider: { fetchGroups: () => ['asked'] } })
  const app = await openApp(t, { jwtProvider }, function declare (app) {
    app.get('/machine', { preHandler: requireKind('machine') }, async () => 'in')
    app.get('/groups', async ({ user }) => await user?.groups())
  })
  const headers = bearer(person(Object.fromEntries(PROFILE.map(name => [name, undefined]))))
  t.equal((await app.inject({ url: '/machine', headers })).statusCode, 403)
  t.strictSame((await app.inject({ url: '/groups', headers })).json(), ['asked'])
})

t.test('a user token of Auth0 with a client and no profile is a person\'s, and not called after the client', async t => {
  const { create, person } = await startProduct(t, 'auth0')
  const provider = create()
  t.teardown(async function closeProvider () { await provider.close?.() })
  t.match(await provider.verify(person({ sub: 'auth0|123456', azp: 'web' }), createContext()), { kind: 'human', subject: 'auth0|123456', name: null, clientId: 'web' })
})

/** Half of what shows a machine: everybody could have that. */
const HALVES: Readonly<Record<string, ReadonlyArray<Readonly<Record<string, unknown>>>>> = {
  cognito: [{ sub: 'other' }, { username: 'job' }, { name: '' }],
  entra: [{ idtyp: 'app', scp: 'access_as_user' }, { scp: 'access_as_user' }],
  auth0: [{ sub: 'other@clients' }, { sub: 'auth0|job@clients' }, { azp: undefined, client_id: 'other' }],
  okta: [{ sub: 'other' }, { uid: '00u1' }],
  keycloak: [{ client_id: undefined }, { clientHost: undefined }, { clientAddress: undefined }, { preferred_username: 'alice' }, { auth_time: 1 }]
}

forAll('machines are known by what their vendor writes, all of it', async (t, { name, create, machine }) => {
  const provider = create()
  t.teardown(async function closeProvider () { await provider.close?.() })
  if (machine === null) {
    t.notOk(name in HALVES, 'its tokens say nothing of machines')
    return
  }
  t.equal((await provider.verify(machine(), createContext())).kind, 'machine')
  for (const claims of HALVES[name] ?? []) t.not((await provider.verify(machine(claims), createContext())).kind, 'machine', JSON.stringify(claims))
})

t.test('the marks of Entra count alone and together', async t => {
  const directory = await startDirectory(t)
  const { user } = await openEntraApp(t, {}, directory)
  for (const token of [directory.appToken(), directory.appToken({ idtyp: 'app' }), directory.appTokenV1(), directory.appTokenV1({ idtyp: undefined }), directory.appToken({ idtyp: 'app', name: 'Daemon' })]) {
    t.match(await user(token), { status: 200, kind: 'machine' })
  }
})
