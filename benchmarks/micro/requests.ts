import { findSubject } from '../subjects/find-subject.js'
import { PATH } from '../subject.js'
import { measureApp } from './measure-app.js'
import { measureLanes } from './measure-lanes.js'

import type { MicroPace } from '../pace.js'
import type { Prepared } from '../process/prepared.js'
import type { Trust } from '../subject.js'

/** Requests to some subjects, without HTTP. */
export interface RequestsInput {
  readonly subjects: readonly string[]
  readonly trust: Trust
  readonly tokens: readonly string[]
  readonly pace: MicroPace
}

export async function prepare ({ subjects, trust, tokens, pace }: RequestsInput): Promise<Prepared> {
  const lanes = await Promise.all(subjects.map(async function open (name) {
    const { title, build } = findSubject(name)
    const app = await build(trust)
    await app.ready()
    return { title, measure: async (count: number) => await measureApp(app, { url: PATH, tokens }, count) }
  }))
  return { answer: async () => await measureLanes(lanes, pace) }
}
