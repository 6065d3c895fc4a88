import { EventEmitter } from 'node:events'
import t from 'tap'

import type { HashReader } from '../../../../lib/providers/basic/password-hash.js'

const RECORD = '$2b$04$gh6C4HRGMzAU78tYCSse/.tavqcHHU4gsxE2cnoWX6B3muQWi8t0y'

t.test('a thread that breaks fails those who wait, and the next one starts another', async t => {
  const workers: Worker[] = []
  class Worker extends EventEmitter {
    readonly asked: Array<{ readonly id: number }> = []
    constructor () {
      super()
      workers.push(this)
    }

    ref (): void {}
    unref (): void {}
    postMessage (question: { readonly id: number }): void { this.asked.push(question) }
  }
  const { readBcrypt } = await t.mockImport<{ readonly readBcrypt: HashReader }>('../../../../lib/providers/basic/bcrypt.js', { 'node:worker_threads': { Worker } })
  const hash = readBcrypt(RECORD)
  const both = [hash?.verify('one'), hash?.verify('two')].map(async answer => await Promise.resolve(answer).catch((error: Error) => error.message))
  workers[0]?.emit('error', new Error('out of memory'))
  t.strictSame(await Promise.all(both), ['out of memory', 'out of memory'])
  const next = hash?.verify('three')
  workers[1]?.emit('message', { id: workers[1].asked[0]?.id, isRight: true })
  t.equal(await next, true)
  t.equal(workers.length, 2)
})
