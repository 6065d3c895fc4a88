import type { Lane, Microseconds } from './lane.js'

/** A lane for an operation that ends later. One runs at a time. */
export function ofPromises (title: string, operate: (index: number) => unknown): Lane {
  async function measure (count: number): Promise<Microseconds> {
    const before = process.cpuUsage()
    for (let index = 0; index < count; index++) {
      await operate(index)
    }
    const { user, system } = process.cpuUsage(before)
    return (user + system) / count
  }

  return { title, measure }
}
