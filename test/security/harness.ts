import Fastify from 'fastify'

import authPlugin from '../../lib/index.js'
import { AUDIENCE } from './forge.js'
import { inspect, isLeaked, secretsOf } from './inspect.js'
import { sendRaw } from './send-raw.js'

import type { Buffer } from 'node:buffer'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance, FastifyRequest, InjectOptions } from 'fastify'
import type { Test } from 'tap'
import type { AuthPluginOptions } from '../../lib/index.js'
import type { Answer, Expectation, Observation } from './inspect.js'

/** One row of the corpus: a request that must not get in. */
export interface Attack {
  /** The technique, by the name a reviewer knows. */
  readonly name: string
  /** Sent as a bearer token … */
  readonly token?: string
  /** … unless the request is given as a whole, */
  readonly request?: InjectOptions
  /** or as the bytes on the wire. */
  readonly wire?: string | Buffer
  /** Texts beside the token that must show up nowhere. */
  readonly secrets?: readonly string[]
  /** Default 401. */
  readonly status?: Expectation['status']
  /** Default `AUTH_TOKEN_INVALID`. */
  readonly code?: string
  readonly reason: Expectation['reason']
  readonly challenge?: Expectation['challenge']
}

/** An app with the plugin, a real log at `trace`, and a record of what each request brought about. */
export interface Target {
  readonly app: FastifyInstance
  readonly lines: readonly string[]
  /** Texts of the configuration, which may be logged. */
  readonly known: readonly string[]
  send (attack: Pick<Attack, 'token' | 'request' | 'wire'>): Promise<Observation>
}

export interface TargetOptions extends AuthPluginOptions {
  /** Declares more routes than `GET /`, all with this handler. */
  readonly routes?: (app: FastifyInstance, handler: (request: FastifyRequest) => unknown) => void
  /** Whether Fastify logs each request with its URL. Default `true`. */
  readonly isUrlLogged?: boolean
  /** Whether anything is logged and looked at: floods take too long with it. Default `true`. */
  readonly isLogged?: boolean
  /** What else the app's logger is told: serializers, redaction. */
  readonly logger?: Readonly<Record<string, unknown>>
}

/** Boots an app that is closed when the test ends. */
export async function createTarget (t: Test, { routes, isUrlLogged = true, isLogged = true, logger = {}, ...options }: TargetOptions): Promise<Target> {
  const lines: string[] = []
  const seen: { users: unknown[], isHandled: boolean } = { users: [], isHandled: false }
  const serializers = isUrlLogged ? {} : { req: ({ method }: FastifyRequest) => ({ method }) }
  const app = Fastify({ logger: { level: isLogged ? 'trace' : 'silent', serializers, ...logger, stream: { write: line => { lines.push(line) } } } })
  t.teardown(() => app.close())
  // No answer is too late because the machine is busy.
  await app.register(authPlugin, { providerTimeoutMs: 60_000, ...options })
  app.addHook('preHandler', function noteUser (request, _reply, done) {
    seen.users.push(request.user)
    done()
  })
  app.addHook('onSend', function noteUser (request, _reply, _payload, done) {
    seen.users.push(request.user)
    done()
  })
  app.get('/', handle)
  routes?.(app, handle)
  await app.ready()

  function handle (request: FastifyRequest): unknown {
    seen.isHandled = true
    return request.user ?? { id: null }
  }

  async function send (attack: Pick<Attack, 'token' | 'request' | 'wire'>): Promise<Observation> {
    const start = lines.length
    seen.users = []
    seen.isHandled = false
    const { status, headers, body } = await exchange(app, attack)
    return { status, headers, body, ...seen, lines: lines.slice(start) }
  }

  const providers = [options.jwtProvider ?? []].flat()
  return { app, lines, known: [AUDIENCE, ...providers.flatMap(provider => provider.issuers)], send }
}

/** A request with a bearer token. */
export function withToken (token: string, request: InjectOptions = {}): InjectOptions {
  return { method: 'GET', url: '/', ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } }
}

/** Sees an attack refused as it must be. */
export async function assertRefused (t: Test, target: Target, attack: Attack): Promise<void> {
  t.strictSame(await problemsOf(target, attack), [], attack.name)
}

/** Sees a good token, or a request with another credential, accepted, and that the checks of this corpus would notice if an attack was. */
export async function assertAccepted (t: Test, target: Target, control: string | InjectOptions, request: InjectOptions = {}): Promise<void> {
  const observed = await target.send({ request: typeof control === 'string' ? withToken(control, request) : control })
  t.equal(observed.status, 200, 'a good token gets in')
  t.ok(observed.isHandled, 'the handler ran')
  const problems = inspect(observed, { status: 401, code: 'AUTH_TOKEN_INVALID', reason: 'signature', secrets: [] })
  for (const problem of [/^status 200/, /handler ran/, /user was set/, /not our body/, /wrong challenge/, /^reason undefined/]) {
    t.ok(problems.some(found => problem.test(found)), `an attack that succeeds is noticed: ${String(problem)}`)
  }
}

/** Runs a table of attacks, with the good token before and after. */
export async function attackAll (t: Test, target: Target, { control, attacks }: { readonly control: string | InjectOptions, readonly attacks: readonly Attack[] }): Promise<void> {
  t.equal(new Set(attacks.map(attack => attack.name)).size, attacks.length, 'every technique is named once')
  await t.test('the good token gets in', t => assertAccepted(t, target, control))
  for (const attack of attacks) {
    await t.test(attack.name, t => assertRefused(t, target, attack))
  }
  await t.test('the good token still gets in', t => assertAccepted(t, target, control))
  const secrets = attacks.flatMap(attack => secretsIn(attack, target.known))
  t.notOk(isLeaked(target.lines.join('\n'), secrets), 'nothing of any credential was logged, then or later')
}

async function problemsOf (target: Target, attack: Attack): Promise<readonly string[]> {
  const { status = 401, code = 'AUTH_TOKEN_INVALID', reason, challenge } = attack
  const observed = await target.send(attack)
  return inspect(observed, { status, code, reason, challenge, secrets: secretsIn(attack, target.known) })
}

function secretsIn ({ token, status, secrets = [] }: Attack, known: readonly string[]): readonly string[] {
  if (token === undefined) {
    return secrets
  }
  // Who was verified may be named.
  return [...(status === 403 ? [token] : secretsOf(token, known)), ...secrets]
}

async function exchange (app: FastifyInstance, { token, request, wire }: Pick<Attack, 'token' | 'request' | 'wire'>): Promise<Answer> {
  if (wire !== undefined) {
    if (!app.server.listening) {
      await app.listen({ host: '127.0.0.1', port: 0 })
    }
    return await sendRaw((app.server.address() as AddressInfo).port, wire)
  }
  const { statusCode, headers, body } = await app.inject(request ?? withToken(token ?? ''))
  return { status: statusCode, headers, body }
}
