import { askOnce } from '../process/ask-once.js'
import { startProcess } from '../process/start-process.js'
import { measureLanes } from './measure-lanes.js'

import type { MicroPace, Pace } from '../pace.js'
import type { Tokens } from '../tokens.js'
import type { LaneResult, Microseconds } from './lane.js'
import type { RequestsInput } from './requests.js'

/** CPU microseconds of one operation, without HTTP: the best of the rounds and their median are what counts. */
export interface MicroResults {
  readonly requests: readonly LaneResult[]
  readonly verifying: readonly LaneResult[]
  readonly judging: readonly LaneResult[]
}

const SUBJECTS = ['bare', 'hooks', 'hot', 'three', 'nested', 'sql']

/** Measures the parts of a request one by one, each kind in a process of its own, and each app. */
export async function runMicro (tokens: Tokens, { micro: pace }: Pace): Promise<MicroResults> {
  const { trust, good } = tokens
  return {
    requests: await measureRequests(tokens, pace),
    verifying: await askOnce(new URL('verifying.js', import.meta.url), pace),
    judging: await askOnce(new URL('judging.js', import.meta.url), { trust, token: good[0], pace })
  }
}

async function measureRequests ({ trust, good }: Tokens, pace: MicroPace): Promise<readonly LaneResult[]> {
  const apps = await Promise.all(SUBJECTS.map(async subject =>
    await startProcess<string, Microseconds, number>(new URL('requests.js', import.meta.url), { subject, trust, tokens: good } satisfies RequestsInput)))
  try {
    return await measureLanes(apps.map(({ hello, ask }) => ({ title: hello, measure: ask })), pace)
  } finally {
    await Promise.all(apps.map(async app => { await app.close() }))
  }
}
