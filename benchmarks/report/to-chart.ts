import type { Summary } from '../http/summarize.js'

const WIDTH = 760
const LABEL_WIDTH = 320
const VALUE_WIDTH = 60
const ROW_HEIGHT = 26
const BAR_HEIGHT = 16
const TOP = 44
const COLORS: Readonly<Record<Summary['kind'], string>> = { baseline: '#9aa0a6', ours: '#0b7a75', peer: '#c46f1b' }

/** A bar for each subject: CPU of the server per request in its best round. SVG, readable on any background. */
export function toChart (summaries: readonly Summary[]): string {
  const height = TOP + summaries.length * ROW_HEIGHT + 12
  const longest = Math.max(...summaries.map(({ lowestCpuMicrosPerRequest }) => lowestCpuMicrosPerRequest))
  const scale = (WIDTH - LABEL_WIDTH - VALUE_WIDTH) / longest
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13" fill="#202124" role="img">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    '<text x="12" y="26" font-size="15">CPU of the server per request, µs: shorter is better</text>',
    ...summaries.map((summary, index) => toBar(summary, TOP + index * ROW_HEIGHT, scale)),
    '</svg>\n'
  ].join('\n')
}

function toBar ({ title, kind, lowestCpuMicrosPerRequest: micros }: Summary, y: number, scale: number): string {
  const width = Math.max(1, micros * scale)
  const baseline = y + BAR_HEIGHT - 3
  return [
    `<text x="${LABEL_WIDTH - 8}" y="${baseline}" text-anchor="end">${escape(title)}</text>`,
    `<rect x="${LABEL_WIDTH}" y="${y}" width="${width.toFixed(1)}" height="${BAR_HEIGHT}" fill="${COLORS[kind]}"/>`,
    `<text x="${(LABEL_WIDTH + width + 6).toFixed(1)}" y="${baseline}">${micros.toFixed(1)}</text>`
  ].join('\n')
}

function escape (text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
