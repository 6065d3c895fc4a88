import t from 'tap'

import { stopClock } from '../../../../fixtures/clock.js'
import { createDecisionScene, toAnswer } from '../../../../fixtures/decision-scene.js'
import { createDeferred, settled } from '../../../../fixtures/deferred.js'
import { ForgottenSubjects } from '../../../../../lib/providers/gateway/cache/forgotten-subjects.js'
import { memoryStore } from '../../../../../lib/sources/cache/index.js'

import type { Answer, DecisionScene } from '../../../../fixtures/decision-scene.js'
import type { Store } from '../../../../../lib/index.js'

type Forget = (scene: DecisionScene) => Promise<void>

const WAYS: Readonly<Record<string, Forget>> = {
  'the token': ({ cache }) => cache.forgetToken('token'),
  'the subject': ({ cache }) => cache.forgetSubject('alice'),
  everything: ({ cache }) => cache.forgetAll()
}

for (const [what, forget] of Object.entries(WAYS)) {
  for (const hasStore of [false, true]) {
    const where = hasStore ? 'in a store' : 'in memory'
    const create = () => createDecisionScene(hasStore ? { store: memoryStore() } : {})

    t.test(`who forgets ${what} ${where} has it asked anew, and that is kept`, async t => {
      const scene = create()
      await scene.ask()
      await forget(scene)
      t.equal(await scene.tell(), '2 service')
      t.equal(await scene.tell(), '2 cache')
    })

    t.test(`what was on its way when ${what} was forgotten ${where} is kept nowhere, and serves nobody who came later`, async t => {
      const scene = create()
      const old = createDeferred<Answer>()
      const first = scene.tell({ load: () => old.promise })
      await settled()
      const forgotten = forget(scene)
      const second = scene.tell()
      old.resolve(toAnswer('old'))
      await forgotten
      t.equal(await first, 'old service')
      t.equal(await second, '1 service')
      await settled()
      t.match(await scene.tell(), hasStore ? /^(1 cache|2 service)$/ : '1 cache', 'a store may need a moment')
    })
  }
}

t.test('what is forgotten is no more than that', async t => {
  const scene = createDecisionScene()
  await scene.ask()
  scene.answer = { subject: 'bob' }
  await scene.ask({ credential: 'other' })
  scene.answer = { subject: null, kind: 'denied' }
  await scene.ask({ credential: 'bad' })
  await scene.cache.forgetToken('another')
  await scene.cache.forgetSubject('carol')
  await scene.cache.forgetSubject('bob')
  t.equal(await scene.tell(), '1 cache')
  t.equal(await scene.tell({ credential: 'bad' }), '3 cache')
  t.equal(await scene.tell({ credential: 'other' }), '4 service')
})

t.test('what one process forgets is forgotten by all that share the store', async t => {
  for (const [what, forget] of Object.entries(WAYS)) {
    const clock = stopClock(t)
    const store = memoryStore()
    const [one, other] = [createDecisionScene({ store }), createDecisionScene({ store })]
    await one.ask()
    t.equal(await other.tell(), '1 cache', what)
    await forget(other)
    t.equal(await one.tell(), '2 service', what)
    clock.advance(6)
    await one.ask()
    t.match(await other.ask(), { from: 'cache' }, `${what}: as soon as no clock can be as wrong as that`)
  }
})

t.test('a store that can neither forget nor tell keeps nobody in', async t => {
  const broken = new Set<keyof Store>()
  const store = memoryStore()
  const failing: Store = {
    get: async key => broken.has('get') && key.includes('subjects') ? await Promise.reject(new Error('down')) : await store.get(key),
    set: async (key, value, ttlMs) => broken.has('set') ? await Promise.reject(new Error('down')) : await store.set(key, value, ttlMs),
    delete: store.delete,
    clear: store.clear
  }
  const scene = createDecisionScene({ store: failing })
  await scene.ask()
  t.equal(await scene.tell(), '1 cache')
  broken.add('set')
  await t.rejects(scene.cache.forgetSubject('alice'), { message: 'down' })
  await t.rejects(scene.cache.forgetToken('other'), { message: 'down' })
  t.equal(await scene.tell(), '2 service', 'here at least it is forgotten')
  broken.clear()
  await scene.ask()
  broken.add('get')
  t.match(await scene.ask(), { from: 'service' })
})

t.test('what a store says of a subject and is no mark counts as one', async t => {
  const store = memoryStore()
  const scene = createDecisionScene({ store })
  await scene.ask()
  for (const text of ['nothing', '{}', '[]', '{"cache":"other","at":0,"atMs":"soon"}']) {
    const altered = createDecisionScene({ store: { ...store, get: async key => key.includes('subjects') ? Buffer.from(text) : await store.get(key) } })
    t.match(await altered.ask(), { from: 'service' }, text)
  }
})

t.test('what a store says of a decision and is none is asked anew', async t => {
  const store = memoryStore()
  const good = { text: '"outcome":{"text":"1"}', kind: '"kind":"allowed"', subject: '"subject":"alice"', expiresAt: '"expiresAt":null', maxAgeSeconds: '"maxAgeSeconds":null', origin: '"began":1' }
  const bad = { text: '"outcome":{"text":1}', kind: '"kind":"denied"', subject: '"subject":1', expiresAt: '"expiresAt":"never"', maxAgeSeconds: '"maxAgeSeconds":"1"', origin: '"began":"1"' }
  await createDecisionScene({ store }).ask()
  for (const name of Object.keys(good) as Array<keyof typeof good>) {
    const altered = createDecisionScene({ store: { ...store, get: async key => alter(await store.get(key), good[name], bad[name]), set: async () => {} } })
    t.equal(await altered.tell(), '1 service', name)
  }
  const intact = createDecisionScene({ store })
  t.equal(await intact.tell(), '1 cache')
})

t.test('of ten thousand and more forgotten subjects none counts as remembered', async t => {
  const subjects = new ForgottenSubjects({ cache: 'here', name: 'test', store: null, lifetimeMs: 60_000 })
  const origin = (began: number) => ({ cache: 'here', began, ended: began, beganAtMs: Date.now() })
  for (let at = 1; at <= 10_005; at++) await subjects.add(`subject ${at}`, at)
  t.equal(subjects.isForgotten('subject 1', origin(0)), true)
  t.equal(subjects.isForgotten('subject 5', origin(5)), true)
  t.equal(subjects.isForgotten('anybody', origin(5)), true, 'what is as old as those for whom there is no room')
  t.equal(subjects.isForgotten('anybody', origin(6)), false)
  t.equal(subjects.isForgotten('subject 10005', origin(10_004)), true)
  t.equal(subjects.isForgotten('subject 10005', origin(10_006)), false)
})

function alter (bytes: Uint8Array | null, from: string, to: string): Uint8Array | null {
  return bytes === null ? null : Buffer.from(Buffer.from(bytes).toString().replace(from, to))
}
