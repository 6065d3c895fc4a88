import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

import type { Milliseconds } from '../pace.js'

/** How long it takes to import something, in a process that has imported nothing else. The quickest of several. */
export interface ImportResult {
  readonly title: string
  readonly cpuMs: Milliseconds
}

const FASTIFY = 'fastify'

/** Measures fastify, every subpath, and fastify with the package itself; in turn, since the machine may be busy. */
export async function measureImports (repeats: number): Promise<readonly ImportResult[]> {
  const lanes = (await listImports()).map(specifiers => ({ specifiers, cpuMs: Infinity }))
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const lane of lanes) {
      lane.cpuMs = Math.min(lane.cpuMs, await measureImport(lane.specifiers))
    }
  }
  return lanes.map(({ specifiers, cpuMs }) => ({ title: specifiers.join(' and '), cpuMs }))
}

async function listImports (): Promise<ReadonlyArray<readonly string[]>> {
  const { name, exports } = JSON.parse(await readFile('package.json', 'utf8')) as { readonly name: string, readonly exports: object }
  const subpaths = Object.keys(exports).filter(path => !path.endsWith('.json')).map(path => name + path.slice(1))
  return [[FASTIFY], [FASTIFY, name], ...subpaths.map(path => [path])]
}

async function measureImport (specifiers: readonly string[]): Promise<Milliseconds> {
  const imports = specifiers.map(specifier => `await import('${specifier}')`).join(';')
  const program = `const before = process.cpuUsage();${imports};const { user, system } = process.cpuUsage(before);console.log(user + system);process.exit()`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program])
  return Number(stdout) / 1000
}
