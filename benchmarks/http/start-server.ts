import { startProcess } from '../process/start-process.js'

import type { Process } from '../process/start-process.js'
import type { Assignment, Question, Reading } from './server.js'

/** A server in a process of its own, which says where it listens. */
export type Server = Process<string, Reading, Question>

/** Starts the process of one server and waits until it listens. */
export async function startServer (assignment: Assignment): Promise<Server> {
  return await startProcess(new URL('server.js', import.meta.url), assignment)
}
