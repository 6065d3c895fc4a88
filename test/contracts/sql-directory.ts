import t from 'tap'

import { createIdentity } from '../fixtures/create-identity.js'
import { ALIKE, give, group, ISSUER, OTHER, role, SUBJECTS, user } from '../fixtures/grants.js'
import { createContext } from '../fixtures/provider-context.js'
import { createName } from '../fixtures/databases/server.js'
import { migrate, sqlDirectory, sqlGroups, sqlPermissions, sqlRoles } from '../../lib/sources/sql/index.js'

import type { OpenDatabase } from '../fixtures/databases/server.js'
import type { Grant, SqlDirectoryOptions } from '../../lib/sources/sql/index.js'

/** What writes who has what has to do, on every kind of database. */
export function proveSqlDirectory (name: string, database: OpenDatabase): void {
  proveMigrated(name, database)
  proveTerms(name, database)
  proveOwnTables(name, database)
  proveTogether(name, database)
}

/** Tables as the Python package makes them: nothing in them is unique but an id. */
async function createAuthz ({ db }: OpenDatabase, type: 'varchar(100)' | 'integer' = 'varchar(100)') {
  const [groups, permissions] = [createName(), createName()]
  for (const [table, column] of [[groups, 'group'], [permissions, 'permission']] as const) {
    await db.schema.createTable(table).addColumn('id', 'varchar(27)', column => column.primaryKey()).addColumn('username', 'varchar(500)', column => column.notNull()).addColumn(column, type, column => column.notNull()).execute()
  }
  const tables = { groups: { table: groups, userColumn: 'username', nameColumn: 'group', idColumn: 'id' }, permissions: { table: permissions, userColumn: 'username', nameColumn: 'permission', idColumn: 'id' } }
  const rowsOf = async (table: string) => await db.selectFrom(table).selectAll().execute()
  return { tables, rowsOf, directory: (options: SqlDirectoryOptions = {}) => sqlDirectory(db, { tables, ...options }) }
}

function proveMigrated (name: string, database: OpenDatabase): void {
  const { db } = database
  const directory = sqlDirectory(db)

  async function namesOf (subject: string, issuer = ISSUER): Promise<readonly (readonly string[])[]> {
    const identity = createIdentity({ subject, issuer })
    const answers = [sqlGroups({ db }).fetchGroups(identity, createContext()), sqlRoles({ db }).fetchRoles(identity, createContext()), sqlPermissions({ db }).fetchPermissions(identity, createContext())]
    return (await Promise.all(answers)).map(names => [...names].sort())
  }

  t.test(`${name} gives users, groups and roles what they are granted, and takes it again`, async t => {
    await migrate(db)
    const grants = [
      give(user('wendy'), 'group', 'writers'), give(user('wendy'), 'role', 'guest'), give(user('wendy'), 'permission', 'book.read'),
      give(group('writers'), 'role', 'columnist'), give(role('columnist'), 'role', 'drafter'), give(role('drafter'), 'permission', 'book.draft')
    ]
    t.equal(await directory.grant(grants), 6)
    t.strictSame(await namesOf('wendy'), [['writers'], ['columnist', 'drafter', 'guest'], ['book.draft', 'book.read']])
    t.strictSame(await namesOf('wendy', OTHER), [[], [], []])
    t.strictSame(await directory.list({ holder: user('wendy') }), [grants[0], grants[2], grants[1]])
    t.strictSame(await directory.list({ holder: group('writers') }), [grants[3]])
    t.strictSame(await directory.list({ kind: 'role', name: 'columnist' }), [grants[3]])
    t.strictSame(await directory.list({ kind: 'role', name: 'drafter' }), [grants[4]])
    t.strictSame(await directory.list({ holder: role('drafter') }), [grants[5]])
    t.equal(await directory.revoke(grants.slice(3)), 3)
    t.strictSame(await namesOf('wendy'), [['writers'], ['guest'], ['book.read']])
    t.equal(await directory.revoke(await directory.list({ holder: user('wendy') })), 3)
    t.strictSame(await namesOf('wendy'), [[], [], []])
  })

  t.test(`${name} has a grant once, however often it is given, and says what was not there`, async t => {
    const grant = give(user('otto'), 'role', 'editor')
    t.strictSame([await directory.grant(grant), await directory.grant([grant, grant])], [1, 0])
    t.strictSame(await db.selectFrom('gatekeeper_user_roles').select(['issuer', 'tenant', 'name', 'expires_at']).where('subject', '=', 'otto').execute(), [{ issuer: ISSUER, tenant: '', name: 'editor', expires_at: null }])
    for (const stranger of [give(user('otto', OTHER), 'role', 'editor'), give(user('Otto'), 'role', 'editor'), give(user('otto'), 'role', 'Editor'), give(user('otto'), 'group', 'editor'), give(user('otto'), 'role', 'editor', { tenant: 'acme' })]) {
      t.equal(await directory.revoke(stranger), 0)
    }
    t.strictSame([await directory.revoke(grant), await directory.revoke(grant)], [1, 0])
    t.strictSame([await directory.grant([]), await directory.revoke([])], [0, 0])
  })

  t.test(`${name} grants and revokes exactly what is named`, async t => {
    const grants = SUBJECTS.map(subject => give(user(subject), 'group', 'crowd'))
    const names = ALIKE.map(name => give(user('exact'), 'permission', name))
    t.equal(await directory.grant([...grants, ...names]), grants.length + names.length)
    for (const grant of [...grants, ...names]) {
      const { kind, name, holder } = grant
      t.strictSame(await directory.list(kind === 'group' ? { holder } : { kind, name }), [grant])
      t.equal(await directory.revoke(grant), 1, grant.name)
      t.equal(await directory.revoke(grant), 0, grant.name)
    }
    t.strictSame(await directory.list({ kind: 'group', name: 'crowd' }), [])
    t.strictSame(await directory.list({ holder: user('exact') }), [])
  })
}

