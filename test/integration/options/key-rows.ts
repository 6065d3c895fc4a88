import { setTimeout as sleep } from 'node:timers/promises'

import { stopClock } from '../../fixtures/clock.js'
import { ask, boot, failUntilEnd, nameInLog, openAppWith, send, status } from './factory.js'

import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import type { Factory } from './factory.js'
import type { Options, Row } from './row.js'
import type { Clock } from '../../fixtures/clock.js'

/** What is done with an app between its boot and the look at it. */
type Story = (app: FastifyInstance, clock: Clock) => Promise<unknown>

const DAY_SECONDS = 86_400

/** Options that say where keys come from and how long they are good. The issuer publishes two. */
export function keyRows (factory: Factory): readonly Row[] {
  const { issuer, base: beside, name } = factory
  const token = () => issuer.token({ exp: Math.floor(Date.now() / 1000) + DAY_SECONDS })
  const at = ask(factory, token, status)
  const besideSlow = { ...beside, fetch: fetchSlowly, warmUp: false }

  /** How often the issuer is asked after the boot. */
  function count (story: Story): Row['observe'] {
    return async function observe (options, t) {
      const clock = stopClock(t)
      const fetched: string[] = []
      const app = await openAppWith(t, factory, { ...options, fetch: countingFetch(fetched) })
      fetched.length = 0
      await story(app, clock)
      return fetched.length
    }
  }

  async function isAskedAtBoot (options: Options, t: Test): Promise<boolean> {
    const fetched: string[] = []
    await openAppWith(t, factory, { ...options, fetch: countingFetch(fetched) })
    return fetched.length > 0
  }

  async function observeOutage (options: Options, t: Test): Promise<number> {
    const clock = stopClock(t)
    const app = await openAppWith(t, factory, options)
    const old = token()
    failUntilEnd(t, issuer)
    clock.advance(1_300)
    return status(await send(app, old))
  }

  async function observeOutageAtBoot (options: Options, t: Test): Promise<unknown> {
    failUntilEnd(t, issuer)
    return await boot(factory)(options, t)
  }

  return [
    { option: 'name', beside, observe: nameInLog(factory), value: 'ours', without: [name], with: ['ours'] },
    { option: 'jwksMaxAgeSeconds', beside, observe: count(async (_app, clock) => { clock.advance(100) }), value: 60, without: 0, with: 1 },
    { option: 'jwksMaxUses', beside, observe: count(useTwice), value: 1, without: 0, with: 1 },
    { option: 'jwksStaleSeconds', beside, observe: observeOutage, value: 0, without: 200, with: 503 },
    { option: 'jwksCooldownSeconds', beside, observe: count(askForUnknownKey), value: 1, without: 0, with: 1 },
    { option: 'jwksTimeoutMs', beside: besideSlow, observe: at, value: 1, without: 200, with: 503 },
    { option: 'jwksMaxBytes', beside, observe: at, value: 100, without: 200, with: 503 },
    { option: 'jwksMaxKeys', beside, observe: at, value: 1, without: 200, with: 503 },
    { option: 'fetch', beside, observe: at, value: fetchNothing, without: 200, with: 503 },
    { option: 'warmUp', beside, observe: isAskedAtBoot, value: false, without: true, with: false },
    { option: 'warmUp', beside, observe: observeOutageAtBoot, value: 'required', without: 'ready', with: 'AUTH_OPTION_INVALID' }
  ]

  async function useTwice (app: FastifyInstance, clock: Clock): Promise<void> {
    clock.advance(20)
    await send(app, token())
    await send(app, token())
  }

  async function askForUnknownKey (app: FastifyInstance, clock: Clock): Promise<void> {
    clock.advance(5)
    await send(app, issuer.token({}, { kid: 'unknown' }))
  }
}

function countingFetch (fetched: string[]): typeof fetch {
  return async function fetchCounted (url, init) {
    fetched.push(String(url))
    return await fetch(url, init)
  }
}

async function fetchSlowly (url: string, init: RequestInit): Promise<Response> {
  await sleep(30)
  return await fetch(url, init)
}

async function fetchNothing (): Promise<Response> {
  throw new Error('no way out')
}
