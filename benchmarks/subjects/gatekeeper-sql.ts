import Fastify from 'fastify'
import authPlugin, { requireRoles } from 'fastify-gatekeeper'
import { cached } from 'fastify-gatekeeper/cache'
import { jwt } from 'fastify-gatekeeper/jwt'
import { sqlRoles } from 'fastify-gatekeeper/sql'
import { Kysely, SqliteDialect } from 'kysely'
import Sqlite from 'libsql'

import { PATH, ROLE, listReports } from '../subject.js'

import type { SqliteDatabase } from 'kysely'
import type { Subject, Trust } from '../subject.js'

interface Tables { roles: { subject: string, name: string } }

const INSERTED_AT_ONCE = 500

/** Roles come from a database, whose answers are kept for a minute. */
export const sql: Subject = {
  name: 'sql',
  title: 'fastify-gatekeeper, roles from SQL, cached',
  kind: 'ours',
  async build (trust) {
    const { issuer, audience, jwk } = trust
    const app = Fastify()
    await app.register(authPlugin, {
      jwtProvider: jwt({ issuer, audience, jwks: { keys: [jwk] } }),
      rolesProvider: cached(sqlRoles({ db: await fillDatabase(trust), table: 'roles', issuer }), { name: 'roles', ttlSeconds: 60 })
    })
    app.get(PATH, { preHandler: [requireRoles([ROLE])] }, listReports)
    return app
  }
}

/** SQLite in memory: on every machine, and with no server to wait for. */
async function fillDatabase ({ users }: Trust): Promise<Kysely<Tables>> {
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: new Sqlite(':memory:') as unknown as SqliteDatabase }) })
  await db.schema.createTable('roles').addColumn('subject', 'varchar(255)').addColumn('name', 'varchar(128)').execute()
  await db.schema.createIndex('roles_of_subject').on('roles').column('subject').execute()
  const rows = users.flatMap(subject => ['employee', ROLE].map(name => ({ subject, name })))
  for (let from = 0; from < rows.length; from += INSERTED_AT_ONCE) {
    await db.insertInto('roles').values(rows.slice(from, from + INSERTED_AT_ONCE)).execute()
  }
  return db
}
