/** What `--help` prints. */
export const kUsage = `Usage: fastify-gatekeeper routes <module> [--format table|json|markdown] [--check]

Prints what every route of an app asks of its callers: the access matrix.

  <module>   the file that exports build(), which is called without arguments and returns the app
  --format   table (default), json or markdown
  --check    fails when a route has its mode by default: neither guard, config nor exclude says it
  --help     prints this
  --version  prints the version

Ends with 0; with 1 when --check found a route; with 2 when the arguments are wrong or the app did not start.
`
