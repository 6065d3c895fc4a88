import type { Summary } from './summarize.js'

const HEAD = ['', 'requests/s', 'CPU µs/request', 'lowest', 'ratio', 'of lowest']

/** The figures as a Markdown table that is also readable as it is. */
export function toTable (summaries: readonly Summary[]): string {
  const rows = [HEAD, ...summaries.map(toRow)]
  const widths = HEAD.map((_head, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  const [head = '', ...lines] = rows.map(row => toLine(row.map((cell, column) => column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))))
  const rule = toLine(widths.map((width, column) => column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [head, rule, ...lines].join('\n')
}

function toRow ({ title, requestsPerSecond, cpuMicrosPerRequest, lowestCpuMicrosPerRequest, ratio, lowestRatio }: Summary): readonly string[] {
  return [
    title,
    Math.round(requestsPerSecond).toLocaleString('en'),
    cpuMicrosPerRequest.toFixed(1),
    lowestCpuMicrosPerRequest.toFixed(1),
    ratio?.toFixed(2) ?? '',
    lowestRatio?.toFixed(2) ?? ''
  ]
}

function toLine (cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
