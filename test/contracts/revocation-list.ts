import t from 'tap'

import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'

import type { RevocationList } from '../../lib/index.js'

/** A list, and how it is told. */
export interface RevocationListSubject {
  readonly list: RevocationList
  revokeToken (issuer: string, jti: string): unknown
  revokeUser (issuer: string, id: string): unknown
}

/** What every RevocationList has to do, whoever wrote it. */
export function proveRevocationList (name: string, create: () => RevocationListSubject): void {
  t.test(`${name} refuses a revoked token, however often it was let in before, and no other one`, async t => {
    const issuer = handIssuer()
    const subject = create()
    const app = await openApp(t, { jwtProvider: issuer.provider({ cacheable: true }), revocation: subject.list }, app => { app.get('/', async request => request.user?.id) })
    const tokenOf = (jti: string) => bearer(issuer.token({ jti }))
    const [one, other] = [tokenOf('one'), tokenOf('other')] as const
    t.strictSame([(await app.inject({ url: '/', headers: one })).statusCode, (await app.inject({ url: '/', headers: one })).statusCode], [200, 200])
    await subject.revokeToken(issuer.url, 'one')
    t.match((await app.inject({ url: '/', headers: one })).json(), { statusCode: 401, code: 'AUTH_TOKEN_REVOKED' })
    t.equal((await app.inject({ url: '/', headers: other })).statusCode, 200)
  })

  t.test(`${name} refuses the tokens of a revoked user, and lets in who signs in again`, async t => {
    const issuer = handIssuer()
    const subject = create()
    const app = await openApp(t, { jwtProvider: issuer.provider(), revocation: subject.list }, app => { app.get('/', async request => request.user?.id) })
    const at = (seconds: number, sub = 'alice') => bearer(issuer.token({ sub, iat: Math.floor(Date.now() / 1000) + seconds }))
    await subject.revokeUser(issuer.url, 'alice')
    t.equal((await app.inject({ url: '/', headers: at(-60) })).statusCode, 401)
    t.equal((await app.inject({ url: '/', headers: bearer(issuer.token()) })).statusCode, 401, 'a token that does not say when it was issued cannot show that it is newer')
    t.equal((await app.inject({ url: '/', headers: at(60) })).statusCode, 200)
    t.equal((await app.inject({ url: '/', headers: at(-60, 'bob') })).statusCode, 200, 'others stay in')
  })

  t.test(`${name} tells namesakes of two issuers apart`, async t => {
    const [one, other] = [handIssuer('https://one.example'), handIssuer('https://other.example')]
    const subject = create()
    const app = await openApp(t, { jwtProvider: [one.provider(), other.provider({ name: 'other' })], revocation: subject.list }, app => { app.get('/', async request => request.user?.id) })
    await subject.revokeUser(one.url, 'alice')
    await subject.revokeToken(one.url, 'same')
    t.equal((await app.inject({ url: '/', headers: bearer(one.token()) })).statusCode, 401)
    t.equal((await app.inject({ url: '/', headers: bearer(other.token({ jti: 'same' })) })).statusCode, 200)
  })
}
