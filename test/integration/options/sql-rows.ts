import { createIdentity } from '../../fixtures/create-identity.js'
import { sqlite } from '../../fixtures/databases/sqlite.js'
import { bearer, handIssuer } from '../../fixtures/hand-issuer.js'
import { openApp } from '../../fixtures/open-app.js'
import { currentUser, requirePermissions } from '../../../lib/index.js'
import { migrate, sqlApiKeys, sqlCredentials, sqlGroups, sqlPermissions, sqlProfile, sqlRoles } from '../../../lib/sources/sql/index.js'

import type { FastifyInstance } from 'fastify'
import type { Options, Row } from './row.js'
import type { AuthPluginOptions } from '../../../lib/index.js'
import type { Database } from '../../../lib/sources/sql/index.js'

const ISSUER = 'https://issuer.example'
const alice = createIdentity({ claims: { login: 'al', tenant: 'acme', team: 'blue' } })

/** Rows that every option tells apart, in two tables. */
async function fill (db: Database): Promise<void> {
  for (const table of ['held', 'other']) {
    await ['subject', 'login', 'name', 'title', 'pattern', 'issuer', 'tenant'].reduce((builder, column) => builder.addColumn(column, 'varchar(255)'), db.schema.createTable(table)).addColumn('ends', 'bigint').execute()
  }
  await db.insertInto('held').values([
    { subject: 'alice', login: 'x', name: 'a', title: 'A', pattern: 'user.*', issuer: ISSUER, tenant: 'acme', ends: null },
    { subject: 'alice', login: 'x', name: 'b', title: 'B', pattern: null, issuer: 'https://other.example', tenant: 'blue', ends: 1 },
    { subject: 'al', login: 'alice', name: 'c', title: 'C', pattern: null, issuer: ISSUER, tenant: 'acme', ends: null }
  ]).execute()
  await db.insertInto('other').values({ subject: 'alice', login: 'x', name: 'o', title: 'O', issuer: ISSUER, tenant: 'acme', ends: null }).execute()
  await migrate(db)
  await db.insertInto('gatekeeper_user_roles').values({ issuer: ISSUER, subject: 'alice', name: 'chief' }).execute()
  await db.insertInto('gatekeeper_role_permissions').values([{ holder: 'chief', name: 'ship.leave' }, { holder: 'captain', name: 'ship.steer' }]).execute()
}

type Provide = (options: never) => Partial<AuthPluginOptions>

/** What a request of alice is answered by an app with such a provider: the body, or the code of a refusal, that of the boot included. The option `db` stands for its place. */
function answer (url: string, provide: Provide): Row['observe'] {
  return async function observe (options, t) {
    const { db } = await sqlite.open(t)
    await fill(db)
    const issuer = handIssuer(ISSUER)
    try {
      const providers = provide({ ...options, db: options['db'] === null ? undefined : db } as never)
      const app = await openApp(t, { jwtProvider: issuer.provider({ verify: () => alice }), ...providers }, declare)
      const response = await app.inject({ url, headers: bearer(issuer.token()) })
      return response.statusCode === 200 ? response.json() : response.json().code
    } catch (error) {
      return (error as { readonly code: string }).code
    }
  }
}

function declare (app: FastifyInstance): void {
  for (const what of ['groups', 'roles', 'permissions', 'profile'] as const) {
    app.get(`/${what}`, async request => await currentUser(request)[what]())
  }
  app.get('/users', { preHandler: requirePermissions('user.create') }, async () => ['created'])
}

const groups = answer('/groups', options => ({ groupsProvider: sqlGroups(options) }))
const roles = answer('/roles', options => ({ rolesProvider: sqlRoles(options) }))
const permissions = answer('/permissions', options => ({ permissionsProvider: sqlPermissions(options) }))
const createUser = answer('/users', options => ({ permissionsProvider: sqlPermissions(options) }))
const profile = answer('/profile', options => ({ profileProvider: sqlProfile({ columns: ['name'], ...options as object } as never) }))

const beside = { table: 'held', issuer: ISSUER, expiresColumn: 'ends' }

/** The options that all have which read about users; `say` is how the answer with one name looks. */
function userRows (observe: Row['observe'], say: (name: string) => unknown): readonly Row[] {
  const [a, b, c, o] = ['a', 'b', 'c', 'o'].map(say)
  return [
    { option: 'db', beside, observe, value: {}, instead: null, without: 'AUTH_OPTION_INVALID', with: a },
    { option: 'table', beside, observe, value: 'other', instead: 'held', without: a, with: o },
    { option: 'userColumn', beside, observe, value: 'login', without: a, with: c },
    { option: 'issuer', beside: { table: 'held', tenantColumn: 'tenant' }, observe, value: [ISSUER, 'https://other.example'], without: 'AUTH_OPTION_INVALID', with: a },
    { option: 'issuerColumn', beside: { table: 'held' }, observe, value: 'issuer', without: 'AUTH_OPTION_INVALID', with: a },
    { option: 'subject', beside, observe, value: 'login', without: a, with: c },
    { option: 'tenantColumn', beside: { table: 'held', issuer: ISSUER }, observe, value: 'tenant', instead: 'title', without: say(''), with: a },
    { option: 'tenant', beside: { table: 'held', issuer: ISSUER, tenantColumn: 'tenant' }, observe, value: 'team', without: a, with: b },
    { option: 'expiresColumn', beside: { table: 'held', issuer: ISSUER, tenantColumn: 'tenant', tenant: 'team' }, observe, value: 'ends', without: b, with: say('') }
  ]
}

