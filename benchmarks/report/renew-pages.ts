import { readFile, writeFile } from 'node:fs/promises'

import { replaceBetween } from './replace-between.js'
import { toChart } from './to-chart.js'
import { toReadmeSection } from './to-readme-section.js'
import { toReport } from './to-report.js'

import type { Results } from '../results.js'

const CHART = 'benchmarks/chart.svg'
const MARK = 'benchmarks'

/** Writes the figures of a run into the pages that show them, so that nobody types them. */
export async function renewPages (results: Results): Promise<void> {
  const { http, micro, scale } = results
  if (http === undefined || micro === undefined || scale === undefined) {
    throw new TypeError('these figures are not those of a full run')
  }
  await writeFile(CHART, toChart(http.summaries))
  await renew('README.md', toReadmeSection({ ...results, http }, CHART))
  await renew('benchmarks/README.md', toReport(results))
}

async function renew (path: string, text: string): Promise<void> {
  await writeFile(path, replaceBetween(await readFile(path, 'utf8'), MARK, text))
}
