// What `npm run bench` runs: README.md beside this file says what it takes.

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

import { keepGate } from './gate/keep-gate.js'
import { measureAll } from './measure-all.js'
import { readArguments } from './read-arguments.js'
import { renewPages } from './report/renew-pages.js'
import { toChart } from './report/to-chart.js'
import { toReport } from './report/to-report.js'

import type { Arguments } from './read-arguments.js'
import type { Results } from './results.js'

const wanted = readArguments(process.argv.slice(2))
if (wanted.parts.length > 0) {
  await report(await readResults(wanted), wanted)
}
if (wanted.gate !== null && !await keepGate(wanted.gate)) {
  process.exitCode = 1
}

async function readResults (wanted: Arguments): Promise<Results> {
  if (wanted.from !== null) {
    return JSON.parse(await readFile(wanted.from, 'utf8')) as Results
  }
  const results = await measureAll(wanted)
  await mkdir(dirname(wanted.json), { recursive: true })
  await writeFile(wanted.json, JSON.stringify(results, null, 2) + '\n')
  return results
}

async function report (results: Results, { chart, renewsPages, isQuick, from, json }: Arguments): Promise<void> {
  console.log(toReport(results))
  console.log(`\n${isQuick ? 'A quick run: the figures mean nothing. ' : ''}All rounds: ${from ?? json}`)
  if (chart !== null) {
    await writeFile(chart, toChart(results.http?.summaries ?? []))
  }
  if (renewsPages) {
    await renewPages(results)
  }
  if (results.http?.excluded.some(({ kind }) => kind !== 'peer') === true) {
    process.exitCode = 1
  }
}
