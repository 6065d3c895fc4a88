// What `npm run bench` runs: `--quick` for a look at whether it works, `--json file` for the figures in a file of your choice.

import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'

import { FULL, QUICK } from './pace.js'
import { run } from './run.js'
import { subjects, yardstick } from './subjects/index.js'
import { summarize } from './summarize.js'
import { toTable } from './to-table.js'
import { issueTokens } from './tokens.js'

const { values: { quick, json } } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string', default: '.build/benchmarks.json' }
  }
})

const pace = quick ? QUICK : FULL
const tokens = await issueTokens(pace.tokens)
const { measured, excluded } = await run(subjects, tokens, pace)
const summaries = summarize(measured, yardstick)
const machine = { node: process.version, architecture: process.arch, processor: cpus()[0]?.model ?? 'unknown', cores: availableParallelism() }

await mkdir(dirname(json), { recursive: true })
await writeFile(json, JSON.stringify({ machine, pace, yardstick: yardstick.name, summaries, measured: measured.map(toRounds), excluded: excluded.map(toReason) }, null, 2) + '\n')

console.log(`Node ${machine.node}, ${machine.cores} cores; ${pace.tokens} tokens of ${tokens.good[0]?.length} characters; ${pace.rounds} rounds; ratios to ${yardstick.title}\n`)
console.log(toTable(summaries))
for (const { subject, difference } of excluded) {
  console.log(`\nNot comparable: ${subject.title} ${difference}.`)
}
console.log(`\nAll rounds: ${json}`)

if (excluded.some(({ subject }) => subject.kind !== 'peer')) {
  process.exitCode = 1
}

function toRounds ({ subject: { name }, samples }: typeof measured[number]): object {
  return { name, samples }
}

function toReason ({ subject: { name }, difference }: typeof excluded[number]): object {
  return { name, difference }
}
