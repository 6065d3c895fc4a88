import t from 'tap'

import { resolveTransport } from '../../../../../lib/providers/gateway/transport/resolve-transport.js'
import { toTransportError } from '../../../../../lib/providers/gateway/transport/to-transport-error.js'
import { TransportError } from '../../../../../lib/providers/gateway/transport/transport-error.js'
import { untilAborted } from '../../../../../lib/util/until-aborted.js'

t.test('errors are told by their codes, and their texts are kept back', async t => {
  const kinds = [
    ['ECONNREFUSED', 'connect', 'reset'],
    ['ENOTFOUND', 'connect', 'reset'],
    ['UND_ERR_CONNECT_TIMEOUT', 'connect', 'reset'],
    ['CERT_HAS_EXPIRED', 'tls', 'reset'],
    ['EPROTO', 'tls', 'tls'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'tls', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls', 'tls'],
    ['UND_ERR_SOCKET', 'tls', 'reset'],
    ['UND_ERR_HEADERS_OVERFLOW', 'tls', 'too_large'],
    ['UND_ERR_DESTROYED', 'tls', 'closed'],
    ['UND_ERR_CLOSED', 'tls', 'closed']
  ] as const
  for (const [code, connecting, sent] of kinds) {
    const error = Object.assign(new Error('secret'), { code })
    t.match(toTransportError(error, true), { kind: connecting, code })
    t.match(toTransportError(error, false), { kind: sent, code })
    t.notMatch(JSON.stringify([toTransportError(error, false), toTransportError(error, false).message]), 'secret')
  }
  t.match(toTransportError(new TypeError('secret'), false), { kind: 'reset', code: null })
  const own = new TransportError('timeout')
  t.equal(toTransportError(own, true), own)
})

t.test('certificates are for https only', async t => {
  const nameOption = (path: readonly string[]) => path.join('.')
  t.throws(() => resolveTransport({ tls: {} }, { protocol: 'http:', observe () {}, nameOption }), { code: 'AUTH_OPTION_INVALID', message: /^tls needs an https address/ })
})

t.test('a wait ends with the promise or with the signal, whichever is first', async t => {
  const toError = () => new Error('gone')
  const never = new Promise<never>(() => {})
  t.equal(await untilAborted(Promise.resolve(1), new AbortController().signal, toError), 1)
  await t.rejects(untilAborted(Promise.reject(new Error('own')), new AbortController().signal, toError), { message: 'own' })
  await t.rejects(untilAborted(never, AbortSignal.abort(), toError), { message: 'gone' })
  const controller = new AbortController()
  const waiting = untilAborted(never, controller.signal, toError)
  controller.abort()
  await t.rejects(waiting, { message: 'gone' })
  await t.rejects(untilAborted(Promise.reject(new Error('late')), AbortSignal.abort(), toError), { message: /gone|late/ })
})
