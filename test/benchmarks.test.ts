import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { isRegression } from '../benchmarks/gate/is-regression.js'
import { summarize } from '../benchmarks/http/summarize.js'
import { readArguments } from '../benchmarks/read-arguments.js'
import { replaceBetween } from '../benchmarks/report/replace-between.js'
import { toAims } from '../benchmarks/report/to-aims.js'
import { toChart } from '../benchmarks/report/to-chart.js'
import { toReport } from '../benchmarks/report/to-report.js'
import { toTable } from '../benchmarks/report/to-table.js'
import { createFlood } from '../benchmarks/scale/create-flood.js'
import { median } from '../benchmarks/statistics/median.js'
import { percentile } from '../benchmarks/statistics/percentile.js'
import type { Summary } from '../benchmarks/http/summarize.js'
import type { Results } from '../benchmarks/results.js'
import type { Subject } from '../benchmarks/subject.js'

const kRoot = fileURLToPath(new URL('..', import.meta.url))

function toSubject (name: string): Subject {
  return { name, title: name, kind: 'peer', build: () => { throw new Error('is not built here') } }
}

function toSummary (name: string, cpu: number, requestsPerSecond = 1_000): Summary {
  return { name, title: name, kind: 'ours', requestsPerSecond, cpuMicrosPerRequest: cpu + 1, lowestCpuMicrosPerRequest: cpu, ratio: null, lowestRatio: null }
}

t.test('the median is the middle one, or lies between the two in the middle', async t => {
  t.equal(median([9, 1, 5]), 5)
  t.equal(median([4, 1, 100, 2]), 3)
})

t.test('a percentile is a number that was measured', async t => {
  const numbers = Array.from({ length: 100 }, (_none, index) => 100 - index)
  t.equal(percentile(numbers, 0.99), 99)
  t.equal(percentile(numbers, 1), 100)
  t.equal(percentile([7], 0.5), 7)
})

t.test('the gate closes when three runs of three are more than 10 % above the baseline, and not before', async t => {
  t.equal(isRegression([1.33, 1.34, 1.35], 1.2), true)
  t.equal(isRegression([1.33, 1.34, 1.32], 1.2), false, 'exactly 10 %')
  t.equal(isRegression([1.33, 1.34], 1.2), false, 'two of three')
  t.equal(isRegression([NaN, NaN, NaN], 1.2), true, 'what was not measured is not good')
})

t.test('ratios are taken round by round, and of the best rounds', async t => {
  const [hooks, hot] = [toSubject('hooks'), toSubject('hot')]
  const toSamples = (cpu: readonly number[]) => cpu.map(cpuMicrosPerRequest => ({ cpuMicrosPerRequest, requestsPerSecond: 1 }))
  const [, second] = summarize([{ subject: hooks, samples: toSamples([10, 20, 40]) }, { subject: hot, samples: toSamples([11, 30, 44]) }], hooks)
  t.match(second, { name: 'hot', cpuMicrosPerRequest: 30, lowestCpuMicrosPerRequest: 11, ratio: 1.1, lowestRatio: 1.1 })
  const [alone] = summarize([{ subject: hot, samples: toSamples([11]) }], hooks)
  t.match(alone, { ratio: null, lowestRatio: null })
})

const results: Results = {
  machine: { date: '2026-11-22', node: 'v20.20.2', architecture: 'x64', processor: 'a processor', cores: 2 },
  pace: { tokens: 1, rounds: 1 } as Results['pace'],
  http: {
    yardstick: 'no-op hooks',
    tokenCharacters: 900,
    summaries: [toSummary('hooks', 40), toSummary('hot', 44), toSummary('jwt-cache', 88), toSummary('cold', 90, 1_500), toSummary('jwt', 100), toSummary('three', 45), toSummary('nested', 46)],
    rounds: {},
    excluded: [{ title: 'another', kind: 'peer', difference: 'does not start' }]
  },
  micro: { requests: [{ title: 'fastify-gatekeeper', cpuMicros: [4, 3] }, { title: 'no-op hooks', cpuMicros: [2, 5] }], verifying: [], judging: [] },
  scale: {
    routes: { count: 10, guarded: { bootMs: 2, documentMs: 3 }, plain: { bootMs: 1, documentMs: 2 } },
    issuers: [],
    groups: [],
    tokens: [{ tokens: 1_000_000, perSecond: 5_000, residentBytes: 65 * 2 ** 20, heapBytes: 1, longestPauseMs: 1, pauseP99Ms: 1, hitRate: 1 }],
    remembered: { bytesPerToken: 2_000, charactersPerToken: 400 },
    flood: [['none', 2, 1], ['malformed', 4, 1], ['foreign', 5, 1], ['forged', 3, 0.9], ['for comparison', 90, 1]].map(([title, goodP99Ms, hitRate]) => ({
      title: String(title), wantedPerSecond: 1, sentPerSecond: 1, goodP50Ms: 1, goodP99Ms: Number(goodP99Ms), longestPauseMs: 1, pauseP99Ms: 1, load: 1, hitRate: Number(hitRate)
    })),
    imports: [{ title: 'fastify', cpuMs: 100 }, { title: 'fastify and fastify-gatekeeper', cpuMs: 180 }, { title: 'fastify-gatekeeper', cpuMs: 80 }]
  }
}

