import { PATH, listReports } from '../subject.js'
import { findDifference } from './find-difference.js'
import { measure } from './measure.js'
import { startServer } from './start-server.js'

import type { Pace } from '../pace.js'
import type { Subject } from '../subject.js'
import type { Tokens } from '../tokens.js'
import type { Sample } from './measure.js'
import type { Server } from './start-server.js'

/** What one subject did, round by round. */
export interface Measured {
  readonly subject: Subject
  readonly samples: readonly Sample[]
}

/** A subject that was not measured, since it does not do the same work. */
export interface Excluded {
  readonly subject: Subject
  readonly difference: string
}

export interface Outcome {
  readonly measured: readonly Measured[]
  readonly excluded: readonly Excluded[]
}

interface Contestant {
  readonly subject: Subject
  /** `null`: it did not start. */
  readonly server: Server | null
  readonly difference: string | null
}

/** Starts all servers, compares their answers, and measures those that agree, in turn, so that a busy machine is busy for all of them. */
export async function runHttp (subjects: readonly Subject[], tokens: Tokens, pace: Pace): Promise<Outcome> {
  const expectBody = JSON.stringify(await listReports())
  const contestants = await Promise.all(subjects.map(subject => enter(subject, tokens, expectBody)))
  try {
    const measured = await measureAll(contestants, tokens, pace, expectBody)
    const excluded = contestants.flatMap(({ subject, difference }) => difference === null ? [] : [{ subject, difference }])
    return { measured, excluded }
  } finally {
    await Promise.all(contestants.map(({ server }) => server?.close()))
  }
}

async function enter (subject: Subject, tokens: Tokens, expectBody: string): Promise<Contestant> {
  let server: Server
  try {
    server = await startServer({ subject: subject.name, trust: tokens.trust })
  } catch {
    return { subject, server: null, difference: 'does not start' }
  }
  return { subject, server, difference: await findDifference(server.hello + PATH, subject, tokens, expectBody) }
}

async function measureAll (contestants: readonly Contestant[], { good }: Tokens, pace: Pace, expectBody: string): Promise<readonly Measured[]> {
  const lanes = contestants.flatMap(({ subject, server, difference }) => server === null || difference !== null
    ? []
    : [{ subject, samples: [] as Sample[], run: { server, url: server.hello + PATH, tokens: good, expectBody } }])
  for (const { run } of lanes) {
    await measure(run, { rampMs: 0, windowMs: pace.warmUpMs })
  }
  for (let round = 0; round < pace.rounds; round++) {
    for (const index of lanes.keys()) {
      // Each round begins with another subject: whoever comes first or last has no advantage.
      const lane = lanes[(round + index) % lanes.length]
      lane?.samples.push(await measure(lane.run, pace))
    }
  }
  return lanes
}
