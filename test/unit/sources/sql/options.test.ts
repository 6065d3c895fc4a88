import t from 'tap'

import { sqlite } from '../../../fixtures/databases/sqlite.js'
import { assertInstalled } from '../../../../lib/sources/sql/assert-installed.js'
import { connect, sqlApiKeys, sqlCredentials, sqlFromEnv, sqlGroups, sqlPermissions, sqlProfile, sqlRoles } from '../../../../lib/sources/sql/index.js'

const ADDRESS = 'postgresql://app:secret@localhost/app'
const invalid = (message: RegExp) => ({ code: 'AUTH_OPTION_INVALID', message })

t.test('options that are unknown or wrong stop the boot, naming the path', async t => {
  const { db } = await sqlite.open(t)
  const issuer = 'https://issuer.example'
  const wrong: ReadonlyArray<readonly [object, RegExp]> = [
    [{ table: 'held', issuer }, /\.db is missing/],
    [{ db: {}, table: 'held', issuer }, /\.db must be a Kysely instance/],
    [{ db: () => db, table: 'held', issuer }, /\.db must be a Kysely instance; if it is a factory, call it/],
    [{ db, table: 'held as h', issuer }, /\.table must be/],
    [{ db, table: 'a.b.c', issuer }, /\.table must be/],
    [{ db, table: 'held', issuer, userColumn: '' }, /\.userColumn must be/],
    [{ db, table: 'held', issuer, subject: [] }, /\.subject must be/],
    [{ db, table: 'held', issuer: [] }, /\.issuer must be/],
    [{ db, table: 'held' }, /\.issuer is missing/],
    [{ db, table: 'held', issuer, issuerColumn: 'iss' }, /\.issuer must not stand beside issuerColumn/],
    [{ db, table: 'held', issuer, tenant: 'tid' }, /\.tenant is for tables with a tenantColumn/],
    [{ db, table: 'held', issuer, colum: 'x' }, /\.colum is not an option/]
  ]
  for (const [options, message] of wrong) {
    for (const factory of [sqlGroups, sqlRoles, sqlPermissions]) t.throws(() => factory(options as never), invalid(message), message.source)
    t.throws(() => sqlProfile({ columns: ['a'], ...options } as never), invalid(message), message.source)
  }
  for (const option of ['userColumn', 'nameColumn', 'issuerColumn', 'issuer', 'tenantColumn', 'expiresColumn']) {
    t.throws(() => sqlRoles({ db, [option]: 'x' }), invalid(new RegExp(`^sqlRoles\\.${option} .*: it goes with the option table$`)))
  }
  t.doesNotThrow(() => sqlRoles({ db, table: undefined, issuer: undefined, subject: 'login', tenant: 'org' } as never))
  t.throws(() => sqlProfile({ db, columns: ['a'], issuer } as never), invalid(/^sqlProfile\.table is missing/))
  t.throws(() => sqlProfile({ db, table: 'held', issuer } as never), invalid(/^sqlProfile\.columns is missing/))
  t.throws(() => sqlPermissions({ db, table: 'held', issuer, permissionMatch: 'prefix' } as never), invalid(/^sqlPermissions\.permissionMatch must be/))
  t.throws(() => sqlCredentials({ db, columns: { username: null } } as never), invalid(/^sqlCredentials\.columns\.username must be/))
  t.throws(() => sqlApiKeys({ db, columns: { hash: 'x' } } as never), invalid(/^sqlApiKeys\.columns\.hash is not an option/))
})

t.test('a hierarchy of roles is one of names that a column holds, and can be followed', async t => {
  const { db } = await sqlite.open(t)
  const [chain, far] = [17, 18].map(length => Object.fromEntries(Array.from({ length: length - 1 }, (_, index) => [`r${index}`, [`r${index + 1}`]])))
  const many = (count: number) => ({ admin: Array.from({ length: count }, (_, index) => `role ${index}`) })
  const wrong: ReadonlyArray<readonly [unknown, RegExp]> = [
    [null, / must be an object of lists of roles$/],
    [['admin'], / must be an object of lists of roles$/],
    ['admin', / must be an object of lists of roles$/],
    [{ admin: 'editor' }, /\.admin must be a list of roles$/],
    [{ admin: [7] }, /\.admin\.0 must be the name of a role$/],
    [new Map([['admin', ['editor']]]), / must be a plain object$/],
    [Object.create({ admin: ['editor'] }), / must be a plain object$/],
    [{ '': ['editor'] }, / has the name "": a name must be/],
    [{ admin: [''] }, / has the name "": a name must be/],
    [{ admin: ['\t'] }, / has the name .* a name must be/],
    [{ admin: ['editor', 'reader '] }, / has the name "reader ": a name must be/],
    [{ '\u00a0admin': ['editor'] }, / has the name .* a name must be/],
    [{ admin: ['\0'] }, / has the name .* a name must be/],
    [{ admin: ['\ud83d'] }, / has the name .* a name must be/],
    [{ admin: ['💶'.repeat(129)] }, / has the name .* a name must be/],
    [many(257), / says 257 times that a role includes another: at most 256 are followed$/],
    [far, / leads from "r0" to "r17" in more than 16 steps$/]
  ]
  for (const [roleHierarchy, message] of wrong) {
    for (const [name, factory] of [['sqlRoles', sqlRoles], ['sqlPermissions', sqlPermissions]] as const) {
      t.throws(() => factory({ db, roleHierarchy } as never), invalid(new RegExp(`^${name}\\.roleHierarchy${message.source}`)), message.source)
    }
  }
  for (const roleHierarchy of [undefined, {}, Object.create(null), { admin: [] }, { admin: ['admin'] }, { admin: ['💶'.repeat(128)] }, many(256), chain]) {
    t.doesNotThrow(() => sqlRoles({ db, roleHierarchy } as never))
  }
  const whose = { table: 'held', issuer: 'https://issuer.example' }
  t.throws(() => sqlPermissions({ db, ...whose, roleHierarchy: {} }), invalid(/^sqlPermissions\.roleHierarchy is for the tables that migrate makes/))
  t.throws(() => sqlGroups({ db, roleHierarchy: {} } as never), invalid(/^sqlGroups\.roleHierarchy is not an option$/))
})

