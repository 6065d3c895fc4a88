import { toTarget } from './source.js'
import type { Import, Source } from './source.js'

/** A file or folder of the library, and the packages it may import when it runs: by name, or every path below one (`jose/`). */
interface Layer { readonly path: string, readonly packages?: readonly string[] }

/** From the bottom up: a layer sees the rows before its own, and its own folder, but not what shares its row. */
const kTiers: readonly (readonly Layer[])[] = [
  [{ path: 'types' }],
  [{ path: 'lib/util', packages: ['node:buffer', 'node:net'] }, { path: 'lib/errors.ts', packages: ['@fastify/error'] }, { path: 'lib/diagnostics.ts', packages: ['node:diagnostics_channel'] }, { path: 'lib/route-record.ts' }],
  [{ path: 'lib/sources/cache', packages: ['lru-cache', 'node:crypto'] }],
  [{ path: 'lib/schemes', packages: ['@fastify/cookie', 'node:'] }, { path: 'lib/user' }, { path: 'lib/guards' }],
  [
    { path: 'lib/reader.ts' }, { path: 'lib/route-config.ts' }, { path: 'lib/declared-refusals.ts' }, { path: 'lib/route-hooks.ts' }, { path: 'lib/exclusions.ts' }, { path: 'lib/policies.ts' }, { path: 'lib/passthrough-mark.ts' },
    { path: 'lib/csrf.ts' }, { path: 'lib/synthetic-user.ts' }, { path: 'lib/error-body.ts', packages: ['node:'] },
    { path: 'lib/memory-revocations.ts', packages: ['lru-cache'] }, { path: 'lib/options-schema.ts' }, { path: 'lib/trusted-origins.ts' }
  ],
  [{ path: 'lib/token-cache.ts' }, { path: 'lib/resolve-inherited.ts' }, { path: 'lib/assert-permission-match.ts' }],
  [{ path: 'lib/failure-counter.ts', packages: ['lru-cache', 'node:'] }],
  [{ path: 'lib/failure-limit.ts', packages: ['node:'] }],
  [{ path: 'lib/resolve-failure-limit.ts' }],
  [{ path: 'lib/desk.ts' }, { path: 'lib/own-reader.ts' }, { path: 'lib/options.ts' }],
  [{ path: 'lib/send-to-desk.ts' }],
  [{ path: 'lib/token-reader.ts' }],
  [{ path: 'lib/doors.ts' }],
  [{ path: 'lib/challenge.ts' }, { path: 'lib/routes.ts' }, { path: 'lib/openapi', packages: ['node:', 'yaml'] }],
  [{ path: 'lib/authenticate.ts' }, { path: 'lib/collect-guards.ts' }, { path: 'lib/access-matrix.ts' }, { path: 'lib/mark-routes.ts' }],
  [{ path: 'lib/resolve-mode.ts' }],
  [{ path: 'lib/rule-route.ts' }],
  [{ path: 'lib/registration.ts' }],
  [
    { path: 'lib/answer-refusal.ts' }, { path: 'lib/refuse.ts' }, { path: 'lib/decorations.ts' }, { path: 'lib/provider-lifecycle.ts' }, { path: 'lib/log-boot.ts' },
    { path: 'lib/query-tokens.ts' }, { path: 'lib/documents.ts' }
  ],
  [{ path: 'lib/plugin.ts', packages: ['fastify-plugin'] }],
  [{ path: 'lib/index.ts' }]
]

const kBelowPlugin = kTiers.slice(0, -2).flat().map(layer => layer.path)

