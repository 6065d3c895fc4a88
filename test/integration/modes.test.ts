import t from 'tap'

import { bearer, handIssuer, now } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { requireUser } from '../../lib/index.js'

import type { FastifyInstance, InjectOptions } from 'fastify'
import type { Test } from 'tap'
import type { Mode, RouteAuth } from '../../lib/index.js'

type Answer = readonly [status: number, seen: string]

const issuer = handIssuer()
const outage = handIssuer('https://outage.example')
const good = issuer.token()

/** How a request may come, and what each mode answers: the user that the handler sees, or the code of the refusal. */
const rows: Readonly<Record<string, { readonly headers: NonNullable<InjectOptions['headers']> } & Readonly<Record<Mode, Answer>>>> = {
  'without credentials': {
    headers: {}, public: [200, 'nobody'], tolerant: [200, 'nobody'], optional: [200, 'nobody'], required: [401, 'AUTH_CREDENTIALS_MISSING']
  },
  'with credentials of a kind that nobody reads': {
    headers: { authorization: 'Digest username="alice"' }, public: [200, 'nobody'], tolerant: [200, 'nobody'], optional: [200, 'nobody'], required: [401, 'AUTH_CREDENTIALS_MISSING']
  },
  'with a good token': {
    headers: bearer(good), public: [200, 'nobody'], tolerant: [200, 'alice'], optional: [200, 'alice'], required: [200, 'alice']
  },
  'with a header that is no token': {
    headers: { authorization: 'Bearer' }, public: [200, 'nobody'], tolerant: [200, 'nobody'], optional: [401, 'AUTH_CREDENTIALS_MALFORMED'], required: [401, 'AUTH_CREDENTIALS_MALFORMED']
  },
  'with text in place of a token': {
    headers: bearer('text'), public: [200, 'nobody'], tolerant: [200, 'nobody'], optional: [401, 'AUTH_TOKEN_INVALID'], required: [401, 'AUTH_TOKEN_INVALID']
  },
  'with a token of an unknown issuer': {
    headers: bearer(handIssuer('https://other.example').token()), public: [200, 'nobody'], tolerant: [200, 'nobody'], optional: [401, 'AUTH_TOKEN_INVALID'], required: [401, 'AUTH_TOKEN_INVALID']
  },
  'with a token that is signed with another key': {
    headers: bearer(handIssuer().token()), public: [200, 'nobody'], tolerant: [200, 'nobody'], optional: [401, 'AUTH_TOKEN_INVALID'], required: [401, 'AUTH_TOKEN_INVALID']
  },
  'with an expired token': {
    headers: bearer(issuer.token({ exp: now() - 60 })), public: [200, 'nobody'], tolerant: [200, 'nobody'], optional: [401, 'AUTH_TOKEN_EXPIRED'], required: [401, 'AUTH_TOKEN_EXPIRED']
  },
  'with two tokens': {
    headers: { authorization: [good, good].map(token => `Bearer ${token}`) as unknown as string },
    public: [200, 'nobody'],
    tolerant: [200, 'nobody'],
    optional: [400, 'AUTH_CREDENTIALS_AMBIGUOUS'],
    required: [400, 'AUTH_CREDENTIALS_AMBIGUOUS']
  },
  'with a token that cannot be judged': {
    headers: bearer(outage.token()), public: [200, 'nobody'], tolerant: [503, 'AUTH_PROVIDER_UNAVAILABLE'], optional: [503, 'AUTH_PROVIDER_UNAVAILABLE'], required: [503, 'AUTH_PROVIDER_UNAVAILABLE']
  }
}

const modes: readonly Mode[] = ['public', 'tolerant', 'optional', 'required']

const providers = {
  'answers at once': [issuer.provider(), outage.provider({ name: 'outage', verify: () => { throw new Error('down') } })],
  'answers later': [issuer.promisingProvider(), outage.provider({ name: 'outage', verify: async () => { throw new Error('down') } })]
}

for (const [manner, jwtProvider] of Object.entries(providers)) {
  for (const mode of modes) {
    t.test(`a provider that ${manner}, mode ${mode}`, async t => {
      const ways: Readonly<Record<string, FastifyInstance>> = {
        'of the plugin': await openApp(t, { jwtProvider, mode }, app => declareWhoami(app)),
        'of a route, in short': await openApp(t, { jwtProvider, mode: other(mode) }, app => declareWhoami(app, mode)),
        'of a route, at length': await openApp(t, { jwtProvider, mode: other(mode) }, app => declareWhoami(app, { mode, authenticators: ['bearerAuth'] }))
      }
      for (const [way, app] of Object.entries(ways)) {
        await t.test(way, t => followRows(t, app, mode))
      }
    })
  }
}

t.test('what a public route is sent is not read, and no provider is asked', async t => {
  const provider = issuer.provider()
  const app = await openApp(t, { jwtProvider: provider, mode: 'public' }, app => declareWhoami(app))
  await app.inject({ url: '/whoami', headers: bearer(good) })
  t.equal(provider.asked, 0)
})

t.test('a guard makes a route required, whatever the mode of the plugin', async t => {
  for (const mode of modes) {
    const app = await openApp(t, { jwtProvider: issuer.provider(), mode }, app => {
      app.get('/own', { preHandler: [requireUser()] }, async () => 'own')
      app.register(async inner => {
        inner.addHook('preHandler', requireUser())
        inner.get('/inherited', async () => 'inherited')
      })
    })
    for (const url of ['/own', '/inherited']) {
      t.match(await app.inject(url), { statusCode: 401 }, `${mode} ${url}`)
      t.match((await app.inject(url)).json(), { code: 'AUTH_CREDENTIALS_MISSING' })
      t.match(await app.inject({ url, headers: bearer(good) }), { statusCode: 200 })
    }
  }
})

t.test('public lifts the guards that a route inherits', async t => {
  const app = await openApp(t, { jwtProvider: issuer.provider() }, app => {
    app.addHook('onRequest', requireUser())
    app.addHook('preHandler', requireUser())
    app.get('/open', { config: { auth: 'public' } }, async request => request.user)
    app.get('/closed', async () => 'closed')
  })
  t.match(await app.inject('/open'), { statusCode: 200, body: 'null' })
  t.match(await app.inject('/closed'), { statusCode: 401 })
})

async function followRows (t: Test, app: FastifyInstance, mode: Mode): Promise<void> {
  for (const [name, { headers, [mode]: [status, seen] }] of Object.entries(rows)) {
    const response = await app.inject({ url: '/whoami', headers })
    t.equal(response.statusCode, status, name)
    t.equal(status === 200 ? response.body : response.json().code, seen, name)
  }
}

function declareWhoami (app: FastifyInstance, auth?: RouteAuth): void {
  app.get('/whoami', { config: auth === undefined ? {} : { auth } }, async ({ user }) => user?.id ?? 'nobody')
}

function other (mode: Mode): Mode {
  return mode === 'public' ? 'required' : 'public'
}
