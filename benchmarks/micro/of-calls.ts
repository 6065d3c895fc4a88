import type { Lane, Microseconds } from './lane.js'

/** A lane for an operation that is over when it returns. */
export function ofCalls (title: string, operate: (index: number) => unknown): Lane {
  // Written to from outside the loop's own scope, so that the compiler may not leave the operation out.
  const kept: unknown[] = [null]

  async function measure (count: number): Promise<Microseconds> {
    const before = process.cpuUsage()
    for (let index = 0; index < count; index++) {
      kept[0] = operate(index)
    }
    const { user, system } = process.cpuUsage(before)
    return (user + system) / count
  }

  return { title, measure }
}
