import { openApp } from '../../fixtures/open-app.js'
import { handIssuer } from '../../fixtures/hand-issuer.js'
import { listenTo } from '../../fixtures/listen-to.js'
import { openGateway } from '../../fixtures/open-gateway.js'
import { startService, tokenAnswer } from '../../fixtures/validation-service.js'
import { gatewayClient } from '../../../lib/providers/gateway/index.js'

import type { Proofs } from './lines.js'
import type { GatewayBreakerEvent, GatewayCacheEvent, GatewayDecisionEvent } from '../../../lib/providers/gateway/index.js'

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

export const insightProofs: Proofs<'insight'> = {
  'shadow mode: evaluate, record, never block; and for some of the requests only': async t => {
    const issuer = handIssuer()
    const service = await startService(t, () => ({ status: 403 }))
    const client = gatewayClient({ url: service.url })
    t.teardown(() => client.close())
    const events = listenTo<GatewayDecisionEvent>(t, 'fastify-gatekeeper:gateway.decision')
    const recorded: Array<Promise<unknown>> = []
    let count = 0
    const app = await openApp(t, { jwtProvider: issuer.provider() }, app => {
      app.addHook('onRequest', async request => {
        if (++count % 2 === 0) recorded.push(client.validate(String(request.headers.authorization).slice(7), { request }))
      })
      app.get('/', async () => 'in')
    })
    for (let sent = 0; sent < 4; sent++) t.equal((await app.inject({ url: '/', ...bearer(issuer.token()) })).statusCode, 200)
    t.match(await Promise.all(recorded), [{ kind: 'denied', refusal: 403 }, { kind: 'denied', refusal: 403 }])
    t.strictSame(events.map(({ outcome }) => outcome), ['denied', 'denied'])
  },
  'outcomes are counted: allowed, denied, missing, error, timeout, cache hit and miss, coalesced, degraded, breaker open; with latency, and no token': async t => {
    const decisions = listenTo<GatewayDecisionEvent>(t, 'fastify-gatekeeper:gateway.decision')
    const uses = listenTo<GatewayCacheEvent>(t, 'fastify-gatekeeper:gateway.cache')
    const breakers = listenTo<GatewayBreakerEvent>(t, 'fastify-gatekeeper:gateway.breaker')
    const { get, service } = await openGateway(t, { cache: {}, failOpen: true, timeoutMs: 50, breaker: { minFailures: 2 } }, { plugin: { mode: 'optional' }, answer: async asked => { await new Promise(resolve => setImmediate(resolve)); return await tokenAnswer(asked) } })
    await Promise.all([get(), get()])
    await get()
    await get(bearer('secret'))
    await get({ headers: {} })
    service.answer = () => ({ status: 500 })
    await get(bearer('other'))
    service.answer = () => null
    await get(bearer('another'))
    t.strictSame(decisions.map(({ outcome }) => outcome), ['allowed', 'allowed', 'allowed', 'denied', 'missing', 'error', 'degraded', 'timeout', 'degraded'])
    t.strictSame(uses.map(({ result }) => result), ['miss', 'coalesced', 'hit', 'miss'])
    t.strictSame(breakers, [{ gateway: 'gatewayAuth', origin: new URL(service.url).origin, state: 'open' }])
    t.ok(decisions.every(({ outcome, durationMs }) => ['missing', 'degraded'].includes(outcome) ? durationMs === null : Number(durationMs) >= 0))
    t.notMatch(JSON.stringify([decisions, uses, breakers]), /good|secret|other"/)
  },
  'an event for each decision, with its reason': async t => {
    const decisions = listenTo<GatewayDecisionEvent>(t, 'fastify-gatekeeper:gateway.decision')
    const { get, service } = await openGateway(t, { name: 'partnerAuth' })
    for (const answer of [{}, { status: 403 }, { body: { active: false } }, { status: 404 }, { body: { sub: 7 } }]) {
      service.answer = () => answer
      await get()
    }
    t.strictSame(decisions.map(({ gateway, outcome, reason, status }) => [gateway, outcome, reason, status]), [
      ['partnerAuth', 'allowed', null, 200], ['partnerAuth', 'denied', 'gateway_denied', 403], ['partnerAuth', 'denied', 'token_inactive', 200],
      ['partnerAuth', 'error', 'gateway_status', 404], ['partnerAuth', 'error', 'gateway_identity', 200]
    ])
  }
}
