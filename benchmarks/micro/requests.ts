import { findSubject } from '../subjects/find-subject.js'
import { PATH } from '../subject.js'
import { measureApp } from './measure-app.js'

import type { Prepared } from '../process/prepared.js'
import type { Trust } from '../subject.js'

/** One subject, without HTTP. */
export interface RequestsInput {
  readonly subject: string
  readonly trust: Trust
  readonly tokens: readonly string[]
}

/** The process of one app: says what it is called, and what one of so many requests costs. */
export async function prepare ({ subject, trust, tokens }: RequestsInput): Promise<Prepared> {
  const { title, build } = findSubject(subject)
  const app = await build(trust)
  await app.ready()
  return { hello: title, answer: async count => await measureApp(app, { url: PATH, tokens }, count as number), close: async () => await app.close() }
}
