import t from 'tap'

import { startEcho } from '../../fixtures/start-echo.js'
import { openPassthrough } from '../../fixtures/open-passthrough.js'
import { asCaller, dispatching, viaFetch } from '../../fixtures/ways-out.js'
import { authDispatcher, authFetch, withAuthMetadata } from '../../../lib/passthrough/index.js'

import type { AuthDispatcherOptions } from '../../../lib/passthrough/index.js'

t.test('other credentials go where they may: what the plugin allows, and what the call narrows it to', async t => {
  const [echo, other] = [await startEcho(t), await startEcho(t)]
  const asBob = <T> (act: () => Promise<T>, allowedOrigins?: readonly string[]) => withAuthMetadata([['authorization', 'Bearer bob']], act, allowedOrigins && { allowedOrigins })
  t.match(await asCaller(t, () => asBob(() => viaFetch(echo.origin)), { allowed: [echo.origin] }), { authorization: 'Bearer bob', cookie: undefined })
  await t.rejects(asCaller(t, () => asBob(() => viaFetch(other.origin)), { allowed: [echo.origin] }), { code: 'AUTH_OPTION_INVALID' })
  await t.rejects(asCaller(t, () => asBob(() => viaFetch(other.origin), [other.origin]), { allowed: [echo.origin] }), { code: 'AUTH_OPTION_INVALID' }, 'no call widens it')
  await t.rejects(asCaller(t, () => asBob(() => viaFetch(echo.origin), []), { allowed: [echo.origin] }), { code: 'AUTH_OPTION_INVALID' })
  t.match(await asBob(() => viaFetch(echo.origin), [echo.origin]), { authorization: 'Bearer bob' }, 'outside requests the call says it')
  await t.rejects(asBob(() => viaFetch(echo.origin)), { code: 'AUTH_OPTION_INVALID' }, 'and has to')
  t.equal(other.calls.length, 0)
})

t.test('a call that does not say where it goes goes nowhere', async t => {
  for (const [elsewhere, code] of [['refuse', 'AUTH_OPTION_INVALID'], ['bare', 'UND_ERR_INVALID_ARG']] as const) {
    const dispatcher = dispatching(t, { elsewhere })
    const call = async () => await new Promise((_resolve, reject) => { dispatcher.dispatch({ path: '/', method: 'GET' }, { onRequestStart () {}, onResponseError (_controller, error) { reject(error) } }) })
    await t.rejects(asCaller(t, call, { allowed: ['https://books.example.com'] }), { code })
  }
})

t.test('a dispatcher refuses options that it does not know', t => {
  for (const options of [{ mising: 'bare' }, { missing: 'never' }, { elsewhere: true }]) {
    t.throws(() => authDispatcher(options as AuthDispatcherOptions), { code: 'AUTH_OPTION_INVALID' })
  }
  t.end()
})

t.test('an origin is written as URL.origin writes it, and is https or on this machine', async t => {
  for (const origin of ['http://localhost:3000', 'http://127.0.0.1', 'http://[::1]:80'.slice(0, 12), 'https://books.example.com', 'https://books.example.com:8443']) {
    await openPassthrough(t, { allowedOrigins: [origin] })
  }
  const wrong = ['https://books.example.com/', 'https://books.example.com:443', 'https://BOOKS.example.com', 'https://*.example.com', '*', 'null', 'books.example.com', 'http://books.example.com', 'https://user@books.example.com', 'ws://localhost', 'blob:https://books.example.com/', 'http://localhost.example.com', '']
  for (const origin of wrong) {
    await t.rejects(openPassthrough(t, { allowedOrigins: [origin] }), { code: 'AUTH_OPTION_INVALID', message: /passthrough\.allowedOrigins\.0 must be an origin/ }, origin)
    t.throws(() => withAuthMetadata([['x', 'y']], () => {}, { allowedOrigins: [origin] }), { code: 'AUTH_OPTION_INVALID', message: /withAuthMetadata: allowedOrigins\.0/ })
  }
  t.throws(() => withAuthMetadata([['x', 'y']], () => {}, { allowedOrigins: 'https://books.example.com' as never }), { code: 'AUTH_OPTION_INVALID' }, 'a text is no list')
})

t.test('what the app does not catch is answered with its code, and a challenge', async t => {
  const app = await openPassthrough(t, { required: false }, app => {
    app.get('/', async () => await authFetch('https://books.example.com'))
  })
  const missing = await app.inject('/')
  t.strictSame([missing.statusCode, missing.json().code], [500, 'AUTH_OPTION_INVALID'])
  const lost = await openPassthrough(t, {}, app => { app.setNotFoundHandler(async () => await authFetch('https://books.example.com')) })
  t.strictSame((await lost.inject('/nowhere')).json().code, 'AUTH_OPTION_INVALID', 'where no route was found, too')
  const allowing = await openPassthrough(t, { required: false, allowedOrigins: ['https://books.example.com'] }, app => {
    app.get('/', async () => await authFetch('https://books.example.com'))
  })
  const refused = await allowing.inject('/')
  t.strictSame([refused.statusCode, refused.json().code, refused.headers['www-authenticate']], [401, 'AUTH_CREDENTIALS_MISSING', 'Bearer realm="api"'])
})