t.test('a pool has bounds, and an address', async t => {
  for (const [option, value] of [['maxConnections', 0], ['acquireTimeoutMs', '5'], ['queryTimeoutMs', 0], ['idleSeconds', 0.5], ['maxAgeSeconds', 0], ['tls', 'yes'], ['size', 5]] as const) {
    t.throws(() => connect(ADDRESS, { [option]: value }), invalid(new RegExp(`^connect\\.${option} `)), option)
  }
  t.throws(() => connect('sqlite:///app.db'), invalid(/^connect: the address must be .*SQLite/))
})

t.test('a missing package is named, with what to type', async t => {
  t.throws(() => assertInstalled('no-such-driver', 'connect: the address'), invalid(/^connect: the address needs the package no-such-driver: npm install no-such-driver$/))
})

t.test('the variables of the Python package say where the database is, and how large its pool', async t => {
  const AUTHZ_SQLALCHEMY_DATABASE_URI = 'mysql+aiomysql://app:secret@localhost/app'
  const used = { AUTHZ_POOL_SIZE: '5', AUTHZ_MAX_OVERFLOW: '-1', AUTHZ_POOL_RECYCLE_IN_SECONDS: '-1', AUTHZ_POOL_TIMEOUT_IN_SECONDS: '30', AUTHZ_POOL_PRE_PING: 'true', AUTHZ_ECHO_POOL: '' }
  t.teardown(async () => await sqlFromEnv({ AUTHZ_SQLALCHEMY_DATABASE_URI, ...used }).destroy())
  const unset = process.env['AUTHZ_SQLALCHEMY_DATABASE_URI']
  t.equal(unset, undefined)
  t.throws(() => sqlFromEnv(), invalid(/^AUTHZ_SQLALCHEMY_DATABASE_URI must be an address/))
  t.throws(() => sqlFromEnv({ AUTHZ_SQLALCHEMY_DATABASE_URI: 'nada' }), invalid(/^AUTHZ_SQLALCHEMY_DATABASE_URI must be an address/))
  for (const variable of ['AUTHZ_POOL_SIZE', 'AUTHZ_MAX_OVERFLOW', 'AUTHZ_POOL_RECYCLE_IN_SECONDS', 'AUTHZ_POOL_TIMEOUT_IN_SECONDS']) {
    t.throws(() => sqlFromEnv({ AUTHZ_SQLALCHEMY_DATABASE_URI, [variable]: 'many' }), invalid(new RegExp(`^${variable} must be a whole number$`)))
    t.doesNotThrow(() => sqlFromEnv({ AUTHZ_SQLALCHEMY_DATABASE_URI, [variable]: ' ' }))
  }
  // 1,000 connections are the most, so the sum is seen.
  t.throws(() => sqlFromEnv({ AUTHZ_SQLALCHEMY_DATABASE_URI, AUTHZ_POOL_SIZE: '900', AUTHZ_MAX_OVERFLOW: '101' }), invalid(/^connect\.maxConnections/))
  t.doesNotThrow(() => sqlFromEnv({ AUTHZ_SQLALCHEMY_DATABASE_URI, AUTHZ_POOL_SIZE: '900', AUTHZ_MAX_OVERFLOW: '100' }))
  t.throws(() => sqlFromEnv({ AUTHZ_SQLALCHEMY_DATABASE_URI, AUTHZ_POOL_RECYCLE_IN_SECONDS: '0' }), invalid(/^connect\.maxAgeSeconds/))
  t.throws(() => sqlFromEnv({ AUTHZ_SQLALCHEMY_DATABASE_URI, AUTHZ_POOL_TIMEOUT_IN_SECONDS: '601' }), invalid(/^connect\.acquireTimeoutMs/))
  t.throws(() => sqlFromEnv({ AUTHZ_SQLALCHEMY_DATABASE_URI }, { maxConnections: 0 }), invalid(/^connect\.maxConnections/))
})