function proveTerms (name: string, database: OpenDatabase): void {
  const { db } = database
  const directory = sqlDirectory(db)
  const now = Math.floor(Date.now() / 1000)

  t.test(`${name} keeps tenants and issuers apart`, async t => {
    const grants = [give(user('tess', ISSUER), 'group', 'squad'), give(user('tess', OTHER), 'group', 'squad'), give(user('tess'), 'group', 'squad', { tenant: 'acme' }), give(user('tess'), 'group', 'squad', { tenant: 'Acme' })]
    t.equal(await directory.grant(grants), 4)
    const listed = await directory.list({ holder: user('tess', null) })
    t.strictSame(listed.map(({ holder, tenant }) => [holder.kind === 'user' && holder.issuer, tenant]).sort(), [[ISSUER, null], [ISSUER, 'Acme'], [ISSUER, 'acme'], [OTHER, null]].sort())
    t.strictSame(await directory.list({ kind: 'group', name: 'squad', tenant: 'acme' }), [grants[2]])
    t.strictSame(await directory.list({ holder: user('tess', OTHER) }), [grants[1]])
    t.equal(await directory.revoke(grants[2] as Grant), 1)
    t.equal((await directory.list({ kind: 'group', name: 'squad' })).length, 3)
  })

  t.test(`${name} ends a grant when the last word says`, async t => {
    const grant = give(user('temp'), 'role', 'guest')
    t.equal(await directory.grant({ ...grant, expiresAt: now + 600 }), 1)
    t.equal(await directory.grant({ ...grant, expiresAt: now + 600 }), 0)
    t.strictSame(await directory.list({ holder: user('temp') }), [{ ...grant, expiresAt: now + 600 }])
    t.equal(await directory.grant(grant), 1)
    t.strictSame(await directory.list({ holder: user('temp') }), [grant])
    await db.updateTable('gatekeeper_user_roles').set({ expires_at: now - 1 }).where('subject', '=', 'temp').execute()
    t.strictSame(await directory.list({ holder: user('temp') }), [])
    t.equal(await directory.grant({ ...grant, expiresAt: now + 60 }), 1)
    t.strictSame(await sqlRoles({ db }).fetchRoles(createIdentity({ subject: 'temp', issuer: ISSUER }), createContext()), ['guest'])
  })

  t.test(`${name} refuses texts that nobody can keep or ask for, and says which`, async t => {
    const refusals: ReadonlyArray<readonly [Grant, RegExp]> = [
      ...['', ' ', '\t\n', ' staff', 'staff ', 'sta\nff', 'sta\0ff', 'sta\u009bff', 'sta\ud800ff', 's'.repeat(129), '💶'.repeat(129)].map(text => [give(user('ned'), 'group', text), /^sqlDirectory\.grant\.name must/] as const),
      ...['', ' ', 'n\0ed', 'n\udfffed', 'n'.repeat(256)].map(text => [give(user(text), 'group', 'staff'), /^sqlDirectory\.grant\.holder\.subject must/] as const),
      ...['', 'i'.repeat(256)].map(text => [give(user('ned', text), 'group', 'staff'), /^sqlDirectory\.grant\.holder\.issuer must/] as const),
      ...[' ', 'acme ', 't'.repeat(129)].map(text => [give(user('ned'), 'group', 'staff', { tenant: text }), /^sqlDirectory\.grant\.tenant must/] as const),
      ...['', 'staff ', 'g'.repeat(129)].map(text => [give(group(text), 'role', 'editor'), /^sqlDirectory\.grant\.holder\.name must/] as const),
      [give(user('ned', null), 'group', 'staff'), /^sqlDirectory\.grant\.holder\.issuer is missing/],
      [give(group('staff'), 'permission', 'read'), /^sqlDirectory\.grant\.holder: there is no table/],
      [give(role('editor'), 'group', 'staff'), /^sqlDirectory\.grant\.holder: there is no table/],
      [give(user('ned'), 'group', 'staff', { expiresAt: now - 1 }), /^sqlDirectory\.grant\.expiresAt must not be over/],
      [give(user('ned'), 'group', 'staff', { expiresAt: Date.now() * 1_000 }), /^sqlDirectory\.grant\.expiresAt must be/],
      [give(group('staff'), 'role', 'editor', { expiresAt: now + 60 }), /^sqlDirectory\.grant\.expiresAt is for tables/],
      [{ ...give(user('ned'), 'group', 'staff'), until: 1 } as never, /^sqlDirectory\.grant\.until is not an option/]
    ]
    for (const [grant, message] of refusals) {
      await t.rejects(directory.grant(grant), { code: 'AUTH_OPTION_INVALID', message })
      await t.rejects(directory.grant([give(user('ned'), 'group', 'fine'), grant]), { code: 'AUTH_OPTION_INVALID' })
    }
    await t.rejects(directory.revoke([give(user('ned'), 'group', '')]), { code: 'AUTH_OPTION_INVALID', message: /^sqlDirectory\.revoke\.0\.name must not be blank/ })
    await t.rejects(directory.list({ holder: user('\0') }), { code: 'AUTH_OPTION_INVALID', message: /^sqlDirectory\.list\.holder\.subject must be well-formed/ })
    await t.rejects(directory.list({ name: 'staff' } as never), { code: 'AUTH_OPTION_INVALID', message: /^sqlDirectory\.list\.kind is missing/ })
    await t.rejects(directory.list(undefined as never), { code: 'AUTH_OPTION_INVALID', message: /^sqlDirectory\.list is missing/ })
    t.strictSame(await directory.list({ holder: user('ned', null) }), [])
    t.equal(await directory.grant(give(user('ned'), 'group', '💶'.repeat(128))), 1)
    t.equal(await directory.revoke(give(user('ned'), 'group', '💶'.repeat(128))), 1)
  })

  t.test(`${name} takes what others have written and guards cannot ask for`, async t => {
    const row = { issuer: ISSUER, subject: 'odd', tenant: '', name: 'staff ', expires_at: null }
    await db.insertInto('gatekeeper_user_groups').values([row, { ...row, name: 'staff' }]).execute()
    t.equal(await directory.revoke(give(user('odd'), 'group', 'staff ')), 1)
    t.strictSame((await directory.list({ holder: user('odd') })).map(({ name }) => name), ['staff'])
  })
}

