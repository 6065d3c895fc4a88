import { cached } from 'fastify-gatekeeper/cache'
import { connect, migrate, sqlApiKeys, sqlCredentials, sqlDirectory, sqlFromEnv, sqlGroups, sqlPermissions, sqlProfile, sqlRoles } from 'fastify-gatekeeper/sql'

import type { Kysely } from 'kysely'
import type { ApiKeyStore, CredentialsRepository, GroupsProvider, PermissionsProvider, ProfileProvider, RolesProvider } from 'fastify-gatekeeper'
import type { Database, Grant, KyselyInstance, SqlDirectory, SqlNamesOptions } from 'fastify-gatekeeper/sql'

interface Tables {
  readonly people: { readonly id: number, readonly name: string | null }
}

declare const db: Kysely<Tables>
const instance: KyselyInstance = db
const where: SqlNamesOptions = { db, table: 'people', issuer: 'https://issuer.example' }

export const groups: GroupsProvider = sqlGroups(where)
export const roles: RolesProvider = sqlRoles({ ...where, db: instance, subject: ['profile', 'login'] })
export const ranked: RolesProvider = sqlRoles({ db, roleHierarchy: { admin: ['editor'] } })
export const permissions: PermissionsProvider = sqlPermissions({ ...where, permissionMatch: 'wildcard' })
export const profile: ProfileProvider = sqlProfile({ db, table: 'people', issuer: 'https://issuer.example', columns: ['name'] })
export const credentials: CredentialsRepository = sqlCredentials({ db, columns: { email: null } })
export const keys: ApiKeyStore = sqlApiKeys({ db: db.withSchema('auth') })
export const own: Database = connect('postgresql://localhost/app', { maxAgeSeconds: null })
export const fromPool: GroupsProvider = sqlGroups({ ...where, db: sqlFromEnv({ AUTHZ_SQLALCHEMY_DATABASE_URI: 'mysql://localhost/app' }) })

export const made: Promise<readonly string[]> = migrate(db)
export const byDefault: GroupsProvider = sqlGroups({ db, tenant: 'org' })

// @ts-expect-error groups include no others
export const nested = sqlGroups({ db, roleHierarchy: { admin: ['editor'] } })
// @ts-expect-error a role includes a list of others
export const flat = sqlRoles({ db, roleHierarchy: { admin: 'editor' } })
export const directory: SqlDirectory = sqlDirectory(db, { caches: [cached(groups, { name: 'groups' })], tables: { groups: { table: 'people', userColumn: 'id' } } })
export const granted: Promise<number> = directory.grant([{ kind: 'role', name: 'editor', holder: { kind: 'group', name: 'staff' } }, { kind: 'group', name: 'staff', holder: { kind: 'user', subject: 'bob' }, expiresAt: null }])
export const revoked: Promise<number> = directory.list({ kind: 'group', name: 'staff' }).then(async (grants: readonly Grant[]) => await directory.revoke(grants))

// @ts-expect-error a provider needs a database
export const none = sqlGroups({ table: 'people', issuer: 'https://issuer.example' })
// @ts-expect-error a pool is no Kysely instance
export const pool = sqlGroups({ ...where, db: { query: async () => [] } })
// @ts-expect-error records are found by their usernames
export const unnamed = sqlCredentials({ db, columns: { username: null } })
// @ts-expect-error a provider that keeps nothing cannot forget it
export const uncached = sqlDirectory(db, { caches: [groups] })
// @ts-expect-error nobody has anything by a permission
export const holder = directory.grant({ kind: 'group', name: 'staff', holder: { kind: 'permission', name: 'read' } })
