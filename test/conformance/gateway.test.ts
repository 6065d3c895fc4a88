import t from 'tap'

import { answerProofs } from './gateway/answer-proofs.js'
import { cacheProofs } from './gateway/cache-proofs.js'
import { insightProofs } from './gateway/insight-proofs.js'
import { LEFT_OUT, LINES } from './gateway/lines.js'
import { policyProofs } from './gateway/policy-proofs.js'
import { requestProofs } from './gateway/request-proofs.js'
import { resilienceProofs } from './gateway/resilience-proofs.js'

import type { Test } from 'tap'
import type { Part, Proofs } from './gateway/lines.js'

const proofs: { readonly [Name in Part]: Proofs<Name> } = {
  request: requestProofs, answer: answerProofs, resilience: resilienceProofs, cache: cacheProofs, insight: insightProofs, policy: policyProofs
}

for (const [part, lines] of Object.entries(LINES)) {
  const tests = proofs[part as Part] as Readonly<Record<string, (t: Test) => Promise<unknown>>>

  t.test(`${part}: every line has its test, and every test its line`, async t => {
    t.strictSame(Object.keys(tests).sort(), Object.keys(lines).sort())
  })

  for (const [line, weight] of Object.entries(lines)) {
    t.test(`${part} (${weight}): ${line}`, async t => { await tests[line]?.(t) })
  }
}

t.test('what is left out is left out for a reason', async t => {
  for (const [line, reason] of Object.entries(LEFT_OUT)) t.ok(reason.length > 20, line)
})
