import type { MicroPace } from '../pace.js'
import type { Lane, LaneResult, Microseconds } from './lane.js'

interface Paced {
  readonly lane: Lane
  readonly count: number
  readonly cpuMicros: Microseconds[]
}

/** Measures all lanes in turn, round by round, each as often as fits in a round. */
export async function measureLanes (lanes: readonly Lane[], { rounds, roundMs }: MicroPace): Promise<readonly LaneResult[]> {
  const paced: Paced[] = []
  for (const lane of lanes) {
    paced.push({ lane, count: await findCount(lane, roundMs * 1000), cpuMicros: [] })
  }
  for (let round = 0; round < rounds; round++) {
    for (const index of paced.keys()) {
      const { lane, count, cpuMicros } = paced[(round + index) % paced.length] as Paced
      cpuMicros.push(await lane.measure(count))
    }
  }
  return paced.map(({ lane: { title }, cpuMicros }) => ({ title, cpuMicros }))
}

/** Warms up, too. Of two times the quicker counts: the first may have been for what is done once, a thousand tokens verified for example. */
async function findCount (lane: Lane, roundMicros: Microseconds): Promise<number> {
  let count = 1
  while (Math.min(await lane.measure(count), await lane.measure(count)) * count < roundMicros) {
    count *= 2
  }
  return count
}
