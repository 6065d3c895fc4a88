import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const kManifest = new URL('../../package.json', import.meta.url)
const kExampleIssuer = new URL('example-issuer.js', import.meta.url)

/** What a terminal shows of the package's own commands, typed in `folder`, and of their exit codes. */
export class Terminal {
  readonly #folder: string
  #exitCode = 0

  constructor (folder: string) {
    this.#folder = folder
  }

  async type (command: string): Promise<string> {
    if (command === 'echo $?') return String(this.#exitCode)
    const [npx, name = '', ...argv] = command.split(' ')
    const { bin } = JSON.parse(readFileSync(kManifest, 'utf8')) as { readonly bin: Readonly<Record<string, string>> }
    if (npx !== 'npx' || bin[name] === undefined) throw new Error(`nothing is known of ${command}`)
    const { PATH = '', SystemRoot = '' } = process.env
    const child = spawn(process.execPath, [fileURLToPath(new URL(bin[name], kManifest)), ...argv], {
      cwd: this.#folder, env: { PATH, SystemRoot, NODE_OPTIONS: `--import ${kExampleIssuer.href}` }, stdio: ['ignore', 'pipe', 'pipe']
    })
    const [[exitCode], stdout, stderr] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)])
    this.#exitCode = exitCode as number
    return (stdout + stderr).trimEnd()
  }
}
