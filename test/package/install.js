// Packs the package, installs the tarball in an empty project beside Fastify, and uses it there from ESM, CommonJS, strict TypeScript and the terminal.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const project = mkdtempSync(join(tmpdir(), 'fastify-gatekeeper-'))

// What is developed with, and the oldest that users may have.
const neighbours = [
  ['fastify', 'typescript', '@types/node', 'kysely'].map(installed),
  ['fastify@5.0.0', 'typescript@5.9', '@types/node@20', 'kysely@0.28.0']
]

try {
  const tarball = pack()
  cpSync(join(root, 'test/package/consumer'), project, { recursive: true })
  for (const packages of neighbours) {
    run('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', '--no-save', tarball, ...packages)
    run('node', 'esm.js')
    run('node', 'commonjs.cjs')
    printRoutes()
    compile('nodenext', 'nodenext')
    compile('node20', 'node16')
    compile('esnext', 'bundler')
  }
  console.log('the packed package works in ESM, CommonJS, TypeScript and the terminal')
} finally {
  rmSync(project, { recursive: true, force: true })
}

/** The tarball's path. Nothing but what users need may be in it. */
function pack () {
  const [{ filename, files }] = JSON.parse(execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], { cwd: root, encoding: 'utf8' }))
  const stray = files.map(file => file.path).filter(path => !/^(dist\/(lib|types)\/.+\.(js|js\.map|d\.ts)|docs\/.+\.md|[A-Z]+(\.md)?|package\.json)$/.test(path))
  if (stray.length > 0) throw new Error(`the tarball holds ${stray.join(', ')}`)
  return join(project, filename)
}

/** In the version that the project itself has, so that npm finds it in its cache. */
function installed (name) {
  return `${name}@${JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version}`
}

/** By the command that the package brings; npx must not fetch one from elsewhere. */
function printRoutes () {
  const rows = execFileSync('npx', ['--no', 'fastify-gatekeeper', 'routes', 'app.mjs', '--check', '--format', 'json'], { cwd: project, encoding: 'utf8' })
  assert.deepEqual(JSON.parse(rows).map(({ methods, url, declaredBy }) => [methods, url, declaredBy]), [[['GET', 'HEAD'], '/me', 'guard']])
}

function compile (module, resolution) {
  run('node', 'node_modules/typescript/bin/tsc', '-p', '.', '--module', module, '--moduleResolution', resolution)
}

function run (command, ...args) {
  console.log(`> ${[command, ...args].join(' ')}`)
  execFileSync(command, args, { cwd: project, stdio: 'inherit' })
}
