import { availableParallelism, cpus } from 'node:os'

import { runHttp } from './http/run-http.js'
import { summarize } from './http/summarize.js'
import { runMicro } from './micro/run-micro.js'
import { FULL, QUICK } from './pace.js'
import { publishKey } from './publish-key.js'
import { runScale } from './scale/run-scale.js'
import { subjects, yardstick } from './subjects/index.js'
import { issueTokens } from './tokens.js'

import type { Pace } from './pace.js'
import type { Arguments } from './read-arguments.js'
import type { HttpResults, Machine, Results } from './results.js'
import type { Tokens } from './tokens.js'

/** Measures what was asked for. */
export async function measureAll ({ parts, isQuick }: Arguments): Promise<Results> {
  const pace = isQuick ? QUICK : FULL
  const tokens = await issueTokens(pace.tokens, publishKey)
  return {
    machine: describeMachine(),
    pace,
    ...parts.includes('http') && { http: await measureHttp(tokens, pace) },
    ...parts.includes('micro') && { micro: await runMicro(tokens, pace) },
    ...parts.includes('scale') && { scale: await runScale(tokens, pace) }
  }
}

async function measureHttp (tokens: Tokens, pace: Pace): Promise<HttpResults> {
  const { measured, excluded } = await runHttp(subjects, tokens, pace)
  return {
    yardstick: yardstick.title,
    tokenCharacters: tokens.good[0]?.length ?? 0,
    summaries: summarize(measured, yardstick),
    rounds: Object.fromEntries(measured.map(({ subject, samples }) => [subject.name, samples])),
    excluded: excluded.map(({ subject: { title, kind }, difference }) => ({ title, kind, difference }))
  }
}

function describeMachine (): Machine {
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    architecture: process.arch,
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism()
  }
}
