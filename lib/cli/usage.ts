/** What `--help` prints. */
export const kUsage = `Usage: fastify-gatekeeper routes <module> [--format table|json|markdown] [--check]
       fastify-gatekeeper issue-key <owner> [--prefix fgk] [--days <n>] [--file <keys.json>]
       fastify-gatekeeper hash-password
       fastify-gatekeeper migrate [--db <module>] [--json]
       fastify-gatekeeper grant <who> <what> [--issuer <issuer>] [--tenant <tenant>] [--days <n>] [--db <module> | --authz-tables] [--json]
       fastify-gatekeeper revoke <who> <what> [--issuer <issuer>] [--tenant <tenant>] [--db <module> | --authz-tables] [--json]
       fastify-gatekeeper list <who or what> [--issuer <issuer>] [--tenant <tenant>] [--only groups|roles|permissions] [--db <module> | --authz-tables] [--json]

routes prints what every route of an app asks of its callers: the access matrix.

  <module>   the file that exports build(), which is called without arguments and returns the app
  --format   table (default), json or markdown
  --check    fails when a route has its mode by default: neither guard, config nor exclude says it
  --help     prints this
  --version  prints the version

issue-key makes an API key and prints it, this once, and below it its record, for your store.

  <owner>    whose key it is, or what
  --prefix   what the key begins with; default fgk
  --days     for how long it counts; default for ever
  --file     adds the record to this file of jsonKeys, in place of printing it

hash-password asks for a password, or reads it from standard input, and prints its hash, for a repository of basic.

migrate makes the tables of fastify-gatekeeper/sql, or brings them up to date.

  --db       the file that exports a Kysely instance, as db or by default; without it, AUTHZ_SQLALCHEMY_DATABASE_URI says where the database is
  --json     prints { "migrated": [ … ] }, the steps that were taken

grant gives a group, role or permission, revoke takes it, and list prints what is written: grant user bob group analyst, list user bob, list group analyst.

  <who>           user <subject>, group <name> or role <name>: whoever is in the group or has the role
  <what>          group <name>, role <name> or permission <name>; behind --, names may begin with -
  --issuer        who the user's tokens come from; for list, by default whoever
  --tenant        where it counts; for list, by default anywhere
  --days          for how long it counts; default for ever
  --only          lists only these
  --db            as for migrate; where tables are not those of migrate, or caches are to be told, the file exports a directory of sqlDirectory, too, as directory
  --authz-tables  works on authz_groups and authz_permissions, the tables of the Python package
  --json          prints { "changed": …, "grant": … } or { "grants": [ … ] }

Ends with 0; with 1 when --check found a route, or nothing was there to be revoked; with 2 when the arguments are wrong, the app did not start, or the database failed.
`
