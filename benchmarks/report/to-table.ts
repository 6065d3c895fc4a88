/** A Markdown table that is also readable as it is: the first column is text, the others are figures. */
export function toTable (head: readonly string[], body: ReadonlyArray<readonly string[]>): string {
  const rows = [head, ...body]
  const widths = head.map((_head, column) => Math.max(3, ...rows.map(row => row[column]?.length ?? 0)))
  const [first = '', ...lines] = rows.map(row => toLine(row.map((cell, column) => column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))))
  const rule = toLine(widths.map((width, column) => column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [first, rule, ...lines].join('\n')
}

function toLine (cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
