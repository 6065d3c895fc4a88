import { Type } from '@sinclair/typebox'

import { openGateway } from '../../fixtures/open-gateway.js'

import type { Proofs } from './lines.js'

export const answerProofs: Proofs<'answer'> = {
  '200 to 299 let in; 401 and 403 go on; 429 with Retry-After and RateLimit-*; 3xx is never followed; everything else is a failure': async t => {
    const { get, service } = await openGateway(t)
    for (const [status, seen] of [[200, 200], [204, 200], [299, 200], [401, 401], [403, 403], [429, 429], [301, 503], [302, 503], [307, 503], [400, 503], [404, 503], [500, 503], [503, 503]] as const) {
      service.answer = () => ({ status, headers: { location: service.url, 'retry-after': '3', 'ratelimit-limit': '10' } })
      const before = service.asked.length
      const response = await get()
      t.equal(response.statusCode, seen, String(status))
      t.equal(service.asked.length, before + 1, 'asked once')
      if (status === 429) t.match(response.headers, { 'retry-after': '3', 'ratelimit-limit': '10' })
    }
  },
  'a map of statuses; lists of headers for the caller, on denial and on success': async t => {
    const { get, service } = await openGateway(t, { statusMap: { 404: 403, 302: 401 }, relayHeaders: ['x-why', 'set-cookie'], allowHeaders: ['set-cookie'] })
    const headers = { 'x-why': 'age', 'set-cookie': 'a=b', 'x-other': 'no', 'www-authenticate': 'Custom x="y"' }
    for (const [status, seen] of [[404, 403], [302, 401], [401, 401]] as const) {
      service.answer = () => ({ status, headers })
      const response = await get()
      t.equal(response.statusCode, seen)
      t.match(response.headers, { 'x-why': 'age', 'set-cookie': 'a=b', 'x-other': undefined, ...seen === 401 && { 'www-authenticate': 'Custom x="y"' } })
    }
    service.answer = () => ({ headers })
    t.match((await get()).headers, { 'set-cookie': 'a=b', 'x-why': undefined })
  },
  'the user from headers or JSON, by path or function, checked; what a caller says in such headers is not passed on, however it is written': async t => {
    const declare = (app: Awaited<ReturnType<typeof openGateway>>['app']) => { app.get('/', async ({ user }) => [user?.id, await user?.groups(), await user?.roles()]) }
    const { get, service } = await openGateway(t, { forwardHeaders: ['*'], identity: { id: { header: 'X-Auth-User' }, groups: { header: 'x-auth-groups' }, roles: ['realm', 'roles'] }, claimsSchema: Type.Object({ realm: Type.Object({ roles: Type.Array(Type.String()) }) }) }, { declare })
    service.answer = () => ({ headers: { 'x-auth-user': 'bob', 'x-auth-groups': 'a,b' }, body: { realm: { roles: ['r'] } } })
    t.strictSame((await get({ headers: { authorization: 'Bearer good', 'X-Auth-User': 'root', x_auth_user: 'root', 'X-AUTH_groups': 'root' } })).json(), ['bob', ['a', 'b'], ['r']])
    t.notMatch(JSON.stringify(service.last().rawHeaders), 'root')
    service.answer = () => ({ headers: { 'x-auth-user': 'bob' }, body: { realm: { roles: 'r' } } })
    t.equal((await get()).statusCode, 503, 'not as the schema says')
    const made = await openGateway(t, { identity: ({ headers }) => ({ subject: String(headers['x-id']?.[0]) }) }, { answer: () => ({ headers: { 'x-id': 'made' } }) })
    t.equal((await made.get()).body, 'made')
  },
  'a limit of bytes; JSON that is none is a failure; any type will do where no body is needed': async t => {
    const { get, service } = await openGateway(t, { maxAnswerBytes: 100 })
    service.answer = () => ({ body: { sub: 'x'.repeat(200) } })
    t.equal((await get()).statusCode, 503)
    service.answer = () => ({ body: '{"sub":', headers: { 'content-type': 'application/json' } })
    t.equal((await get()).statusCode, 503)
    service.answer = () => ({ body: 'fine', headers: { 'content-type': 'text/plain' } })
    t.equal((await get()).statusCode, 200)
  },
  'the body as it is, bytes and type, or the app’s own, a value or a function of the outcome': async t => {
    const answer = () => ({ status: 403, body: Buffer.from([1, 255]), headers: { 'content-type': 'application/x-odd' } })
    const relayed = await (await openGateway(t, {}, { answer })).get()
    t.same([relayed.rawPayload, relayed.headers['content-type']], [Buffer.from([1, 255]), 'application/x-odd'])
    t.equal((await (await openGateway(t, { relayBody: false, customError: { no: true } }, { answer })).get()).body, '{"no":true}')
    t.equal((await (await openGateway(t, { relayBody: false, customError: ({ code }: { readonly code: string }) => ({ code }) }, { answer })).get()).body, '{"code":"AUTH_GATEWAY_FORBIDDEN"}')
  }
}
