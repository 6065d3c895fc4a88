import type { Test } from 'tap'

/** What escaped from everybody who could have handled it. */
export interface Strays {
  /** Sees that nothing has, up to now. */
  assertNone (): Promise<void>
}

const EVENTS = ['unhandledRejection', 'uncaughtExceptionMonitor', 'warning'] as const

/** Watches for what would end the process, and for warnings of leaks, until the test ends. */
export function watchStrays (t: Test): Strays {
  const strays: unknown[] = []
  function note (stray: unknown): void {
    // What Node says of the tools that run this is not ours.
    if (!(stray instanceof Error && stray.name === 'DeprecationWarning')) {
      strays.push(stray)
    }
  }
  for (const event of EVENTS) {
    process.on(event, note)
  }
  t.teardown(function stopWatching () {
    for (const event of EVENTS) {
      process.off(event, note)
    }
  })
  return {
    async assertNone () {
      await turns(3)
      t.strictSame(strays, [], 'nothing escaped')
    }
  }
}

/** Lets everything run that is ready to. */
export async function turns (count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) {
    await new Promise(resolve => { setImmediate(resolve) })
  }
}
