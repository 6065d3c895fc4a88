import { basicHeader } from '../fixtures/basic-header.js'
import { pinLogin } from '../fixtures/pin-login.js'
import { startService } from '../fixtures/validation-service.js'
import { proveAuthenticator } from './authenticator.js'
import { fromCookie } from '../../lib/index.js'
import { apiKey, issueApiKey, memoryKeys } from '../../lib/providers/api-key/index.js'
import { basic, hashPassword } from '../../lib/providers/basic/index.js'
import { gateway } from '../../lib/providers/gateway/index.js'

import type { InjectOptions } from 'fastify'
import type { Test } from 'tap'
import type { AuthenticatorSubject } from './authenticator.js'
import type { Authenticator } from '../../lib/index.js'
import type { GatewayOptions } from '../../lib/providers/gateway/index.js'

const passwordHash = await hashPassword('open sesame')

function withPassword (challenge: boolean): AuthenticatorSubject {
  const authenticator = basic({ findByUsername: async username => username === 'alice' ? { id: '1', passwordHash, roles: ['editor'] } : null }, { challenge })
  return { authenticator: authenticator as Authenticator, good: { url: '/', headers: basicHeader('alice', 'open sesame') }, bad: { url: '/', headers: basicHeader('alice', 'open says me') } }
}

function withKey (place: 'header' | 'cookie', name: string, send: (key: string) => InjectOptions): AuthenticatorSubject {
  const { key, record } = issueApiKey({ owner: 'job', permissions: ['book.read'] })
  const { key: other } = issueApiKey({ owner: 'job' })
  return { authenticator: apiKey(memoryKeys([record]), { in: place, name }) as Authenticator, good: send(key), bad: send(other) }
}

proveAuthenticator('one by hand', () => ({ authenticator: pinLogin() as Authenticator, good: { url: '/', headers: { 'x-pin': 'alice 1234' } }, bad: { url: '/', headers: { 'x-pin': 'alice 4321' } } }))
proveAuthenticator('basic', () => withPassword(true))
proveAuthenticator('basic that opens no dialog', () => withPassword(false))
proveAuthenticator('apiKey in a header', () => withKey('header', 'x-api-key', key => ({ url: '/', headers: { 'x-api-key': key } })))
proveAuthenticator('apiKey in a cookie', () => withKey('cookie', 'key', key => ({ url: '/', cookies: { key } })))
proveAuthenticator('gateway', t => behindService(t, {}, token => ({ url: '/', headers: { authorization: `Bearer ${token}` } })))
proveAuthenticator('gateway with a cookie', t => behindService(t, { sources: fromCookie('session') }, token => ({ url: '/', cookies: { session: token } })))

async function behindService (t: Test, options: Partial<GatewayOptions>, send: (token: string) => InjectOptions): Promise<AuthenticatorSubject> {
  const { url } = await startService(t)
  const authenticator = gateway({ url, ...options })
  t.teardown(() => authenticator.client.close())
  return { authenticator: authenticator as unknown as Authenticator, good: send('good'), bad: send('invented-by-somebody') }
}
