import { toWords } from '../guards/to-words.js'
import { toPassthroughText } from '../passthrough-mark.js'

import type { AccessRow } from '../../types/options.js'

const kHead = ['methods', 'url', 'mode', 'declared by', 'guard', 'authenticators']

/** The matrix as a table in Markdown. */
export function toMarkdown (rows: readonly AccessRow[]): string {
  const isPassing = rows.some(row => row.passthrough !== undefined)
  const head = isPassing ? [...kHead, 'passthrough'] : kHead
  const lines = rows.map(function toCells ({ methods, url, mode, declaredBy, guard, authenticators, passthrough }) {
    const cells = [methods.join(', '), toCode(url), mode, declaredBy, guard === null ? '' : toCode(toWords(guard)), authenticators.map(toCode).join(', ')]
    return isPassing ? [...cells, toPassthroughText(passthrough)] : cells
  })
  return [toLine(head), `|${head.map(() => '---|').join('')}\n`, ...lines.map(toLine)].join('')
}

function toLine (cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`
}

/** As code, where stars and underscores mean themselves. A bar ends a cell even there, and so does the end of a line. */
function toCode (text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  const padding = longest === 0 ? '' : ' '
  return fence + padding + text.replaceAll('|', '\\|').replaceAll(/[\r\n]+/g, ' ') + padding + fence
}
