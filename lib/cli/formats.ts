import { printMatrix } from '../access-matrix.js'
import { toMarkdown } from './to-markdown.js'

import type { AccessRow } from '../../types/options.js'

/** How the matrix can be written. */
export type Format = 'table' | 'json' | 'markdown'

export const formats: Readonly<Record<Format, (rows: readonly AccessRow[]) => string>> = {
  table: printMatrix,
  json: rows => `${JSON.stringify(rows, null, 2)}\n`,
  markdown: toMarkdown
}
