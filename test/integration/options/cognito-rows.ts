import swagger from '@fastify/swagger'

import { ask, openAppWith, send, status } from './factory.js'
import { keyRows } from './key-rows.js'
import { tokenRows } from './token-rows.js'
import { createIdentity } from '../../fixtures/create-identity.js'
import { openApp } from '../../fixtures/open-app.js'
import { createContext } from '../../fixtures/provider-context.js'
import { cognito, cognitoGroups, cognitoUrls } from '../../../lib/providers/cognito/index.js'

import type { Test } from 'tap'
import type { Factory } from './factory.js'
import type { Options, Row } from './row.js'
import type { CountingIssuer } from '../../fixtures/counting-issuer.js'
import type { CognitoGroupsOptions, CognitoLogin, CognitoOptions, CognitoUrlsOptions } from '../../../lib/providers/cognito/index.js'

const POOL = 'us-east-1_abcdEFGH1'
const ORIGINAL = `https://cognito-idp.us-east-1.amazonaws.com/${POOL}`
const REPLICA = `https://cognito-idp.us-west-2.amazonaws.com/${POOL}`

/** @param issuer whose tokens are those of a pool, whatever they say of their issuer */
export function cognitoRows (issuer: CountingIssuer): readonly Row[] {
  const { url, jwksUri } = issuer
  const create = (options: Options) => cognito(options as unknown as CognitoOptions)
  const base = { userPoolId: POOL, clientId: null, audience: 'api', issuer: url, jwksUri, algorithms: ['ES256'] }
  const factory: Factory = {
    name: 'cognito', create, issuer, base, dialect: { usual: { groups: { 'cognito:groups': ['usual'] }, roles: null, permissions: null } }
  }
  const at = (claims: object) => ask(factory, () => issuer.token(claims), status)
  const real = { userPoolId: POOL, clientId: 'api', jwksUri, algorithms: ['ES256'] }
  const here = { ...base, jwksUri: undefined }
  return [
    // Neither takes null for the audience, nor anything but access and ID tokens.
    ...tokenRows(factory).filter(({ value }) => value !== null),
    ...keyRows(factory),
    { option: 'tokenUse', beside: base, observe: at({ token_use: 'id' }), value: null, without: 401, with: 200 },
    { option: 'userPoolId', beside: real, observe: at({ iss: ORIGINAL }), instead: 'us-east-1_other', value: POOL, without: 401, with: 200 },
    { option: 'clientId', beside: base, observe: at({ client_id: 'another' }), instead: ['api', 'other'], value: ['api', 'another'], without: 401, with: 200 },
    { option: 'region', beside: real, observe: at({ iss: REPLICA }), value: ['us-east-1', 'us-west-2'], without: 401, with: 200 },
    { option: 'issuer', beside: real, observe: at({}), value: url, without: 401, with: 200 },
    { option: 'jwksUri', beside: here, observe: askWithoutWarmUp(factory), value: jwksUri, without: 503, with: 200 },
    { option: 'domain', beside: { ...base, warmUp: false }, observe: readScheme, value: 'auth.example.com', without: 'http', with: 'oauth2' }
  ]

  /** The keys are looked for where an emulator of this issuer has none. */
  function askWithoutWarmUp (factory: Factory): Row['observe'] {
    return async function observe (options, t) {
      return status(await send(await openAppWith(t, factory, { ...options, issuer: `${url}/nowhere`, fetch: refuseNowhere }), issuer.token({ iss: `${url}/nowhere` })))
    }
  }
}

async function refuseNowhere (url: string, init: RequestInit): Promise<Response> {
  return url.includes('/nowhere') ? new Response('', { status: 404 }) : await fetch(url, init)
}

/** Shows how the app's document describes the tokens. */
async function readScheme (options: Options, t: Test): Promise<unknown> {
  const app = await openApp(t, { jwtProvider: cognito(options as unknown as CognitoOptions) }, async function declare (app) {
    await app.register(swagger, { openapi: {} })
    app.get('/docs', { config: { auth: 'public' }, schema: { hide: true } }, () => app.swagger())
    app.get('/me', async () => 'me')
  })
  const { components } = (await app.inject('/docs')).json<{ readonly components: { readonly securitySchemes: { readonly bearerAuth: { readonly type: string } } } }>()
  return components.securitySchemes.bearerAuth.type
}

