// What startProcess starts: told what to do by its first message, asked by those that follow, gone when its parent is.

import type { Prepare } from './prepared.js'

/** The first message. */
export interface Order {
  /** The URL of a module that exports `prepare`. */
  readonly task: string
  readonly input: unknown
}

process.once('message', begin)

async function begin (order: unknown): Promise<void> {
  const { task, input } = order as Order
  const { prepare } = await import(task) as { readonly prepare: Prepare }
  const { hello, answer, close } = await prepare(input)
  process.on('message', async function reply (message) {
    process.send?.(await answer((message as { readonly question: unknown }).question) ?? null)
  })
  process.once('disconnect', async function leave () {
    await close?.()
    process.exit()
  })
  process.send?.(hello ?? null)
}
