import t from 'tap'

import { stopClock } from '../fixtures/clock.js'
import { collectLog } from '../fixtures/collect-log.js'
import { INVALID, openEntraApp } from '../fixtures/entra-app.js'
import { API, createDirectoryKey, startDirectory, TENANT } from '../fixtures/entra-directory.js'
import { openApp } from '../fixtures/open-app.js'
import { createContext } from '../fixtures/provider-context.js'
import { anyTenant, entra } from '../../lib/providers/entra/index.js'

import type { Test } from 'tap'
import type { EntraDirectory } from '../fixtures/entra-directory.js'
import type { EntraOptions } from '../../lib/providers/entra/index.js'

const UNAVAILABLE = [503, 'AUTH_PROVIDER_UNAVAILABLE', 'keys_unavailable'] as const
const WARNING = 'provider could not be warmed up; requests get 503 until it answers'

/** Whether an app boots, and with how many warnings. */
async function boot (t: Test, directory: EntraDirectory, options: Partial<EntraOptions> = {}): Promise<unknown> {
  const log = collectLog('warn')
  try {
    await openApp(t, { jwtProvider: entra({ tenantId: TENANT, audience: API, fetch: directory.fetch, ...options }) }, () => {}, { logger: log.logger })
  } catch (error) {
    return (error as { readonly code: string }).code
  }
  return log.of(WARNING).length
}

t.test('without the keys of version 2.0 an app is warned about, or does not start', async t => {
  const directory = await startDirectory(t)
  directory.down.add('2.0')
  t.equal(await boot(t, directory), 1)
  t.equal(await boot(t, directory, { warmUp: 'required' }), 'AUTH_OPTION_INVALID')
  const { refusal, user } = await openEntraApp(t, {}, directory)
  t.strictSame(await refusal(directory.userToken()), UNAVAILABLE)
  t.match(await user(directory.userTokenV1()), { status: 200 })
})

t.test('without the keys of version 1.0 an app starts, and answers its tokens with 503', async t => {
  const directory = await startDirectory(t)
  directory.down.add('1.0')
  t.equal(await boot(t, directory, { warmUp: 'required' }), 0)
  const { refusal, user } = await openEntraApp(t, {}, directory)
  t.match(await user(directory.userToken()), { status: 200 })
  t.strictSame(await refusal(directory.userTokenV1()), UNAVAILABLE)
})

t.test('metadata that speak for others, or send us elsewhere for keys, are none', async t => {
  const directory = await startDirectory(t)
  const bad = [
    { issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0' }, { issuer: 'https://evil.example/' }, { issuer: undefined },
    { jwks_uri: 'https://evil.example/keys' }, { jwks_uri: 'http://login.microsoftonline.com/keys' }, { jwks_uri: 'https://login.microsoftonline.us/keys' },
    { jwks_uri: 'https://login.microsoftonline.com:8443/keys' }, { jwks_uri: 7 }
  ]
  for (const description of bad) {
    directory.description = description
    const { refusal } = await openEntraApp(t, {}, directory)
    t.strictSame(await refusal(directory.userToken()), UNAVAILABLE, JSON.stringify(description))
  }
  directory.description = { issuer: `https://login.microsoftonline.com/${TENANT}/v2.0` }
  const many = await openEntraApp(t, { tenantId: anyTenant }, directory)
  t.strictSame(await many.refusal(directory.userToken()), UNAVAILABLE, 'one tenant does not speak for all')
  t.notOk(directory.asked.some(path => path === '/keys'))
})

t.test('what is published and is no key harms no other key', async t => {
  const directory = await startDirectory(t)
  directory.extraKeys.push({ ...createDirectoryKey(), jwk: null as never }, { ...createDirectoryKey(), jwk: { kty: 'oct', k: 'AA' } })
  const { user } = await openEntraApp(t, {}, directory)
  t.match(await user(directory.userToken()), { status: 200 })
})

t.test('a key that is withdrawn, of whichever version, verifies nothing any more', async t => {
  const clock = stopClock(t, Date.now())
  const directory = await startDirectory(t)
  const provider = entra({ tenantId: TENANT, audience: API, fetch: directory.fetch })
  t.teardown(() => provider.close?.())
  await provider.warmUp?.()
  const old = directory.userTokenV1()
  t.match(await provider.verify(old, createContext()), { kind: 'human' })
  const before = provider.keyGeneration ?? 0
  directory.keys['1.0'] = createDirectoryKey()
  clock.advance(20)
  t.match(await provider.verify(directory.userTokenV1(), createContext()), { kind: 'human' })
  t.equal(provider.keyGeneration, before + 1)
  t.throws(() => provider.verify(old, createContext()), { code: 'AUTH_TOKEN_INVALID', cause: { reason: 'kid_unknown' } })
})

t.test('an app with keys of its own asks for them by its id', async t => {
  const directory = await startDirectory(t)
  const { user } = await openEntraApp(t, { signingKeysAppId: API }, directory)
  t.match(await user(directory.userToken()), { status: 200 })
  t.ok(directory.asked.length === 4 && directory.asked.every(path => path.endsWith(`?appid=${API}`)))
  directory.description = { jwks_uri: `https://login.microsoftonline.com/${TENANT}/discovery/v2.0/keys` }
  const other = await openEntraApp(t, { signingKeysAppId: API }, directory)
  t.match(await other.user(directory.userToken()), { status: 200 })
  t.ok(directory.asked.every(path => path.endsWith(`?appid=${API}`)), 'whatever the metadata say')
})

t.test('metadata may be elsewhere, and say the same', async t => {
  const directory = await startDirectory(t)
  const { user } = await openEntraApp(t, {
    discoveryUrl: `${directory.url}/{tenant}/v2.0/.well-known/openid-configuration`,
    fetch: async (url, init) => url.startsWith(directory.url) ? await fetch(url, init) : await directory.fetch(url, init)
  }, directory)
  t.match(await user(directory.userToken()), { status: 200 })
  t.match(await user(directory.userTokenV1()), { status: 200 })
})

t.test('each cloud has hosts and issuers of its own', async t => {
  const rows = [
    ['usgov', 'https://login.microsoftonline.us', 'https://sts.windows.net'], ['china', 'https://login.partner.microsoftonline.cn', 'https://sts.chinacloudapi.cn']
  ] as const
  for (const [cloud, login, sts] of rows) {
    const directory = await startDirectory(t, cloud)
    const { refusal, user } = await openEntraApp(t, { cloud }, directory)
    const issuer = `${login}/${TENANT}/v2.0`
    t.match(await user(directory.userToken({ iss: issuer })), { status: 200, issuer })
    t.match(await user(directory.userTokenV1({ iss: `${sts}/${TENANT}/` })), { status: 200, issuer })
    t.strictSame(await refusal(directory.userToken({ iss: `https://login.microsoftonline.com/${TENANT}/v2.0` })), [...INVALID, 'issuer_unknown'])
  }
  const china = await startDirectory(t, 'china')
  china.description = { jwks_uri: `https://login.chinacloudapi.cn/${TENANT}/discovery/v2.0/keys` }
  const { user } = await openEntraApp(t, { cloud: 'china' }, china)
  t.match(await user(china.userToken()), { status: 200 })
})
