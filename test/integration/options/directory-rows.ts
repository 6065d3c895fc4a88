import { sqlite } from '../../fixtures/databases/sqlite.js'
import { bearer, handIssuer } from '../../fixtures/hand-issuer.js'
import { openApp } from '../../fixtures/open-app.js'
import { currentUser } from '../../../lib/index.js'
import { cached } from '../../../lib/sources/cache/index.js'
import { migrate, sqlDirectory, sqlGroups, sqlPermissions, sqlRoles } from '../../../lib/sources/sql/index.js'

import type { Row } from './row.js'
import type { Database, Grant, UserTable } from '../../../lib/sources/sql/index.js'

const ISSUER = 'https://issuer.example'
const COLUMNS = ['subject', 'login', 'name', 'title', 'issuer', 'tenant']
const LATER = 4_102_444_800

const KINDS = Object.freeze({ groups: 'group', roles: 'role', permissions: 'permission' })

/** What differs from row to row: where the app reads, and what it is told to grant beside kind and name. */
interface Scene {
  readonly where?: Omit<UserTable, 'db'>
  readonly issuer?: string
  readonly more?: Pick<Grant, 'tenant' | 'expiresAt'>
}

async function fill (db: Database): Promise<void> {
  for (const table of ['held', 'other', 'numbered']) {
    await COLUMNS.reduce((builder, column) => builder.addColumn(column, 'varchar(255)'), db.schema.createTable(table)).addColumn('ends', 'bigint').addColumn('id', 'varchar(27)', column => table === 'numbered' ? column.notNull() : column).execute()
  }
  await migrate(db)
}

/** What an app says of a user's names, before and after a request that grants him one. */
function answers (what: keyof typeof KINDS, { where = { table: 'held', issuer: ISSUER }, issuer: of, more = {} }: Scene = {}): Row['observe'] {
  return async function observe (options, t) {
    const { db } = await sqlite.open(t)
    await fill(db)
    const issuer = handIssuer(ISSUER)
    const from = { db, ...where }
    const groups = cached(sqlGroups(from), { name: 'groups' })
    const directory = sqlDirectory(db, { ...options, ...options['caches'] !== undefined && { caches: [groups] } })
    const app = await openApp(t, { jwtProvider: issuer.provider(), groupsProvider: options['tables'] === undefined ? groups : sqlGroups(from), rolesProvider: sqlRoles(from), permissionsProvider: sqlPermissions(from) }, app => {
      app.get('/names', async request => await currentUser(request)[what]())
      app.post('/grants', async request => await directory.grant(request.body as Grant))
    })
    const headers = bearer(issuer.token({ sub: 'alice', tenant: 'acme' }))
    const ask = async (): Promise<unknown> => (await app.inject({ url: '/names', headers })).json()
    const before = await ask()
    await app.inject({ method: 'POST', url: '/grants', headers, payload: { kind: KINDS[what], name: 'a', holder: { kind: 'user', subject: 'alice', ...of !== undefined && { issuer: of } }, ...more } })
    return [before, await ask()]
  }
}

const NONE = [[], []]
const ONE = [[], ['a']]

function tableRows (what: keyof typeof KINDS): readonly Row[] {
  const held = (more: object = {}) => ({ [what]: { table: 'held', ...more } })
  const of = (option: string, scene: Scene, value: object, { instead = held(), ...expected }: { readonly instead?: object, readonly without?: unknown, readonly with?: unknown } = {}): Row => ({
    option: `tables.${what}${option}`, observe: answers(what, scene), value, instead, without: NONE, with: ONE, ...expected
  })
  return [
    of('', {}, held(), { instead: { [what === 'groups' ? 'roles' : 'groups']: { table: 'held' } } }),
    of('.table', {}, held(), { instead: { [what]: { table: 'other' } } }),
    of('.userColumn', { where: { table: 'held', issuer: ISSUER, userColumn: 'login' } }, held({ userColumn: 'login' })),
    of('.nameColumn', { where: { table: 'held', issuer: ISSUER } }, held({ nameColumn: 'title' }), { without: ONE, with: NONE }),
    of('.issuerColumn', { where: { table: 'held', issuerColumn: 'issuer' }, issuer: ISSUER }, held({ issuerColumn: 'issuer' })),
    of('.issuer', { issuer: ISSUER }, held({ issuer: ['https://other.example', ISSUER] })),
    of('.tenantColumn', { where: { table: 'held', issuer: ISSUER, tenantColumn: 'tenant' }, more: { tenant: 'acme' } }, held({ tenantColumn: 'tenant' })),
    of('.expiresColumn', { where: { table: 'held', issuer: ISSUER, expiresColumn: 'ends' }, more: { expiresAt: LATER } }, held({ expiresColumn: 'ends' })),
    of('.idColumn', { where: { table: 'numbered', issuer: ISSUER } }, { [what]: { table: 'numbered', idColumn: 'id' } }, { instead: { [what]: { table: 'numbered' } } })
  ]
}

export const sqlDirectoryRows: readonly Row[] = [
  { option: 'caches', observe: answers('groups', { where: {}, issuer: ISSUER }), value: [], without: NONE, with: ONE },
  { option: 'tables', observe: answers('roles', { issuer: ISSUER }), value: { roles: { table: 'held', issuer: ISSUER } }, without: NONE, with: ONE },
  ...tableRows('groups'),
  ...tableRows('roles'),
  ...tableRows('permissions')
]
