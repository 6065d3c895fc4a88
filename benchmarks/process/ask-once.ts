import { startProcess } from './start-process.js'

/** What a task says in a process of its own that ends with it. */
export async function askOnce<Answer> (task: URL, input: unknown): Promise<Answer> {
  const process = await startProcess<null, Answer>(task, input)
  try {
    return await process.ask(null)
  } finally {
    await process.close()
  }
}
