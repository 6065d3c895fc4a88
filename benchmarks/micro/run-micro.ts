import { askOnce } from '../process/ask-once.js'

import type { Pace } from '../pace.js'
import type { Tokens } from '../tokens.js'
import type { LaneResult } from './lane.js'

/** CPU microseconds of one operation, without HTTP: the best of the rounds and their median are what counts. */
export interface MicroResults {
  readonly requests: readonly LaneResult[]
  readonly verifying: readonly LaneResult[]
  readonly judging: readonly LaneResult[]
}

const SUBJECTS = ['bare', 'hooks', 'hot', 'three', 'nested', 'sql']

/** Measures the parts of a request one by one, each kind in a process of its own. */
export async function runMicro ({ trust, good }: Tokens, { micro: pace }: Pace): Promise<MicroResults> {
  return {
    requests: await askOnce(new URL('requests.js', import.meta.url), { subjects: SUBJECTS, trust, tokens: good, pace }),
    verifying: await askOnce(new URL('verifying.js', import.meta.url), pace),
    judging: await askOnce(new URL('judging.js', import.meta.url), { trust, token: good[0], pace })
  }
}
