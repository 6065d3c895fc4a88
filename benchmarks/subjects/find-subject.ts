import { watched } from '../scale/watched.js'
import { subjects } from './index.js'

import type { Subject } from '../subject.js'

/** The subject of that name, those that only part of the benchmark measures among them. */
export function findSubject (wanted: string): Subject {
  const subject = [...subjects, watched].find(({ name }) => name === wanted)
  if (subject === undefined) {
    throw new Error(`there is no subject ${wanted}`)
  }
  return subject
}