function proveOwnTables (name: string, database: OpenDatabase): void {
  const { db } = database

  t.test(`${name} writes tables of the Python package, which have ids and nothing else that is unique`, async t => {
    const { tables, rowsOf, directory } = await createAuthz(database)
    const { grant, revoke, list } = directory()
    t.equal(await grant([give(user('alice', null), 'group', 'analyst'), give(user('alice', null), 'permission', 'read'), give(user('alice', null), 'group', 'analyst')]), 2)
    t.match(await rowsOf(tables.groups.table), [{ id: /^[0-9A-Za-z]{27}$/, username: 'alice', group: 'analyst' }])
    t.strictSame(await sqlGroups({ db, table: tables.groups.table, userColumn: 'username', nameColumn: 'group', issuer: ISSUER }).fetchGroups(createIdentity({ issuer: ISSUER }), createContext()), ['analyst'])
    await db.insertInto(tables.groups.table).values(['x', 'y'].map(id => ({ id, username: 'alice', group: 'analyst' }))).execute()
    t.equal(await grant(give(user('alice', null), 'group', 'analyst')), 0)
    t.strictSame(await list({ holder: user('alice', null) }), [...[1, 2, 3].map(() => give(user('alice', null), 'group', 'analyst')), give(user('alice', null), 'permission', 'read')])
    t.equal(await revoke(give(user('alice', null), 'group', 'analyst')), 1)
    t.strictSame(await rowsOf(tables.groups.table), [])
    for (const [holder, kind] of [[user('alice', null), 'role'], [group('staff'), 'role']] as const) await t.rejects(grant(give(holder, kind, 'editor')), { code: 'AUTH_OPTION_INVALID', message: /there is no table/ })
    for (const ask of [grant(give(user('alice', null), 'group', 'x', { tenant: 'acme' })), list({ holder: user('alice', null), tenant: 'acme' }).then(({ length }) => length)]) await t.rejects(ask, { code: 'AUTH_OPTION_INVALID', message: /\.tenant is for tables with a tenantColumn/ })
    await t.rejects(list({ kind: 'role', name: 'editor' }), { code: 'AUTH_OPTION_INVALID', message: /there is no table with such names/ })
    await t.rejects(list({ holder: role('editor') }), { code: 'AUTH_OPTION_INVALID', message: /there is no table with such holders/ })
  })

  t.test(`${name} never touches the row of somebody else, whatever a collation takes him for`, async t => {
    const { tables, rowsOf, directory } = await createAuthz(database)
    const { grant, revoke } = directory()
    const all = [...SUBJECTS.map(subject => give(user(subject, null), 'group', 'crowd')), ...ALIKE.map(name => give(user('exact', null), 'group', name))]
    t.equal(await grant(all), all.length)
    for (const [index, one] of all.entries()) {
      t.equal(await grant(one), 0, one.name)
      t.equal(await revoke(one), 1, one.name)
      t.equal((await rowsOf(tables.groups.table)).length, all.length - index - 1)
    }
  })

  t.test(`${name} knows users by the columns that it is told of`, async t => {
    const table = createName()
    await ['who', 'org', 'iss', 'what'].reduce((builder, column) => builder.addColumn(column, 'varchar(100)'), db.schema.createTable(table)).addColumn('ends', 'bigint').execute()
    const columns = { table, userColumn: 'who', nameColumn: 'what', tenantColumn: 'org', expiresColumn: 'ends' }
    const { grant, list } = sqlDirectory(db, { tables: { roles: { ...columns, issuerColumn: 'iss' } } })
    const expiresAt = Math.floor(Date.now() / 1000) + 600
    t.equal(await grant(give(user('ann'), 'role', 'editor', { tenant: 'acme', expiresAt })), 1)
    t.match(await db.selectFrom(table).selectAll().execute(), [{ who: 'ann', org: 'acme', iss: ISSUER, what: 'editor' }])
    await db.insertInto(table).values([{ who: null, org: 'acme', iss: ISSUER, what: 'editor', ends: null }, { who: 'nil', org: null, iss: null, what: 'editor', ends: null }]).execute()
    t.strictSame(await list({ kind: 'role', name: 'editor' }), [give(user('ann'), 'role', 'editor', { tenant: 'acme', expiresAt }), give(user('nil', null), 'role', 'editor')])
    await t.rejects(grant(give(user('ann'), 'role', 'editor')), { code: 'AUTH_OPTION_INVALID', message: /\.tenant is missing/ })
    const of = (issuer: string | string[]) => sqlDirectory(db, { tables: { roles: { ...columns, issuer } } })
    t.strictSame((await of(ISSUER).list({ holder: user('ann', null) })).map(({ holder }) => holder), [user('ann')])
    t.strictSame((await of([ISSUER, OTHER]).list({ holder: user('ann', OTHER), tenant: 'acme' })).map(({ holder }) => holder), [user('ann', null)])
    for (const ask of [of(OTHER).grant(give(user('ann'), 'role', 'x', { tenant: 'acme' })), of(OTHER).list({ holder: user('ann') }).then(({ length }) => length)]) await t.rejects(ask, { code: 'AUTH_OPTION_INVALID', message: /issuer is none whose users the table is about/ })
  })

  t.test(`${name} writes nothing that a column does not keep as it is`, async t => {
    const { tables, rowsOf, directory } = await createAuthz(database, 'integer')
    t.equal(await directory().grant(give(user('alice', null), 'group', '7')), 1)
    t.strictSame(await directory().list({ holder: user('alice', null) }), [give(user('alice', null), 'group', '7')])
    await t.rejects(directory().grant([give(user('bob', null), 'group', '7'), give(user('alice', null), 'group', '007')]), { code: 'AUTH_OPTION_INVALID', message: /does not keep these texts/ })
    t.equal((await rowsOf(tables.groups.table)).length, 1)
  })
}

