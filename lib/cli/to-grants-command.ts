import { parseArguments } from './parse-arguments.js'
import { UsageProblem } from './usage-problem.js'

import type { Grant, GrantHolder, GrantKind } from '../sources/sql/index.js'

const OPTIONS = {
  issuer: { type: 'string' },
  tenant: { type: 'string' },
  days: { type: 'string' },
  only: { type: 'string' },
  db: { type: 'string' },
  'authz-tables': { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' }
} as const

const SECONDS_PER_DAY = 86_400
const WORDS: readonly string[] = ['user', 'group', 'role', 'permission']
const KINDS: ReadonlyMap<string, GrantKind> = new Map([['groups', 'group'], ['roles', 'role'], ['permissions', 'permission']])

/** Which database a command is about. */
interface Place {
  /** The file that exports the instance; `null`: the environment says where the database is. */
  readonly module: string | null
  /** Whether the tables are those of the Python package. */
  readonly isAuthz: boolean
  readonly json: boolean
}

/** Somebody is to be given something, or it is to be taken from him. */
export interface ChangeCommand extends Place {
  readonly kind: 'grant' | 'revoke'
  readonly grant: Grant
}

/** What is written of a user, or of a group, role or permission, is to be listed. */
export interface ListCommand extends Place {
  readonly kind: 'list'
  readonly about: GrantHolder | { readonly kind: 'permission', readonly name: string }
  readonly tenant: string | null
  /** Lines about others are left out; `null`: none is. */
  readonly only: GrantKind | null
}

/** What can be asked of a directory. */
export type GrantsCommand = ChangeCommand | ListCommand

/** The names of these commands. */
export const grantsCommands: readonly string[] = Object.freeze(['grant', 'revoke', 'list'])

/**
 * The command that the arguments behind `grant`, `revoke` or `list` mean. Arguments are never quoted: one may be an address with a password.
 *
 * @throws {CommandProblem} when they mean none
 */
export function toGrantsCommand ([name, ...argv]: readonly string[]): GrantsCommand | { readonly kind: 'help' } {
  const { values, positionals } = parseArguments(argv, OPTIONS)
  if (values.help) return { kind: 'help' }
  const place: Place = { module: values.db ?? null, isAuthz: values['authz-tables'] ?? false, json: values.json ?? false }
  return name === 'list' ? { ...place, ...toList(positionals, values) } : { ...place, ...toChange(name as ChangeCommand['kind'], positionals, values) }
}

type Values = ReturnType<typeof parseArguments<typeof OPTIONS>>['values']

function toChange (kind: ChangeCommand['kind'], positionals: readonly string[], { issuer, tenant, days, only }: Values): Pick<ChangeCommand, 'kind' | 'grant'> {
  const [holderKind, holder, grantKind, name] = positionals
  if (holder === undefined || name === undefined || positionals.length > 4) {
    throw new UsageProblem(`${kind} takes four arguments, as in: ${kind} user bob group analyst`)
  }
  if (only !== undefined || (days !== undefined && kind === 'revoke')) {
    throw new UsageProblem(`${kind} does not take --${only === undefined ? 'days' : 'only'}`)
  }
  return { kind, grant: { ...toPair(toAbout(holderKind, holder, issuer), toAbout(grantKind, name, undefined)), tenant: tenant ?? null, expiresAt: toEnd(days) } }
}

function toPair (holder: ListCommand['about'], granted: ListCommand['about']): Pick<Grant, 'kind' | 'name' | 'holder'> {
  if (holder.kind === 'permission' || granted.kind === 'user') {
    throw new UsageProblem('it says first who, a user, a group or a role, and then what: a group, a role or a permission')
  }
  return { kind: granted.kind, name: granted.name, holder }
}

function toList ([kind, name, ...more]: readonly string[], { issuer, tenant, days, only }: Values): Pick<ListCommand, 'kind' | 'about' | 'tenant' | 'only'> {
  if (name === undefined || more.length > 0) {
    throw new UsageProblem('list takes two arguments, as in: list user bob')
  }
  if (days !== undefined) {
    throw new UsageProblem('list does not take --days')
  }
  return { kind: 'list', about: toAbout(kind, name, issuer), tenant: tenant ?? null, only: only === undefined ? null : toKind(only) }
}

function toKind (only: string): GrantKind {
  const kind = KINDS.get(only)
  if (kind === undefined) {
    throw new UsageProblem(`--only takes one of ${[...KINDS.keys()].join(', ')}`)
  }
  return kind
}

function toAbout (kind: string | undefined, name: string, issuer: string | undefined): ListCommand['about'] {
  if (kind === undefined || !WORDS.includes(kind)) {
    throw new UsageProblem(`a name comes behind one of the words ${WORDS.join(', ')}`)
  }
  if (kind === 'user') {
    return { kind, subject: name, ...issuer !== undefined && { issuer } }
  }
  if (issuer !== undefined) {
    throw new UsageProblem('--issuer is for users')
  }
  return { kind: kind as GrantKind, name }
}

function toEnd (days: string | undefined): number | null {
  if (days !== undefined && !/^[1-9]\d{0,4}$/.test(days)) {
    throw new UsageProblem('--days takes a whole number from 1 to 99999')
  }
  return days === undefined ? null : Math.floor(Date.now() / 1000) + Number(days) * SECONDS_PER_DAY
}
