import Fastify from 'fastify'
import t from 'tap'

import { stopClock } from '../fixtures/clock.js'
import { bearer, handIssuer, now } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import authPlugin, { currentUser } from '../../lib/index.js'

import type { FastifyInstance } from 'fastify'
import type { AuthPluginOptions, JwtProvider, ProvidedIdentity } from '../../lib/index.js'

const issuer = handIssuer()

function declareWhoami (app: FastifyInstance): void {
  app.get('/', async request => currentUser(request).id)
}

/** Who the app says has sent a token, or else the code. */
async function whoami (app: FastifyInstance, token: string): Promise<string> {
  const response = await app.inject({ url: '/', headers: bearer(token) })
  return response.statusCode === 200 ? response.body : response.json<{ code: string }>().code
}

for (const [manner, create] of Object.entries({ 'at once': issuer.provider, later: issuer.promisingProvider })) {
  t.test(`a token of a cacheable provider is verified once, of any other one every time, answered ${manner}`, async t => {
    for (const [cacheable, asked] of [[true, 1], [false, 3], [undefined, 3]] as const) {
      const provider = create(cacheable === undefined ? {} : { cacheable })
      const app = await openApp(t, { jwtProvider: provider }, declareWhoami)
      const token = issuer.token()
      for (let times = 0; times < 3; times++) t.equal(await whoami(app, token), 'alice')
      t.equal(provider.asked, asked, `${cacheable}`)
    }
  })

  t.test(`a remembered token ends when it ends, answered ${manner}`, async t => {
    const clock = stopClock(t)
    const provider = create({ cacheable: true })
    const app = await openApp(t, { jwtProvider: provider }, declareWhoami)
    const token = issuer.token({ exp: now() + 60 })
    t.equal(await whoami(app, token), 'alice')
    clock.advance(59)
    t.equal(await whoami(app, token), 'alice')
    t.equal(provider.asked, 1)
    clock.advance(1)
    t.equal(await whoami(app, token), 'AUTH_TOKEN_EXPIRED')
    t.equal(provider.asked, 2)
  })
}

t.test('a remembered token that never ends is remembered', async t => {
  const provider = issuer.provider({ cacheable: true, verify: () => identityOf('eternal', null) })
  const app = await openApp(t, { jwtProvider: provider }, declareWhoami)
  const token = issuer.token()
  for (let times = 0; times < 2; times++) t.equal(await whoami(app, token), 'eternal')
  t.equal(provider.asked, 1)
})

t.test('a key that is withdrawn is withdrawn from remembered tokens, too', async t => {
  let keyGeneration = 0
  const provider = Object.defineProperty(issuer.provider({ cacheable: true }), 'keyGeneration', { get: () => keyGeneration })
  const app = await openApp(t, { jwtProvider: provider }, declareWhoami)
  const token = issuer.token()
  await whoami(app, token)
  await whoami(app, token)
  t.equal(provider.asked, 1)
  keyGeneration++
  await whoami(app, token)
  t.equal(provider.asked, 2)
  await whoami(app, token)
  t.equal(provider.asked, 2)
})

t.test('a key that is withdrawn while a token is verified leaves nothing to remember', async t => {
  let keyGeneration = 0
  const verify = async () => {
    keyGeneration++
    return identityOf('alice', now() + 60)
  }
  const provider = Object.defineProperty(issuer.provider({ cacheable: true, verify }), 'keyGeneration', { get: () => keyGeneration })
  const app = await openApp(t, { jwtProvider: provider }, declareWhoami)
  const token = issuer.token()
  await whoami(app, token)
  await whoami(app, token)
  t.equal(provider.asked, 2)
})

t.test('two good tokens with one tail are two tokens', async t => {
  const verify: JwtProvider['verify'] = token => {
    const { sub } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    return identityOf(sub, now() + 60)
  }
  const provider = issuer.provider({ cacheable: true, verify })
  const app = await openApp(t, { jwtProvider: provider }, declareWhoami)
  const [head, payload, signature] = issuer.token({ sub: 'alice' }).split('.')
  const [, otherPayload] = issuer.token({ sub: 'bob' }).split('.')
  for (let times = 0; times < 2; times++) {
    t.equal(await whoami(app, `${head}.${payload}.${signature}`), 'alice')
    t.equal(await whoami(app, `${head}.${otherPayload}.${signature}`), 'bob')
  }
})

t.test('a flood of bad tokens pushes no good one out', async t => {
  const provider = issuer.provider({ cacheable: true })
  const app = await openApp(t, { jwtProvider: provider, tokenCache: { max: 2 } }, declareWhoami)
  const good = [issuer.token({ sub: 'alice' }), issuer.token({ sub: 'bob' })] as const
  for (const token of good) await whoami(app, token)
  const forger = handIssuer()
  for (let times = 0; times < 100; times++) t.equal(await whoami(app, forger.token({ sub: `nobody-${times}` })), 'AUTH_TOKEN_INVALID')
  t.equal(provider.asked, 102)
  t.equal(await whoami(app, good[0]), 'alice')
  t.equal(await whoami(app, good[1]), 'bob')
  t.equal(provider.asked, 102)
})

