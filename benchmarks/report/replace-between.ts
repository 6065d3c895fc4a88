/** A page with something else between the two comments that carry `name`; what stands outside them stays. */
export function replaceBetween (page: string, name: string, text: string): string {
  const begin = `<!-- ${name}: begin -->`
  const end = `<!-- ${name}: end -->`
  const from = page.indexOf(begin)
  const to = page.indexOf(end)
  if (from < 0 || to < from) {
    throw new Error(`there is no ${begin} with ${end} behind it`)
  }
  return `${page.slice(0, from + begin.length)}\n${text}\n${page.slice(to)}`
}