t.test('every aim is held against what was measured', async t => {
  const verdicts = toAims(results).map(({ value, isMet }) => [Number(value.toFixed(3)), isMet])
  t.strictSame(verdicts, [
    [1.1, true], [2, true], [1.5, false], [0.9, false], [1.023, true], [1.045, false],
    [1, true],
    [2, true], [1, true], [2.5, false], [1, true], [1.5, true], [0.9, false],
    [65, false], [0.8, true]
  ])
  t.strictSame(toAims({ machine: results.machine, pace: results.pace }), [], 'where nothing was measured, there are none')
  const unmeasured = toAims({ ...results, http: { ...results.http as NonNullable<Results['http']>, summaries: [] } }).slice(0, 6)
  t.ok(unmeasured.every(({ isMet }) => !isMet), 'a subject that was left out meets no aim')
})

t.test('a report has every part that was measured, and no other', async t => {
  const report = toReport(results)
  for (const text of ['Not comparable: another does not start.', '| hot ', '| 1,000,000 ', '| malformed ', 'takes 2,000 bytes', 'missed']) t.ok(report.includes(text), text)
  const { scale, ...rest } = results
  t.notOk(toReport(rest).includes('1,000,000'))
})

t.test('tables have columns of one width', async t => {
  t.equal(toTable(['', 'of'], [['one', '1'], ['three', '1,000']]), '|       |    of |\n| ----- | ----: |\n| one   |     1 |\n| three | 1,000 |')
})

t.test('the chart has a bar for each subject, as long as its figure', async t => {
  const chart = toChart([toSummary('a & b', 50), toSummary('c', 100)])
  t.ok(chart.includes('a &amp; b'))
  t.strictSame([...chart.matchAll(/<rect x="320" y="\d+" width="([\d.]+)"/g)].map(([, width]) => Number(width)), [190, 380])
})

t.test('what stands between two marks is replaced, and nothing else', async t => {
  const page = 'before\n<!-- figures: begin -->\nold\n<!-- figures: end -->\nafter\n'
  t.equal(replaceBetween(page, 'figures', 'new'), page.replace('old', 'new'))
  t.throws(() => replaceBetween('<!-- figures: end --><!-- figures: begin -->', 'figures', 'new'), { message: /there is no/ })
})

t.test('the pages have the marks, so that their figures can be renewed', async t => {
  for (const page of ['README.md', 'benchmarks/README.md']) t.doesNotThrow(() => replaceBetween(readFileSync(join(kRoot, page), 'utf8'), 'benchmarks', 'new'), page)
})

t.test('the arguments say which parts run', async t => {
  const partsOf = (...args: string[]) => readArguments(args).parts
  t.strictSame(partsOf(), ['http', 'micro', 'scale'])
  t.strictSame(partsOf('--scale', '--http'), ['http', 'scale'])
  t.strictSame(partsOf('--gate'), [], 'the gate alone')
  t.strictSame(partsOf('--gate', '--quick'), ['http', 'micro', 'scale'])
  t.strictSame(partsOf('--baseline', '--micro'), ['micro'])
  t.match(readArguments(['--gate']), { gate: 'check', isQuick: false, from: null, chart: null })
  t.equal(readArguments(['--baseline']).gate, 'renew')
  for (const args of [['--readme', '--quick'], ['--readme', '--micro'], ['--unknown']]) t.throws(() => readArguments(args), TypeError, args.join(' '))
})

t.test('the tokens of a flood are all different, and like tokens', async t => {
  const good = ['e30', Buffer.from(JSON.stringify({ iss: 'ours', sub: 'alice', text: 'long enough' })).toString('base64url'), 'c2lnbmF0dXJl'].join('.')
  for (const kind of ['malformed', 'foreign', 'forged'] as const) {
    const next = createFlood(kind, good)
    const tokens = [next(), next(), next()]
    t.equal(new Set([good, ...tokens]).size, 4, kind)
    t.ok(tokens.every(token => token.split('.').length === 3), kind)
  }
  const [, payload = ''] = createFlood('foreign', good)().split('.')
  t.match(JSON.parse(Buffer.from(payload, 'base64url').toString()), { iss: /^https/, sub: 'alice' })
})

t.test('the baseline is a ratio', async t => {
  const { hotToHooks } = JSON.parse(readFileSync(join(kRoot, 'benchmarks/baseline.json'), 'utf8')) as { readonly hotToHooks: number }
  t.ok(hotToHooks >= 1 && hotToHooks < 2, `${hotToHooks}`)
})
