import { toTable } from './to-table.js'

import type { Aim } from './to-aims.js'

/** Each aim, what was measured, and whether it is met. */
export function toAimsReport (aims: readonly Aim[]): string {
  return toTable(['aim', 'measured', 'wanted', ''], aims.map(({ title, value, bound, limit, unit, isMet }) => [
    title,
    `${value.toFixed(2)} ${unit}`,
    `${bound} ${limit} ${unit}`,
    isMet ? 'met' : 'missed'
  ]))
}