/** Beside the tiers: what these see, by name. Nobody but those named here sees them. */
const kBeside: readonly (Layer & { readonly sees: readonly string[] })[] = [
  { path: 'lib/providers/jwt', packages: ['node:'], sees: ['types', 'lib/util', 'lib/errors.ts'] },
  { path: 'lib/providers/oidc', packages: ['node:'], sees: ['types', 'lib/util', 'lib/errors.ts', 'lib/providers/jwt'] },
  { path: 'lib/providers/introspection', packages: ['jose/', 'node:'], sees: ['types', 'lib/util', 'lib/errors.ts', 'lib/providers/jwt', 'lib/sources/cache'] },
  {
    path: 'lib/providers/cognito/admin',
    packages: ['fastify-plugin', 'node:'],
    sees: [...kBelowPlugin, 'lib/providers/jwt', 'lib/providers/cognito']
  },
  {
    path: 'lib/providers/cognito',
    packages: ['@aws-sdk/client-cognito-identity', '@aws-sdk/client-cognito-identity-provider', 'node:'],
    sees: ['types', 'lib/util', 'lib/errors.ts', 'lib/user', 'lib/providers/jwt', 'lib/sources/cache']
  },
  { path: 'lib/providers/entra', packages: ['node:'], sees: ['types', 'lib/util', 'lib/errors.ts', 'lib/providers/jwt', 'lib/providers/oidc', 'lib/sources/cache'] },
  {
    path: 'lib/providers/gateway',
    packages: ['undici', 'node:'],
    sees: ['types', 'lib/util', 'lib/errors.ts', 'lib/diagnostics.ts', 'lib/route-record.ts', 'lib/schemes', 'lib/user', 'lib/sources/cache', 'lib/providers/jwt']
  },
  { path: 'lib/providers/api-key', packages: ['node:'], sees: ['types', 'lib/util', 'lib/errors.ts', 'lib/schemes'] },
  { path: 'lib/providers/basic', packages: ['bcryptjs', 'lru-cache', 'node:'], sees: ['types', 'lib/util', 'lib/errors.ts'] },
  { path: 'lib/sources/sql', packages: ['kysely', 'pg', 'mysql2', 'node:'], sees: ['types', 'lib/util', 'lib/errors.ts', 'lib/sources/cache'] },
  {
    path: 'lib/testing',
    packages: ['jose/', 'light-my-request', 'node:'],
    sees: [...kBelowPlugin, 'lib/providers/jwt', 'lib/providers/oidc']
  },
  {
    path: 'lib/passthrough',
    packages: ['fastify-plugin', 'node:', 'undici'],
    sees: [...kBelowPlugin, 'lib/providers/jwt', 'lib/providers/introspection']
  },
  // What it imports by a name that it computes is the user's app.
  { path: 'lib/cli', packages: ['node:', '(computed)'], sees: [...kBelowPlugin, 'lib/providers/api-key', 'lib/providers/basic', 'lib/sources/sql'] }
]

/** Only their types are ever imported, from anywhere. */
const kTypePackages = ['fastify', '@fastify/error', '@sinclair/typebox']

/** The only files to know the package that checks options and claims. */
const kChecks = /^lib\/(options-schema|passthrough\/options|util\/find-mismatch|((providers|sources)\/[a-z-]+|providers\/cognito\/admin(\/routes)?)\/([a-z0-9-]*options|resolve-settings|check-claims))\.ts$/

export function findImportFaults (source: Source): readonly string[] {
  const layer = layerOf(source.path)
  if (!layer) return [`${source.path} belongs to no layer`]
  return source.imports
    .filter(({ specifier, kind }) => {
      const target = toTarget(source.path, specifier)
      return target === null ? !mayUse(layer, source.path, specifier, kind) : !maySee(layer, target)
    })
    .map(({ specifier, kind }) => `${source.path} must not import ${specifier} (${kind})`)
}

/** What loading `entry` loads: packages, by following static imports alone. */
export function listPackages (sources: readonly Source[], entry: string): readonly string[] {
  const { packages } = follow(sources, [entry], kind => kind === 'static')
  return [...packages].sort()
}

/** Files that nothing leads to, from any entry. */
export function findUnused (sources: readonly Source[], entries: readonly string[]): readonly string[] {
  const { files } = follow(sources, entries, () => true)
  return sources.map(({ path }) => path).filter(path => !files.has(path))
}

interface Reached { readonly files: ReadonlySet<string>, readonly packages: ReadonlySet<string> }

function follow (sources: readonly Source[], entries: readonly string[], counts: (kind: Import['kind']) => boolean): Reached {
  const byPath = new Map(sources.map(source => [source.path, source]))
  const files = new Set(entries)
  const packages = new Set<string>()
  // A set yields what is added to it while it is read.
  for (const path of files) {
    for (const { specifier, kind } of byPath.get(path)?.imports ?? []) {
      if (counts(kind)) note(toTarget(path, specifier), specifier)
    }
  }
  return { files, packages }

  function note (target: string | null, specifier: string): void {
    if (target === null) packages.add(specifier)
    else files.add(target)
  }
}

function layerOf (path: string): Layer | undefined {
  return [...kTiers.flat(), ...kBeside].find(layer => path === layer.path || path.startsWith(`${layer.path}/`))
}

function maySee (layer: Layer, target: string): boolean {
  const other = layerOf(target)
  if (!other || other === layer) return other === layer
  const beside = kBeside.find(each => each === layer)
  if (beside) return beside.sees.includes(other.path)
  return tierOf(other) < tierOf(layer)
}

/** What stands beside the tiers is above all of them. */
function tierOf (layer: Layer): number {
  const tier = kTiers.findIndex(tier => tier.includes(layer))
  return tier < 0 ? Infinity : tier
}

function mayUse (layer: Layer, path: string, specifier: string, kind: string): boolean {
  if (kind === 'type' && kTypePackages.includes(specifier)) return true
  if (specifier.startsWith('@sinclair/typebox') && kChecks.test(path)) return true
  return (layer.packages ?? []).some(allowed => allowed === specifier || (/[/:]$/.test(allowed) && specifier.startsWith(allowed)))
}