function proveTogether (name: string, database: OpenDatabase): void {
  const { db } = database

  t.test(`${name} does all of it or nothing`, async t => {
    const { tables, rowsOf } = await createAuthz(database)
    const { grant, revoke } = sqlDirectory(db, { tables: { ...tables, permissions: { ...tables.permissions, table: 'is_not_there' } } })
    const [groups, permission] = [['a', 'b'].map(name => give(user('alice', null), 'group', name)), give(user('alice', null), 'permission', 'read')] as const
    const failed = { code: 'AUTH_DIRECTORY_UNAVAILABLE', statusCode: 503, cause: { reason: 'provider_failed', error: {} } }
    await t.rejects(grant([...groups, permission]), failed)
    t.strictSame(await rowsOf(tables.groups.table), [])
    t.equal(await grant(groups), 2)
    await t.rejects(revoke([...groups, permission]), failed)
    t.equal((await rowsOf(tables.groups.table)).length, 2)
  })

  t.test(`${name} has one row when many grant the same at once, and says to one of them that it was he`, async t => {
    const { tables, rowsOf, directory } = await createAuthz(database)
    const own = directory()
    const counts = await Promise.all(Array.from({ length: 20 }, async () => await own.grant(give(user('alice', null), 'group', 'analyst'))))
    t.equal(counts.reduce((sum, count) => sum + count), 1)
    t.equal((await rowsOf(tables.groups.table)).length, 1)
    const grant = give(user('crowd'), 'role', 'editor')
    const all = await Promise.all(Array.from({ length: 20 }, async () => await sqlDirectory(db).grant([grant, give(role('editor'), 'permission', 'crowd.read')])))
    t.equal(all.reduce((sum, count) => sum + count), 2)
    t.strictSame(await sqlDirectory(db).list({ holder: user('crowd') }), [grant])
  })

  t.test(`${name} leaves no half of a grant when it is revoked at the same time`, async t => {
    const { tables, rowsOf, directory } = await createAuthz(database)
    const own = directory()
    const both = [give(user('alice', null), 'group', 'analyst'), give(user('alice', null), 'permission', 'report.read')]
    const changes = await Promise.all(Array.from({ length: 20 }, async (_, index) => index % 2 === 0 ? await own.grant(both) : -await own.revoke(both)))
    const left = (await Promise.all([tables.groups.table, tables.permissions.table].map(rowsOf))).map(rows => rows.length)
    t.ok(changes.every(change => Math.abs(change) !== 1), 'both or neither')
    t.equal(left[0], left[1])
    t.equal(changes.reduce((sum, change) => sum + change), 2 * (left[0] ?? NaN))
  })
}
