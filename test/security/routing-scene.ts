import Fastify from 'fastify'

import authPlugin from '../../lib/index.js'
import { handIssuer } from '../fixtures/hand-issuer.js'
import { inspect, secretsOf } from './inspect.js'

import type { FastifyInstance, FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify'
import type { Test } from 'tap'
import type { AuthPluginOptions } from '../../lib/index.js'
import type { Ask } from './routing-asks.js'
import type { Expectation, Observation } from './inspect.js'

/** Who asks: somebody without a credential, with a forged one, a user without the role, and the one who has it. */
export const CALLERS = ['nobody', 'forger', 'reader', 'editor'] as const

export type Caller = typeof CALLERS[number]

const EDITOR = 'editor-of-the-corpus'
const issuer = handIssuer()
const tokens: Readonly<Record<Caller, string | null>> = {
  nobody: null,
  forger: handIssuer().token({ sub: EDITOR, roles: ['editor'] }),
  reader: issuer.token({ sub: 'reader-of-the-corpus' }),
  editor: issuer.token({ sub: EDITOR })
}

const refusals: Readonly<Record<Exclude<Caller, 'editor'>, Omit<Expectation, 'secrets'>>> = {
  nobody: { status: 401, code: 'AUTH_CREDENTIALS_MISSING', reason: 'credential_missing' },
  forger: { status: 401, code: 'AUTH_TOKEN_INVALID', reason: 'signature' },
  reader: { status: 403, code: 'AUTH_ROLE_MISSING', reason: 'role' }
}

/** What places are made with. The handlers of guarded ones know whether anybody had let the caller in. */
export interface Stage {
  /** What the plugin is registered with. */
  readonly options: AuthPluginOptions
  /** A handler for editors. `status` is what it answers, 200 by default. */
  guarded (place: string, status?: number): Handler
  /** A handler for everybody. */
  open (place: string, status?: number): Handler
  /** Says that somebody is at a guarded place. */
  enter (place: string, request: FastifyRequest): void
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<string>

export interface SceneOptions {
  readonly server?: FastifyServerOptions
  /** Beside, or in place of, the provider and the roles of the corpus. */
  readonly plugin?: Partial<AuthPluginOptions>
  /** Whether tokens and roles are judged at once or after a while. Default: at once. */
  readonly manner?: Manner
  /** Registers the plugin with the options of the stage, and declares the places, in whatever order is tried. */
  readonly build: (app: FastifyInstance, stage: Stage) => unknown
}

export const MANNERS = ['at once', 'later'] as const

export type Manner = typeof MANNERS[number]

export interface Scene {
  readonly app: FastifyInstance
  visit (ask: Ask, caller: Caller): Promise<Visit>
}

/** What one request brought about, and where it led. */
export interface Visit extends Observation {
  /** The places whose handlers ran. */
  readonly places: readonly string[]
  /** Guarded places whose handlers ran although the roles had not been asked and found good, or for another user. */
  readonly trespasses: readonly string[]
  /** How many tokens were looked at. */
  readonly verified: number
}

/** One row of the corpus: a way to ask, and where it leads. */
export interface Row {
  readonly name: string
  readonly ask: Ask
  /** The place that it must reach, by those who may; `null`: none. */
  readonly reaches: string | null
  /** What they are told there, 200 by default; where there is no place, what everybody is told, 404 by default. */
  readonly status?: number
  /** Whether somebody else answers on the way, so that a token may have been looked at for nothing. */
  readonly isAnsweredEarly?: boolean
}

interface Notes {
  isGranted: boolean
  places: string[]
  trespasses: string[]
  users: unknown[]
}

/** Boots an app that is closed when the test ends. */
export async function openScene (t: Test, { server = {}, plugin = {}, manner = 'at once', build }: SceneOptions): Promise<Scene> {
  const lines: string[] = []
  const notes: Notes = { isGranted: false, places: [], trespasses: [], users: [] }
  const app = Fastify({ logger: { level: 'trace', stream: { write: line => { lines.push(line) } } }, ...server })
  t.teardown(() => app.close())
  const jwtProvider = manner === 'later' ? issuer.promisingProvider() : issuer.provider()

  function judge ({ subject }: { readonly subject: string }): readonly string[] {
    notes.isGranted = subject === EDITOR
    return notes.isGranted ? ['editor'] : []
  }

  const rolesProvider = { fetchRoles: manner === 'later' ? async (identity: { readonly subject: string }) => judge(identity) : judge }
  await build(app, toStage({ providerTimeoutMs: 60_000, jwtProvider, rolesProvider, ...plugin }, notes))
  app.addHook('onSend', async function noteUser (request) { notes.users.push(request.user) })
  await app.ready()

  async function visit (ask: Ask, caller: Caller): Promise<Visit> {
    const [start, before] = [lines.length, jwtProvider.asked]
    Object.assign(notes, { isGranted: false, places: [], trespasses: [], users: [] })
    const token = tokens[caller]
    const answer = await ask(app, token === null ? null : `Bearer ${token}`)
    const { places, trespasses, users } = notes
    return { ...answer, places, trespasses, users, isHandled: places.length > 0, lines: lines.slice(start), verified: jwtProvider.asked - before }
  }

  return { app, visit }
}

/** Registers the plugin and waits for it, before anything else is declared. */
export async function registerFirst (app: FastifyInstance, { options }: Stage): Promise<void> {
  await app.register(authPlugin, options)
}

/** Tries a row as each of the callers, and tells what is not as it must be. */
export async function problemsOf (scene: Scene, row: Row): Promise<readonly string[]> {
  const problems: string[] = []
  for (const caller of CALLERS) {
    const visit = await scene.visit(row.ask, caller)
    problems.push(...inspectVisit(visit, row, caller).map(problem => `${caller}: ${problem}`))
  }
  return problems
}

/** Sees each row lead where it must, and nobody anywhere without the guard's word. */
export async function walkAll (t: Test, scene: Scene, rows: readonly Row[]): Promise<void> {
  t.equal(new Set(rows.map(({ name }) => name)).size, rows.length, 'every technique is named once')
  for (const row of rows) {
    t.strictSame(await problemsOf(scene, row), [], row.name)
  }
}

/** One way to ask, and what each of the callers is told, in their order. Who is told 101 or 200 has been at a place, and nobody else. */
export interface Trial {
  readonly name: string
  readonly ask: Ask
  readonly statuses: readonly [nobody: number, forger: number, reader: number, editor: number]
}

/** Sees each of the callers told what he must be, and no handler run for those who are not let in. */
export async function tryAll (t: Test, scene: Scene, trials: readonly Trial[]): Promise<void> {
  t.equal(new Set(trials.map(({ name }) => name)).size, trials.length, 'every technique is named once')
  for (const { name, ask, statuses } of trials) {
    const seen: unknown[] = []
    for (const caller of CALLERS) {
      const { status, headers, places, trespasses } = await scene.visit(ask, caller)
      const isLetIn = status === 200 || status === 101
      seen.push(isLetIn === (places.length > 0) && trespasses.length === 0 ? status : { status, places, trespasses })
      t.equal('www-authenticate' in headers, status === 401, `${name}: ${caller}: challenged when refused`)
    }
    t.strictSame(seen, statuses, name)
  }
}

function toStage (options: AuthPluginOptions, notes: Notes): Stage {
  function enter (place: string, { user }: FastifyRequest): void {
    notes.places.push(place)
    if (!notes.isGranted || user?.id !== EDITOR) {
      notes.trespasses.push(place)
    }
  }
  return {
    options,
    enter,
    guarded: (place, status = 200) => async function handleGuarded (request, reply) {
      enter(place, request)
      return await reply.code(status).send(place)
    },
    open: (place, status = 200) => async function handleOpen (_request, reply) {
      notes.places.push(`open ${place}`)
      return await reply.code(status).send(place)
    }
  }
}

function inspectVisit (visit: Visit, row: Row, caller: Caller): readonly string[] {
  const trespasses = visit.trespasses.map(place => `the handler of ${place} ran, and nobody had let the caller in`)
  if (!isForEditors(row.reaches)) {
    return [...trespasses, ...findFaults(visit, row), ...(row.isAnsweredEarly === true ? [] : findTokenFaults(visit))]
  }
  return [...trespasses, ...(caller === 'editor' ? findFaults(visit, row) : findRefusalFaults(visit, caller))]
}

function findFaults (visit: Visit, { reaches, status = reaches === null ? 404 : 200 }: Row): readonly string[] {
  const [wanted, actual] = [reaches ?? 'nothing', visit.places.join() || 'nothing']
  return [
    ...(visit.status === status ? [] : [`status ${visit.status} instead of ${status}`]),
    ...(actual === wanted ? [] : [`reached ${actual} instead of ${wanted}`])
  ]
}

/** Where there is nothing to guard, no token is looked at, so nobody can be anybody. Requests that Fastify makes for methods it does not know have no decorators. */
function findTokenFaults ({ users, verified }: Visit): readonly string[] {
  return [
    ...(users.every(user => user == null) ? [] : ['request.user was set']),
    ...(verified === 0 ? [] : ['a token was looked at'])
  ]
}

/** A refusal over HEAD has no body. RFC 9110, section 9.3.2. */
function findRefusalFaults (visit: Visit, caller: Exclude<Caller, 'editor'>): readonly string[] {
  const token = tokens[caller]
  const secrets = token === null ? [] : caller === 'reader' ? [token] : secretsOf(token, [issuer.url, 'editor'])
  return inspect(visit, { ...refusals[caller], secrets }).filter(fault => fault !== 'not our body: ')
}

function isForEditors (reaches: string | null): boolean {
  return reaches !== null && !reaches.startsWith('open ')
}
