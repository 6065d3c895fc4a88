import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CommandProblem } from './command-problem.js'
import { toReport } from './to-report.js'
import { isRecord } from '../util/is-record.js'

import type { FastifyInstance } from 'fastify'

type Build = () => unknown

/**
 * The app that `module`, a path from the working directory, builds: ready, and with a matrix.
 *
 * @throws {CommandProblem} when there is none, or its boot stops
 */
export async function loadApp (module: string): Promise<FastifyInstance> {
  const build = findBuild(await load(module))
  if (build === null) {
    throw new CommandProblem(`${module} exports no build(): export a function of that name, or as default, that returns the app`)
  }
  const app = await start(module, build)
  if (typeof app.accessMatrix !== 'function') {
    throw new CommandProblem(`the app of ${module} has no access matrix: register fastify-gatekeeper on the very instance that build() returns, not in a context within it`)
  }
  return app
}

async function load (module: string): Promise<Readonly<Record<string, unknown>>> {
  const path = resolve(module)
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) {
    throw new CommandProblem(`there is no file ${module} in ${process.cwd()}: name the one that exports build(), with its extension`)
  }
  try {
    return await import(pathToFileURL(path).href)
  } catch (error) {
    throw new CommandProblem(isUnknownTypeScript(error)
      ? `${module} needs a Node that runs TypeScript, and ${process.version} does not: take Node 22.18 or later, name the compiled file, or set NODE_OPTIONS to a loader, as in NODE_OPTIONS="--import tsx"`
      : `${module} could not be loaded: ${toReport(error)}`)
  }
}

/** A CommonJS module is the default export of itself, and what a compiler made of `export default` is a member of that. */
function findBuild ({ build, default: exported }: Readonly<Record<string, unknown>>): Build | null {
  const members = isRecord(exported) ? exported : {}
  return [build, exported, members['build'], members['default']].find(each => typeof each === 'function') as Build | undefined ?? null
}

async function start (module: string, build: Build): Promise<FastifyInstance> {
  try {
    const app = await build()
    if (isApp(app)) {
      await app.ready()
      return app
    }
  } catch (error) {
    const hint = build.length === 0 ? '' : '\nbuild() is called without arguments, and returns the app.'
    throw new CommandProblem(`the app of ${module} did not start: ${toReport(error)}${hint}`)
  }
  throw new CommandProblem(`build() of ${module} returned no Fastify app: it must return the instance, or a promise of it`)
}

function isApp (value: unknown): value is FastifyInstance {
  return isRecord(value) && ['ready', 'close', 'inject'].every(name => typeof value[name] === 'function')
}

function isUnknownTypeScript (error: unknown): boolean {
  return isRecord(error) && error['code'] === 'ERR_UNKNOWN_FILE_EXTENSION' && /\.[cm]?ts\b/.test(String(error['message']))
}