const groups = async (options: Options): Promise<unknown> => {
  cognito({ userPoolId: POOL, clientId: 'api' })
  const identity = createIdentity({ issuer: ORIGINAL, claims: { 'custom:teams': ['red'] }, scopes: ['reports/admin'] })
  return await cognitoGroups(options as CognitoGroupsOptions).fetchGroups(identity, createContext())
}

export const cognitoGroupsRows: readonly Row[] = [
  { option: 'groupsClaim', observe: groups, value: 'custom:teams', without: [], with: ['red'] },
  { option: 'promoteSingleScope', observe: groups, value: true, without: [], with: ['admin'] }
]

const URLS = { domain: 'auth.example.com', clientId: 'app', redirectUri: 'https://app.example.com/callback', logoutUri: 'https://app.example.com/bye' }
const LOGIN = { state: 'a3f1c0d2b4e5968778695a4b3c2d1e0f', nonce: '0f1e2d3c4b5a69788796e5d4b2c0f1a3', codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' }

const urlsOf = (options: Options) => cognitoUrls(options as unknown as CognitoUrlsOptions)
const loginWith = (name: string) => async (options: Options) => new URL(urlsOf(options).login(LOGIN)).searchParams.get(name)

async function codeOrLogout (options: Options): Promise<unknown> {
  try {
    return urlsOf(options).logout()
  } catch (error) {
    return (error as { readonly code: string }).code
  }
}

async function codeOrToken (options: Options): Promise<unknown> {
  try {
    return urlsOf(options).token
  } catch (error) {
    return (error as { readonly code: string }).code
  }
}

export const cognitoUrlsRows: readonly Row[] = [
  { option: 'domain', beside: URLS, observe: codeOrToken, value: 'login.example.com', without: 'https://auth.example.com/oauth2/token', with: 'https://login.example.com/oauth2/token' },
  { option: 'clientId', beside: URLS, observe: loginWith('client_id'), value: 'other', without: 'app', with: 'other' },
  { option: 'redirectUri', beside: URLS, observe: loginWith('redirect_uri'), value: 'https://app.example.com/back', without: URLS.redirectUri, with: 'https://app.example.com/back' },
  {
    option: 'logoutUri',
    beside: { ...URLS, logoutUri: undefined },
    observe: codeOrLogout,
    value: URLS.logoutUri,
    without: 'AUTH_OPTION_INVALID',
    with: 'https://auth.example.com/logout?client_id=app&logout_uri=https%3A%2F%2Fapp.example.com%2Fbye'
  },
  { option: 'scopes', beside: URLS, observe: loginWith('scope'), value: ['openid'], without: 'openid email profile', with: 'openid' },
  {
    option: 'region',
    beside: { ...URLS, domain: 'books' },
    observe: codeOrToken,
    value: 'us-east-1',
    without: 'AUTH_OPTION_INVALID',
    with: 'https://books.auth.us-east-1.amazoncognito.com/oauth2/token'
  }
]

const parameter = (name: string) => async (login: Options) => new URL(urlsOf(URLS).login({ ...LOGIN, ...login } as CognitoLogin)).searchParams.get(name)

export const cognitoLoginRows: readonly Row[] = [
  { option: 'state', observe: parameter('state'), value: 'another-state-0123456789', without: LOGIN.state, with: 'another-state-0123456789' },
  { option: 'nonce', observe: parameter('nonce'), value: 'another-nonce-0123456789', without: LOGIN.nonce, with: 'another-nonce-0123456789' },
  {
    option: 'codeChallenge',
    observe: parameter('code_challenge'),
    value: 'F9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    without: LOGIN.codeChallenge,
    with: 'F9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
  },
  { option: 'identityProvider', observe: parameter('identity_provider'), value: 'Google', without: null, with: 'Google' },
  { option: 'loginHint', observe: parameter('login_hint'), value: 'alice', without: null, with: 'alice' },
  { option: 'lang', observe: parameter('lang'), value: 'de', without: null, with: 'de' },
  { option: 'resource', observe: parameter('resource'), value: 'https://api.example', without: null, with: 'https://api.example' }
]
