import { CommandProblem } from './command-problem.js'
import { escapeText, escapeUnseen } from './escape-text.js'
import { openDatabase } from './open-database.js'
import { isAuthError } from '../errors.js'

import type { OpenDatabase } from './open-database.js'
import type { ChangeCommand, GrantsCommand, ListCommand } from './to-grants-command.js'
import type { DirectoryTables, Grant, GrantHolder, SqlDirectory } from '../sources/sql/index.js'

/** The tables of the Python package, as it makes them. */
const AUTHZ_TABLES: DirectoryTables = Object.freeze({
  groups: Object.freeze({ table: 'authz_groups', userColumn: 'username', nameColumn: 'group', idColumn: 'id' }),
  permissions: Object.freeze({ table: 'authz_permissions', userColumn: 'username', nameColumn: 'permission', idColumn: 'id' })
})

const FAILURES = Object.freeze({ grant: 'nothing was granted', revoke: 'nothing was revoked', list: 'nothing could be listed' })

/** What is printed, and what there is to complain about. */
export interface GrantsResult { readonly text: string, readonly complaint?: string }

/**
 * Grants, revokes or lists. There is a complaint when nothing was there to be revoked: the name may be mistyped.
 *
 * @throws {CommandProblem} when there is no database, it fails, or its tables cannot hold what is asked for
 */
export async function handleGrants (command: GrantsCommand): Promise<GrantsResult> {
  return await openDatabase(command.module, FAILURES[command.kind], async opened => {
    const directory = toDirectory(opened, command.isAuthz)
    return command.kind === 'list' ? await list(directory, command) : await change(directory, command)
  })
}

function toDirectory ({ db, directory, sql }: OpenDatabase, isAuthz: boolean): SqlDirectory {
  if (directory !== null && isAuthz) {
    throw new CommandProblem('--authz-tables says which tables there are, and the file says it, too, with its directory')
  }
  return directory ?? sql.sqlDirectory(db, isAuthz ? { tables: AUTHZ_TABLES } : {})
}

async function change (directory: SqlDirectory, { kind, grant, json }: ChangeCommand): Promise<GrantsResult> {
  const changed = await directory[kind](grant) > 0
  const text = json ? toJson({ changed, grant }) : `${toAnswer(kind, changed)}: ${toSentence(grant)}\n`
  return kind === 'revoke' && !changed ? { text, complaint: 'fastify-gatekeeper: nothing was there to be revoked\n' } : { text }
}

function toAnswer (kind: ChangeCommand['kind'], changed: boolean): string {
  if (kind === 'grant') {
    return changed ? 'granted' : 'already granted'
  }
  return changed ? 'revoked' : 'not granted'
}

async function list (directory: SqlDirectory, { about, tenant, only, json }: ListCommand): Promise<GrantsResult> {
  const found = [...about.kind === 'user' ? [] : await directory.list({ ...about, tenant }), ...about.kind === 'permission' ? [] : await listOf(directory, about, tenant)]
  const grants = found.filter(({ kind }) => only === null || kind === only)
  if (json) {
    return { text: toJson({ grants }) }
  }
  return { text: grants.length === 0 ? 'There is nothing.\n' : grants.map(grant => `${toSentence(grant)}\n`).join('') }
}

/** Not in all tables have groups and roles something: what is wrong with the name itself has been said by then. */
async function listOf (directory: SqlDirectory, holder: GrantHolder, tenant: string | null): Promise<readonly Grant[]> {
  try {
    return await directory.list({ holder, tenant })
  } catch (error) {
    if (holder.kind !== 'user' && isAuthError(error) && error.code === 'AUTH_OPTION_INVALID') {
      return []
    }
    throw error
  }
}

/** `user bob of https://login.example.com has group analyst in acme until 2026-12-01T00:00:00Z`: a line for every grant. */
function toSentence ({ kind, name, holder, tenant, expiresAt }: Grant): string {
  const who = holder.kind === 'user' ? `user ${escapeText(holder.subject)}${holder.issuer === undefined ? '' : ` of ${escapeText(holder.issuer)}`}` : `${holder.kind} ${escapeText(holder.name)}`
  const where = tenant == null ? '' : ` in ${escapeText(tenant)}`
  const until = expiresAt == null ? '' : ` until ${new Date(expiresAt * 1000).toISOString().replace('.000', '')}`
  return `${who} has ${kind} ${escapeText(name)}${where}${until}`
}

function toJson (value: object): string {
  return `${escapeUnseen(JSON.stringify(value))}\n`
}
