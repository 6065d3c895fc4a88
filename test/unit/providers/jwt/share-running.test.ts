import t from 'tap'

import { shareRunning } from '../../../../lib/providers/jwt/share-running.js'
import { createDeferred, settled } from '../../../fixtures/deferred.js'

import type { Deferred } from '../../../fixtures/deferred.js'

const SIGNATURE = new Uint8Array(2)

function open () {
  const asked: Array<Deferred<boolean> & { readonly token: string }> = []
  const check = shareRunning(async function ask (token) {
    const answer = { ...createDeferred<boolean>(), token }
    asked.push(answer)
    return await answer.promise
  })
  return { asked, check: (token: string) => Promise.resolve(check(token, SIGNATURE)) }
}

t.test('a hundred who ask about one token at once get one answer', async t => {
  for (const isGood of [true, false]) {
    const { asked, check } = open()
    const answers = Promise.all(Array.from({ length: 100 }, () => check('one.and.the-same-token')))
    t.equal(asked.length, 1)
    asked[0]?.resolve(isGood)
    t.same(new Set(await answers), new Set([isGood]))
  }
})

t.test('what was answered is not remembered', async t => {
  const { asked, check } = open()
  const first = check('one.and.the-same-token')
  asked[0]?.resolve(true)
  t.equal(await first, true)
  await settled()
  const second = check('one.and.the-same-token')
  t.equal(asked.length, 2)
  asked[1]?.resolve(false)
  t.equal(await second, false)
})

t.test('who cannot be told shares that with those who wait, and with nobody later', async t => {
  const { asked, check } = open()
  const waiting = Promise.allSettled([check('token'), check('token')])
  asked[0]?.reject(new Error('out of order'))
  t.same((await waiting).map(({ status }) => status), ['rejected', 'rejected'])
  const later = check('token')
  asked[1]?.resolve(true)
  t.equal(await later, true)
})

t.test('two tokens with one end are two tokens', async t => {
  const { asked, check } = open()
  const tail = 'a'.repeat(40)
  const [one, other, again] = [check(`one.${tail}`), check(`other.${tail}`), check(`one.${tail}`)]
  t.same(asked.map(({ token }) => token), [`one.${tail}`, `other.${tail}`])
  asked[1]?.resolve(false)
  t.equal(await other, false)
  const joined = check(`one.${tail}`)
  t.equal(asked.length, 2, 'the end of the other one is not that of the first')
  asked[0]?.resolve(true)
  t.same(await Promise.all([one, again, joined]), [true, true, true])
})
