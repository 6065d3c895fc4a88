import { Signer } from '@fastify/cookie'
import cookie from '@fastify/cookie'
import Fastify from 'fastify'
import t from 'tap'

import { handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import authPlugin, { fromCookie } from '../../lib/index.js'

import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import type { CookieSourceOptions } from '../../lib/schemes/from-cookie.js'

const issuer = handIssuer()
const jwtProvider = issuer.provider()
const token = issuer.token()
const secret = 'the secret of the cookies'

async function open (t: Test, options: CookieSourceOptions = {}): Promise<FastifyInstance> {
  return await openApp(t, { jwtProvider, tokenSources: [fromCookie('token', options)] }, app => {
    app.get('/', async ({ user }) => user?.authenticator)
  })
}

async function follow (t: Test, app: FastifyInstance, rows: Readonly<Record<string, string>>): Promise<void> {
  for (const [header, seen] of Object.entries(rows)) {
    const response = await app.inject({ url: '/', headers: { cookie: header } })
    t.equal(response.statusCode === 200 ? response.body : response.json().code, seen, header)
  }
}

t.test('a plain cookie', async t => {
  await follow(t, await open(t), {
    [`token=${token}`]: 'cookieAuth',
    [`a=b; token=${token};c=d`]: 'cookieAuth',
    [`token="${token}"`]: 'cookieAuth',
    [`token=${token.replaceAll('.', '%2E')}`]: 'cookieAuth',
    [`token="${token.replaceAll('.', '%2e')}"`]: 'cookieAuth',
    'token=': 'AUTH_CREDENTIALS_MISSING',
    'token=""': 'AUTH_CREDENTIALS_MISSING',
    token: 'AUTH_CREDENTIALS_MISSING',
    [`Token=${token}`]: 'AUTH_CREDENTIALS_MISSING',
    [`xtoken=${token}`]: 'AUTH_CREDENTIALS_MISSING',
    [`token2=${token}`]: 'AUTH_CREDENTIALS_MISSING',
    'token="': 'AUTH_CREDENTIALS_MALFORMED',
    [`token=${token} x`]: 'AUTH_CREDENTIALS_MALFORMED',
    [`token=%${token}`]: 'AUTH_CREDENTIALS_MALFORMED',
    [`token=Bearer%20${token}`]: 'AUTH_CREDENTIALS_MALFORMED',
    'token=text': 'AUTH_TOKEN_INVALID',
    [`token=${token}; token=${token}`]: 'AUTH_CREDENTIALS_AMBIGUOUS',
    [`token=; token=${token}`]: 'AUTH_CREDENTIALS_AMBIGUOUS',
    [`token=${token};token=`]: 'AUTH_CREDENTIALS_AMBIGUOUS'
  })
})

t.test('a signed cookie, as @fastify/cookie signs it', async t => {
  const signed = new Signer(secret).sign(token)
  await follow(t, await open(t, { signed: { secret } }), {
    [`token=${signed}`]: 'cookieAuth',
    [`token=${encodeURIComponent(signed)}`]: 'cookieAuth',
    [`token=${token}`]: 'AUTH_TOKEN_INVALID',
    [`token=${signed}A`]: 'AUTH_TOKEN_INVALID',
    [`token=x${signed}`]: 'AUTH_TOKEN_INVALID',
    'token=x': 'AUTH_TOKEN_INVALID',
    [`token=${new Signer('another secret').sign(token)}`]: 'AUTH_TOKEN_INVALID',
    [`token=${new Signer(secret).sign(issuer.token().slice(0, -4))}`]: 'AUTH_TOKEN_INVALID',
    [`token=${encodeURIComponent(new Signer(secret).sign(''))}`]: 'AUTH_CREDENTIALS_MALFORMED',
    'token=': 'AUTH_CREDENTIALS_MISSING'
  })
  await follow(t, await open(t), { [`token=${encodeURIComponent(signed)}`]: 'AUTH_TOKEN_INVALID' })
})

t.test('secrets are rotated: each that is listed may have signed', async t => {
  const app = await open(t, { signed: { secret: ['new', 'old'] } })
  for (const [secret, seen] of [['new', 'cookieAuth'], ['old', 'cookieAuth'], ['older', 'AUTH_TOKEN_INVALID']] as const) {
    await follow(t, app, { [`token=${encodeURIComponent(new Signer(secret).sign(token))}`]: seen })
  }
})

t.test('a cookie that @fastify/cookie has set is read, whichever was registered first', async t => {
  for (const order of ['before', 'after']) {
    const app = Fastify()
    t.teardown(() => app.close())
    order === 'before' && await app.register(cookie, { secret })
    await app.register(authPlugin, { jwtProvider, tokenSources: [fromCookie('__Host-token', { signed: { secret } })] })
    order === 'after' && await app.register(cookie, { secret })
    app.post('/login', { config: { auth: 'public' } }, async (_request, reply) => await reply.setCookie('__Host-token', token, { signed: true, path: '/', secure: true, httpOnly: true, sameSite: 'lax' }).send('in'))
    app.get('/', async ({ user }) => user?.id)
    const login = await app.inject({ method: 'POST', url: '/login' })
    const [set = ''] = [login.headers['set-cookie']].flat()
    t.match(await app.inject({ url: '/', headers: { cookie: set.slice(0, set.indexOf(';')) } }), { statusCode: 200, body: 'alice' }, order)
  }
})
