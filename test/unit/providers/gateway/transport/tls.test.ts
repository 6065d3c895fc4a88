import { createServer } from 'node:net'
import { once } from 'node:events'
import t from 'tap'

import { setEnv } from '../../../../fixtures/set-env.js'
import { startHostileService } from '../../../../fixtures/hostile-service.js'
import { setUpTransport, toRequest } from '../../../../fixtures/set-up-transport.js'
import { createTlsFiles } from '../../../../fixtures/tls-files.js'

import type { AddressInfo } from 'node:net'

const service = createTlsFiles('localhost')
const other = createTlsFiles('other.example')
const client = createTlsFiles('books')
const NEVER = new AbortController().signal

t.test('a service is asked that has a certificate of the authority that was named', async t => {
  const { origin } = await startHostileService(t, service)
  const { outcome } = setUpTransport(t, { tls: { ca: [`${other.cert}\n${client.cert}`, service.cert] } })
  t.equal(await outcome(origin), '200')
  t.equal(await outcome(origin), '200')
})

t.test('nobody else is asked, whatever the environment says', async t => {
  const named = await startHostileService(t, service)
  const misnamed = await startHostileService(t, other)
  setEnv(t, { NODE_TLS_REJECT_UNAUTHORIZED: '0' })
  const { outcome, transport } = setUpTransport(t, { breaker: null })
  t.equal(await outcome(named.url('allow')), 'tls', 'an authority that nobody knows')
  await t.rejects(transport.send(toRequest(named.origin), NEVER), { name: 'TransportError', kind: 'tls', mayRetry: false })
  const trusting = setUpTransport(t, { tls: { ca: [service.cert, other.cert] }, breaker: null })
  t.equal(await trusting.outcome(misnamed.origin), 'tls', 'a certificate for another host')
  t.equal(await trusting.outcome(misnamed.origin, { headers: { host: 'other.example' } }), 'tls', 'a header is no name of a host')
  t.equal(misnamed.received.length + named.received.length, 0)
})

t.test('the certificate may be for a name that the address does not have', async t => {
  const { origin, received } = await startHostileService(t, other)
  const { outcome } = setUpTransport(t, { tls: { ca: other.cert, servername: 'other.example' } })
  t.equal(await outcome(origin), '200')
  t.equal(received[0]?.headers.host, new URL(origin).host)
})

t.test('an address without a name has to be in the certificate', async t => {
  const { origin } = await startHostileService(t, service)
  const { outcome } = setUpTransport(t, { tls: { ca: service.cert } })
  t.equal(await outcome(origin.replace('localhost', '127.0.0.1')), 'tls')
})

t.test('a service that asks who we are gets our certificate', async t => {
  const { origin, received } = await startHostileService(t, { ...service, requestCert: true, rejectUnauthorized: true, ca: client.cert })
  const known = setUpTransport(t, { tls: { ca: service.cert, ...client } })
  t.equal(await known.outcome(origin), '200')
  const unknown = setUpTransport(t, { tls: { ca: service.cert, ...other }, retries: 0, breaker: null })
  const nobody = setUpTransport(t, { tls: { ca: service.cert }, retries: 0, breaker: null })
  for (const { outcome } of [unknown, nobody]) t.match(await outcome(origin), /^(tls|reset)$/)
  t.equal(received.length, 1)
})

t.test('what speaks no TLS is not trusted, and what hangs up is not reached', async t => {
  const plain = await startHostileService(t)
  const { outcome } = setUpTransport(t, { tls: { ca: service.cert }, retries: 0, breaker: null })
  t.equal(await outcome(plain.origin.replace('http', 'https')), 'tls')
  const hangUp = createServer(socket => { socket.destroy() }).listen(0, '127.0.0.1')
  t.teardown(function close () { hangUp.close() })
  await once(hangUp, 'listening')
  t.equal(await outcome(`https://127.0.0.1:${(hangUp.address() as AddressInfo).port}`), 'connect')
})

t.test('a connection that is never there is given up before the answer would be', async t => {
  const silent = createServer().listen(0, '127.0.0.1')
  t.teardown(function close () { silent.close() })
  await once(silent, 'listening')
  const url = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`
  const { outcome, transport } = setUpTransport(t, { tls: { ca: service.cert }, connectTimeoutMs: 50, retries: 0, breaker: null })
  t.equal(await outcome(url), 'connect')
  await t.rejects(transport.send(toRequest(url), NEVER), { code: 'UND_ERR_CONNECT_TIMEOUT', mayRetry: true })
  const impatient = setUpTransport(t, { tls: { ca: service.cert }, connectTimeoutMs: 5_000, timeoutMs: 50 })
  t.match(await impatient.outcome(url), /^(timeout|connect)$/)
})

t.test('files that are none, or do not belong together, stop the boot', async t => {
  const faults = [
    [{ ca: '-----BEGIN CERTIFICATE-----\nsecret\n-----END CERTIFICATE-----' }, 'gateway.tls holds'],
    [{ ca: service.key }, 'gateway.tls holds'],
    [{ ca: `${service.cert}${service.cert.replace(/[A-Za-z0-9]{60}/, '')}` }, 'gateway.tls holds'],
    [{ cert: service.cert, key: other.key }, 'gateway.tls holds'],
    [{ cert: service.cert }, 'gateway.tls.key is missing'],
    [{ key: service.key }, 'gateway.tls.cert is missing']
  ] as const
  for (const [tls, problem] of faults) {
    t.throws(() => setUpTransport(t, { tls }), { code: 'AUTH_OPTION_INVALID', message: new RegExp(`^${problem}`) }, problem)
  }
})