const list = (name: string): unknown => name === '' ? [] : [name]

const namesRows = (observe: Row['observe']): readonly Row[] => [
  ...userRows(observe, list),
  { option: 'nameColumn', beside, observe, value: 'title', without: ['a'], with: ['A'] }
]

export const sqlNamesRows = namesRows(groups)

export const sqlRolesRows: readonly Row[] = [
  ...namesRows(roles),
  { option: 'roleHierarchy', beside, observe: roles, value: { a: ['reader'] }, without: ['a'], with: ['a', 'reader'] }
]

export const sqlPermissionsRows: readonly Row[] = [
  ...namesRows(permissions),
  { option: 'roleHierarchy', observe: permissions, value: { chief: ['captain'] }, without: ['ship.leave'], with: ['ship.leave', 'ship.steer'] },
  { option: 'permissionMatch', beside: { ...beside, nameColumn: 'pattern' }, observe: createUser, value: 'wildcard', without: 'AUTH_PERMISSION_MISSING', with: ['created'] }
]

export const sqlProfileRows: readonly Row[] = [
  ...userRows(profile, name => name === '' ? {} : { name }).filter(({ option }) => option !== 'nameColumn'),
  { option: 'columns', beside, observe: profile, value: ['title', 'login'], without: { name: 'a' }, with: { title: 'A', login: 'x' } }
]

/** Members of a record and their columns, plain and renamed. */
const CREDENTIALS = { username: 'username', id: 'id', passwordHash: 'password_hash', name: 'display_name', email: 'email' }
const KEYS = {
  digest: 'digest', owner: 'owner', kind: 'kind', name: 'display_name', scopes: 'scopes', groups: 'group_names', roles: 'role_names', permissions: 'permission_names', expiresAt: 'expires_at', revoked: 'revoked'
}
const DIGEST = 'd'.repeat(64)
const KEPT: Readonly<Record<string, readonly [unknown, unknown]>> = {
  username: ['alice', 'alice'],
  id: ['7', '8'],
  passwordHash: ['old', 'new'],
  name: ['Alice', 'Al'],
  email: ['a@b.example', 'c@d.example'],
  digest: [DIGEST, DIGEST],
  owner: ['billing', 'reports'],
  kind: ['human', 'machine'],
  scopes: [['a'], ['b']],
  groups: [['a'], ['b']],
  roles: [['a'], ['b']],
  permissions: [['a'], ['b']],
  expiresAt: [1, 2],
  revoked: [true, false]
}

type Find = (db: Database, options: Options) => Promise<unknown>

/** A table whose columns are there twice, the second time with other values. */
async function fillRecords (db: Database, table: string, columns: Readonly<Record<string, string>>, isKey: (member: string) => boolean): Promise<void> {
  const cells = Object.entries(columns).flatMap(([member, column]) => ['', 'x_'].map((before, index) => [`${before}${column}`, toCell(KEPT[member]?.[isKey(member) && index === 1 ? 0 : index])] as const))
  await cells.reduce((builder, [column]) => builder.addColumn(column, 'varchar(255)'), db.schema.createTable(table)).execute()
  await db.insertInto(table).values(Object.fromEntries(cells)).execute()
}

function toCell (value: unknown): unknown {
  return Array.isArray(value) ? JSON.stringify(value) : typeof value === 'boolean' || typeof value === 'number' ? String(Number(value)) : value
}

function recordRows (columns: Readonly<Record<string, string>>, table: string, key: string, find: Find): readonly Row[] {
  const observe = (at: (found: Readonly<Record<string, unknown>>) => unknown): Row['observe'] => async function observe (options, t) {
    const { db } = await sqlite.open(t)
    await fillRecords(db, table, columns, member => member === key)
    await fillRecords(db, 'x_records', { ...columns, [key]: `${columns[key] as string}` }, () => false)
    await db.updateTable('x_records').set({ [columns['name'] as string]: 'Elsewhere' }).execute()
    await db.updateTable(table).set({ [`x_${columns[key] as string}`]: null }).execute()
    try {
      const found = await find(db, { ...options, db: options['db'] === null ? undefined : db })
      return found === null ? 'nobody' : at(found as Readonly<Record<string, unknown>>)
    } catch (error) {
      return (error as { readonly code: string }).code
    }
  }
  const name = observe(found => found['name'])
  return [
    { option: 'db', observe: name, value: {}, instead: null, without: 'AUTH_OPTION_INVALID', with: 'Alice' },
    { option: 'table', observe: name, value: 'x_records', without: 'Alice', with: 'Elsewhere' },
    { option: 'columns', observe: name, value: { name: 'x_display_name' }, without: 'Alice', with: 'Al' },
    ...Object.entries(columns).map(([member, column]): Row => member === key
      ? { option: `columns.${member}`, observe: name, value: { [member]: `x_${column}` }, without: 'Alice', with: 'nobody' }
      : { option: `columns.${member}`, observe: observe(found => found[member]), value: { [member]: `x_${column}` }, without: KEPT[member]?.[0], with: KEPT[member]?.[1] })
  ]
}

export const sqlCredentialsRows = recordRows(CREDENTIALS, 'gatekeeper_credentials', 'username', async (_db, options) => await sqlCredentials(options as never).findByUsername('alice'))
export const sqlApiKeysRows = recordRows(KEYS, 'gatekeeper_api_keys', 'digest', async (_db, options) => await sqlApiKeys(options as never).findByDigest(DIGEST))
