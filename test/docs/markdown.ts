// a fenced block, whose lines are no headings and hold no links
const kFence = /^ *```.*?^ *```$/gms

/** The headings of a level, in their order. */
export function listHeadings (page: string, level: number): readonly string[] {
  return toHeadings(page).filter(heading => heading.level === level).map(({ text }) => text)
}

/** What stands under the heading with this text, up to the next one of its level or above. */
export function findSection (page: string, text: string): string {
  const headings = toHeadings(page)
  const own = headings.find(heading => heading.text === text)
  if (own === undefined) throw new Error(`there is no heading ${text}`)
  const next = headings.find(({ start, level }) => start > own.start && level <= own.level)
  return page.slice(own.end, next?.start)
}

/** The rows of the first table, cell by cell, without the ticks of code; its head does not count. */
export function readTable (text: string): readonly string[][] {
  const [table = ''] = /(?:^\|.*\n?)+/m.exec(text) ?? []
  return table.trim().split('\n').slice(2).map(function toCells (row) {
    return row.split(/(?<!\\)\|/).slice(1, -1).map(cell => cell.trim().replace(/^`(.*)`$/, '$1'))
  })
}

/** Where the links of a page lead. */
export function listLinks (page: string): readonly string[] {
  return [...page.replaceAll(kFence, '').matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
}

/** The anchors that a page's headings have on GitHub. */
export function listAnchors (page: string): readonly string[] {
  return toHeadings(page).map(({ text }) => text.toLowerCase().replaceAll(/[^\w\- ]/g, '').replaceAll(' ', '-'))
}

interface Heading { readonly level: number, readonly text: string, readonly start: number, readonly end: number }

function toHeadings (page: string): readonly Heading[] {
  const blanked = page.replaceAll(kFence, block => block.replaceAll(/[^\n]/g, ' '))
  return [...blanked.matchAll(/^(#+) (.*)$/gm)].map(([line, marks = '', text = ''], index, all) => {
    const start = all[index]?.index ?? 0
    return { level: marks.length, text: text.replaceAll('`', ''), start, end: start + line.length }
  })
}