t.test('an outage is not remembered', async t => {
  let isDown = true
  const verify = async () => {
    if (isDown) throw new Error('down')
    return identityOf('alice', now() + 60)
  }
  const app = await openApp(t, { jwtProvider: issuer.provider({ cacheable: true, verify }) }, declareWhoami)
  const token = issuer.token()
  t.equal(await whoami(app, token), 'AUTH_PROVIDER_UNAVAILABLE')
  isDown = false
  t.equal(await whoami(app, token), 'alice')
})

t.test('what one registration remembers is nothing to another one', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  const providers = [issuer.provider({ cacheable: true }), issuer.provider({ cacheable: true })]
  for (const [index, jwtProvider] of providers.entries()) {
    app.register(async inner => {
      await inner.register(authPlugin, { jwtProvider })
      inner.get(`/${index}`, async request => currentUser(request).id)
    })
  }
  const headers = bearer(issuer.token())
  for (const url of ['/0', '/1', '/0', '/1']) t.match(await app.inject({ url, headers }), { statusCode: 200, body: 'alice' })
  t.same(providers.map(provider => provider.asked), [1, 1])
})

t.test('a provider that two registrations share grants in each what that one says', async t => {
  const jwtProvider = issuer.provider({ cacheable: true })
  const options: Readonly<Record<string, AuthPluginOptions>> = {
    one: { jwtProvider, groupsProvider: { fetchGroups: () => ['one'] } },
    other: { jwtProvider, groupsProvider: { fetchGroups: () => ['other'] } }
  }
  const app = Fastify()
  t.teardown(() => app.close())
  for (const [name, given] of Object.entries(options)) {
    app.register(async inner => {
      await inner.register(authPlugin, given)
      inner.get(`/${name}`, async request => await currentUser(request).groups())
    })
  }
  const headers = bearer(issuer.token())
  for (const name of ['one', 'other', 'one', 'other']) t.equal((await app.inject({ url: `/${name}`, headers })).body, JSON.stringify([name]))
})

t.test('no handler can change what is remembered', async t => {
  const app = await openApp(t, { jwtProvider: issuer.provider({ cacheable: true }) }, app => {
    app.get('/', async request => {
      const user = currentUser(request) as unknown as { id: string, claims: { sub: string, list: string[] }, scopes: string[] }
      for (const change of [() => { user.id = 'root' }, () => { user.claims.sub = 'root' }, () => { user.claims.list.push('root') }, () => { user.scopes.push('root') }]) {
        t.throws(change, TypeError)
      }
      t.throws(() => Object.setPrototypeOf(user.claims, { role: 'root' }), TypeError)
      t.throws(() => Object.defineProperty(user, 'groups', { value: async () => ['root'] }), TypeError)
      return [user.id, user.claims, user.scopes, await currentUser(request).groups()]
    })
  })
  const headers = bearer(issuer.token({ list: ['a'], scope: 'read', groups: ['staff'] }))
  const first = (await app.inject({ url: '/', headers })).json()
  t.same((await app.inject({ url: '/', headers })).json(), first)
  t.match(first, ['alice', { sub: 'alice', list: ['a'] }, ['read'], ['staff']])
})

t.test('what a provider keeps of its answers changes nothing that is remembered', async t => {
  const answer = { ...identityOf('alice', now() + 60), groups: ['staff'], claims: { list: ['a'] } }
  const app = await openApp(t, { jwtProvider: issuer.provider({ cacheable: true, verify: () => answer }) }, app => {
    app.get('/', async request => [currentUser(request).claims, await currentUser(request).groups()])
  })
  const headers = bearer(issuer.token())
  const first = (await app.inject({ url: '/', headers })).body
  answer.groups.push('admin')
  answer.claims.list.push('b')
  t.equal((await app.inject({ url: '/', headers })).body, first)
})

t.test('who comes at once is verified each for himself', async t => {
  const provider = issuer.promisingProvider({ cacheable: true })
  const app = await openApp(t, { jwtProvider: provider }, declareWhoami)
  const token = issuer.token()
  t.same(await Promise.all(Array.from({ length: 5 }, () => whoami(app, token))), Array(5).fill('alice'))
  await whoami(app, token)
  t.ok(provider.asked <= 5)
})

function identityOf (subject: string, expiresAt: number | null): ProvidedIdentity {
  return {
    subject, issuer: issuer.url, kind: 'human', name: null, email: null, emailVerified: null, clientId: null, scopes: [], claims: {}, expiresAt, groups: null, roles: null, permissions: null
  }
}
