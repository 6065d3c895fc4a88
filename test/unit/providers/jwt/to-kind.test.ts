import t from 'tap'

import { stopClock } from '../../../fixtures/clock.js'
import { setUpStatic } from '../../../fixtures/set-up-static.js'

import type { Test } from 'tap'
import type { IdentityKind } from '../../../../types/identity.js'

t.beforeEach(function stopTime (t: Test) { stopClock(t) })

t.test('takes a subject that is the client itself for a machine', async t => {
  const { identity } = setUpStatic()
  t.equal((await identity({ sub: 'app', client_id: 'app' })).kind, 'machine')
  t.equal((await identity({ sub: 'app', azp: 'app', auth_time: 1 })).kind, 'machine')
  t.equal((await identity({ sub: 'app', client_id: 'App' })).kind, 'unknown')
})

t.test('takes a subject that has signed in, or has a name of its own, for a person', async t => {
  const { identity } = setUpStatic()
  for (const claims of [{ auth_time: 1 }, { amr: ['pwd'] }, { given_name: 'A' }, { family_name: 'B' }]) {
    t.equal((await identity(claims)).kind, 'human', JSON.stringify(claims))
  }
})

t.test('takes nobody for anything without evidence', async t => {
  const { identity } = setUpStatic()
  for (const claims of [{}, { auth_time: 'x', amr: [], given_name: ' ', family_name: 1 }, { amr: 'pwd' }, { name: 'Alice', email: 'a@b' }, { client_id: 'app' }]) {
    t.equal((await identity(claims)).kind, 'unknown', JSON.stringify(claims))
  }
})

t.test('asks the rule of the app, which cannot change the claims', async t => {
  const { identity } = setUpStatic({
    claims: {
      kind: claims => {
        t.throws(() => Object.assign(claims, { sub: 'mallory' }), TypeError)
        return claims['is_robot'] === true ? 'machine' : 'human'
      }
    }
  })
  t.match(await identity({ is_robot: true }), { kind: 'machine', subject: 'alice' })
  t.match(await identity({ auth_time: 1 }), { kind: 'human' })
})

t.test('counts a rule that throws or answers nonsense as an outage', async t => {
  const throwing = setUpStatic({ claims: { kind: () => { throw new Error('boom') } } })
  t.equal(await throwing.outcome(), '503 AUTH_PROVIDER_UNAVAILABLE provider_failed')
  for (const answer of ['robot', null, undefined, true, Promise.resolve('human')]) {
    const { outcome } = setUpStatic({ claims: { kind: () => answer as IdentityKind } })
    t.equal(await outcome(), '503 AUTH_PROVIDER_UNAVAILABLE provider_answer')
  }
})
