import { openApp } from '../../fixtures/open-app.js'
import { pinLogin } from '../../fixtures/pin-login.js'

import type { LightMyRequestResponse } from 'fastify'
import type { Test } from 'tap'
import type { Options, Row } from './row.js'
import type { Store } from '../../../lib/index.js'

const beside = { authenticators: [pinLogin()] }

/** What becomes of a right PIN after some wrong ones; with several apps, typed at the last of them. */
function typeWrong (count: number, at: (response: LightMyRequestResponse) => unknown, apps = 1): Row['observe'] {
  return async function observe (options: Options, t: Test) {
    const opened = await Promise.all(Array.from({ length: apps }, () => openApp(t, options, app => { app.get('/', async () => 'in') })))
    const send = (index: number, pin: string) => (opened.at(index) as typeof opened[number]).inject({ url: '/', headers: { 'x-pin': `alice ${pin}` } })
    for (let index = 0; index < count; index++) {
      await send(0, 'wrong')
    }
    return at(await send(-1, '1234'))
  }
}

const status = ({ statusCode }: LightMyRequestResponse): number => statusCode

function createStore (): Store {
  const kept = new Map<string, Uint8Array>()
  return {
    get: async key => kept.get(key) ?? null,
    set: async (key, value) => { kept.set(key, value) },
    delete: async key => { kept.delete(key) },
    clear: async () => { kept.clear() }
  }
}

export const failureRows: readonly Row[] = [
  { option: 'failureLimit', beside, observe: typeWrong(10, status), value: null, without: 429, with: 200 },
  { option: 'failureLimit.max', beside, observe: typeWrong(1, status), value: { max: 1 }, without: 200, with: 429 },
  { option: 'failureLimit.windowSeconds', beside, observe: typeWrong(10, ({ headers }) => Number(headers['retry-after']) > 300), value: { windowSeconds: 3_000 }, without: false, with: true },
  { option: 'failureLimit.store', beside, observe: typeWrong(10, status, 2), value: { store: createStore() }, without: 200, with: 429 }
]
