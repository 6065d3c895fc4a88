import { createHash, randomBytes } from 'node:crypto'
import t from 'tap'

import { cognitoUrls } from '../../../../lib/providers/cognito/index.js'
import { setEnv } from '../../../fixtures/set-env.js'

import type { CognitoLogin, CognitoUrlsOptions } from '../../../../lib/providers/cognito/index.js'

const base = { domain: 'auth.example.com', clientId: 'app & co', redirectUri: 'https://app.example.com/callback?from=login&to=me' }
const random = (): string => randomBytes(16).toString('base64url')
const login = { state: random(), nonce: random(), codeChallenge: createHash('sha256').update(random()).digest('base64url') }

t.test('sends a browser to sign in, by code and PKCE', async t => {
  const url = new URL(cognitoUrls(base).login(login))
  t.equal(url.origin + url.pathname, 'https://auth.example.com/oauth2/authorize')
  t.strictSame(Object.fromEntries(url.searchParams), {
    response_type: 'code',
    client_id: 'app & co',
    redirect_uri: base.redirectUri,
    scope: 'openid email profile',
    state: login.state,
    nonce: login.nonce,
    code_challenge: login.codeChallenge,
    code_challenge_method: 'S256'
  })
  t.match(url.href, '&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcallback%3Ffrom%3Dlogin%26to%3Dme&', 'percent-encoded')
})

t.test('says what else is wanted', async t => {
  const urls = cognitoUrls({ ...base, scopes: ['openid', 'reports/read'] })
  const { searchParams } = new URL(urls.login({ ...login, identityProvider: 'Google', loginHint: 'alice@example.com', lang: 'de' }))
  t.match(Object.fromEntries(searchParams), { scope: 'openid reports/read', identity_provider: 'Google', login_hint: 'alice@example.com', lang: 'de' })
})

t.test('sends a browser to sign out, and code to be exchanged', async t => {
  const urls = cognitoUrls({ ...base, domain: 'books', region: 'eu-west-1', logoutUri: 'https://app.example.com/' })
  t.equal(urls.logout(), 'https://books.auth.eu-west-1.amazoncognito.com/logout?client_id=app+%26+co&logout_uri=https%3A%2F%2Fapp.example.com%2F')
  t.equal(urls.token, 'https://books.auth.eu-west-1.amazoncognito.com/oauth2/token')
  t.ok(Object.isFrozen(urls))
  t.throws(() => cognitoUrls(base).logout(), { code: 'AUTH_OPTION_INVALID', message: /^cognitoUrls\.logoutUri is missing/ })
})

t.test('wants a state, a nonce and a challenge that are new for each login', async t => {
  const refused: ReadonlyArray<readonly [object | undefined, RegExp]> = [
    [undefined, /^cognitoUrls\.login/],
    [{ state: undefined }, /^cognitoUrls\.login\.state is missing/],
    [{ state: '' }, /^cognitoUrls\.login\.state must be 22 to 512/],
    [{ state: '1234567890' }, /^cognitoUrls\.login\.state must be 22 to 512/],
    [{ state: `${login.state} ` }, /^cognitoUrls\.login\.state must be 22 to 512/],
    [{ state: '0'.repeat(32) }, /^cognitoUrls\.login\.state must come from a random source/],
    [{ nonce: undefined }, /^cognitoUrls\.login\.nonce is missing/],
    [{ nonce: '9876543210' }, /^cognitoUrls\.login\.nonce must be 22 to 512/],
    [{ nonce: 'nonce'.repeat(5) }, /^cognitoUrls\.login\.nonce must come from a random source/],
    [{ nonce: login.state }, /must be three different texts/],
    [{ codeChallenge: undefined }, /^cognitoUrls\.login\.codeChallenge is missing/],
    [{ codeChallenge: 'plain' }, /^cognitoUrls\.login\.codeChallenge must be the SHA-256/],
    [{ codeChallenge: `${login.codeChallenge}=` }, /^cognitoUrls\.login\.codeChallenge must be the SHA-256/],
    [{ codeChallenge: 'A'.repeat(43) }, /^cognitoUrls\.login\.codeChallenge must come from a random source/],
    [{ state: login.codeChallenge }, /must be three different texts/],
    [{ responseType: 'token' }, /^cognitoUrls\.login\.responseType is not an option/]
  ]
  const urls = cognitoUrls(base)
  for (const [members, message] of refused) {
    const given = members === undefined ? members : { ...login, ...members }
    t.throws(() => urls.login(given as CognitoLogin), { code: 'AUTH_OPTION_INVALID', message }, String(message))
  }
  for (let times = 0; times < 100; times++) t.doesNotThrow(() => urls.login({ ...login, state: randomBytes(16).toString('hex'), nonce: random() }))
})

t.test('stops the boot for options that cannot be meant', async t => {
  const refused: ReadonlyArray<readonly [object, RegExp]> = [
    [{ domain: undefined }, /^cognitoUrls\.domain is missing/],
    [{ domain: 'books' }, /^cognitoUrls\.domain must be the whole domain/],
    [{ domain: 'http://auth.example.com' }, /^cognitoUrls\.domain must be a prefix/],
    [{ clientId: '' }, /^cognitoUrls\.clientId must be/],
    [{ redirectUri: 'http://app.example.com/' }, /^cognitoUrls\.redirectUri must be an https address/],
    [{ redirectUri: '/callback' }, /^cognitoUrls\.redirectUri must be an https address/],
    [{ logoutUri: 'javascript:alert(1)' }, /^cognitoUrls\.logoutUri must be an https address/],
    [{ scopes: [] }, /^cognitoUrls\.scopes must be/],
    [{ scopes: ['openid email'] }, /^cognitoUrls\.scopes\.0 must be a scope/],
    [{ responseType: 'token' }, /^cognitoUrls\.responseType is not an option/]
  ]
  for (const [others, message] of refused) {
    t.throws(() => cognitoUrls({ ...base, ...others } as CognitoUrlsOptions), { code: 'AUTH_OPTION_INVALID', message }, String(message))
  }
})

t.test('comes back to this machine over http outside production only', async t => {
  const local = { ...base, redirectUri: 'http://localhost:3000/callback' }
  t.doesNotThrow(() => cognitoUrls(local))
  setEnv(t, { NODE_ENV: 'production' })
  t.throws(() => cognitoUrls(local), { code: 'AUTH_OPTION_INVALID', message: /^cognitoUrls\.redirectUri/ })
})
