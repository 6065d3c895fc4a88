import t from 'tap'

import { stopClock } from '../../fixtures/clock.js'
import { createContext } from '../../fixtures/provider-context.js'
import { AUTH_OPTION_INVALID, AUTH_PROVIDER_UNAVAILABLE, AUTH_TOKEN_INVALID } from '../../../lib/errors.js'
import { askProvider } from '../../../lib/user/ask-provider.js'

import type { FastifyRequest } from 'fastify'
import type { Question } from '../../../lib/user/ask-provider.js'
import type { ProviderContext } from '../../../types/providers.js'

/** A question, and the lines that are logged of it. */
function question (members: Partial<Question<unknown, unknown>>) {
  const { log, lines } = createContext()
  const asked: Question<unknown, unknown> = {
    runtime: { timeoutMs: 60_000, logOf: () => log },
    request: {} as FastifyRequest,
    token: 'a.b.c',
    asked: 'groupsProvider',
    Unavailable: AUTH_PROVIDER_UNAVAILABLE,
    mayRefuse: false,
    ask: () => 'answer',
    isAnswer: answer => answer === 'answer',
    seal: answer => ({ sealed: answer }),
    ...members
  }
  return { asked, lines, log }
}

t.test('an answer is sealed: at once when it is at hand, else later', async t => {
  t.strictSame(askProvider(question({}).asked), { sealed: 'answer' })
  const promised = askProvider(question({ ask: async () => 'answer' }).asked)
  t.type(promised, Promise)
  t.strictSame(await promised, { sealed: 'answer' })
})

t.test('what goes wrong is an outage with one line, at once or later', async t => {
  const fault = Object.assign(new TypeError('hidden text'), { code: 'ECONNRESET' })
  const cases: ReadonlyArray<readonly [Partial<Question<unknown, unknown>>, string, unknown]> = [
    [{ ask: () => { throw fault } }, 'provider_failed', { name: 'TypeError', code: 'ECONNRESET' }],
    [{ ask: async () => { throw fault } }, 'provider_failed', { name: 'TypeError', code: 'ECONNRESET' }],
    [{ ask: () => 'other' }, 'provider_answer', null],
    [{ ask: async () => 'other' }, 'provider_answer', null],
    [{ seal: () => { throw fault } }, 'provider_answer', null],
    [{ isAnswer: () => { throw fault } }, 'provider_answer', null],
    [{ ask: async () => 'answer', seal: () => { throw fault } }, 'provider_answer', null]
  ]
  for (const [members, reason, error] of cases) {
    const { asked, lines } = question(members)
    await t.rejects(async () => await askProvider(asked), { code: 'AUTH_PROVIDER_UNAVAILABLE', cause: { reason } })
    t.strictSame(lines, [{ level: 'error', members: { asked: 'groupsProvider', reason, error }, text: 'a provider gave no usable answer' }])
  }
})

t.test('a coded refusal is an answer only where refusals are', async t => {
  const refusal = new AUTH_TOKEN_INVALID({ reason: 'signature' })
  for (const ask of [() => { throw refusal }, async () => { throw refusal }]) {
    const allowed = question({ ask, mayRefuse: true })
    await t.rejects(async () => await askProvider(allowed.asked), refusal)
    t.strictSame(allowed.lines, [])
    await t.rejects(async () => await askProvider(question({ ask }).asked), { code: 'AUTH_PROVIDER_UNAVAILABLE' })
  }
})

t.test('an error of ours that is about the app is no refusal', async t => {
  const { asked, lines } = question({ ask: () => { throw new AUTH_OPTION_INVALID('hidden text') }, mayRefuse: true })
  await t.rejects(async () => await askProvider(asked), { code: 'AUTH_PROVIDER_UNAVAILABLE', cause: { reason: 'provider_failed' } })
  t.match(lines, [{ members: { error: { name: 'FastifyError', code: 'AUTH_OPTION_INVALID' } } }])
})

t.test('who takes too long is told so, and what he says then is not heard', async t => {
  const clock = stopClock(t)
  const contexts: ProviderContext[] = []
  let answer = (_answer: string): void => {}
  const { asked, lines, log } = question({
    ask (context) {
      contexts.push(context)
      t.equal(context.signal.aborted, false)
      return new Promise(resolve => { answer = resolve })
    }
  })
  const promised = Promise.resolve(askProvider(asked))
  clock.advance(60)
  answer('answer')
  await t.rejects(promised, { code: 'AUTH_PROVIDER_UNAVAILABLE', cause: { reason: 'provider_timeout' } })
  t.match(contexts[0]?.signal, { aborted: true, reason: { code: 'AUTH_PROVIDER_UNAVAILABLE' } })
  t.equal(contexts[0]?.token, 'a.b.c')
  t.equal(contexts[0]?.log, log)
  t.equal(lines.length, 1)
})
