import t from 'tap'

import { createUser } from '../../../lib/user/create-user.js'
import { currentUser } from '../../../lib/user/current-user.js'
import { injectedUserOf, injectUser } from '../../../lib/user/injected-users.js'
import { sealIdentity } from '../../../lib/user/seal-identity.js'
import { verdictOf, writeVerdict } from '../../../lib/user/verdict-slot.js'
import { AUTH_TOKEN_EXPIRED } from '../../../lib/errors.js'

import type { FastifyRequest } from 'fastify'
import type { Verdict } from '../../../lib/user/verdict-slot.js'

const identity = sealIdentity({
  subject: 'alice',
  issuer: 'https://issuer.example',
  kind: 'human',
  name: 'Alice',
  email: null,
  emailVerified: null,
  clientId: 'app',
  scopes: ['read'],
  claims: { secret: 'hidden' },
  expiresAt: null,
  groups: null,
  roles: null,
  permissions: null
}, 'bearerAuth')

const user = createUser({ identity, names: name => [name], profile: () => ({ city: 'Bern' }) })

t.test('a user asks his source, and always promises', async t => {
  for (const name of ['groups', 'roles', 'permissions'] as const) {
    const promised = user[name]()
    t.type(promised, Promise)
    t.strictSame(await promised, [name])
  }
  t.strictSame(await user.profile(), { city: 'Bern' })
})

t.test('what his source throws, a user rejects with', async t => {
  const fail = () => { throw new RangeError('at once') }
  const failing = createUser({ identity, names: fail, profile: fail })
  for (const ask of [failing.groups, failing.roles, failing.permissions, failing.profile]) await t.rejects(Reflect.apply(ask, failing, []), RangeError)
})

t.test('a user is frozen, and in JSON six members', async t => {
  t.ok(Object.isFrozen(user))
  t.equal(JSON.stringify(user), '{"id":"alice","kind":"human","issuer":"https://issuer.example","name":"Alice","email":null,"clientId":"app"}')
  t.notMatch(Object.keys(user), ['source'])
})

t.test('the user of a request is the one that the verdict names, or else an error', async t => {
  const request = {} as FastifyRequest
  t.equal(verdictOf(request), null)
  t.throws(() => currentUser(request), { code: 'AUTH_CREDENTIALS_MISSING', statusCode: 401 })
  const verdict = { error: null, principal: { user }, authenticator: 'bearerAuth', route: {} } as unknown as Verdict
  writeVerdict(request, verdict)
  t.equal(verdictOf(request), verdict)
  t.equal(currentUser(request), user)
  writeVerdict(request, { ...verdict, principal: null })
  t.throws(() => currentUser(request), { code: 'AUTH_CREDENTIALS_MISSING' })
  writeVerdict(request, { ...verdict, principal: null, error: new AUTH_TOKEN_EXPIRED() })
  t.throws(() => currentUser(request), { code: 'AUTH_TOKEN_EXPIRED' })
})

t.test('a user is injected into one request and no other', async t => {
  const raw = {}
  t.equal(injectedUserOf(raw), null)
  injectUser(raw, identity)
  t.equal(injectedUserOf(raw), identity)
  t.equal(injectedUserOf({}), null)
  t.equal(injectedUserOf({ ...raw }), null)
})
