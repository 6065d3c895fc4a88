import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import ts from 'typescript'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, 'test/types/registered')

/** What a compiler with these settings finds in the program, whose imports of this package lead to its sources. */
function findFaults (settings: string): readonly string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const own = ts.getParsedCommandLineOfConfigFile(join(root, `test/types/tsconfig.${settings}.json`), {}, { ...ts.sys, onUnRecoverableConfigFileDiagnostic: fail })?.options
  const files = readdirSync(folder).map(name => join(folder, name))
  const program = ts.createProgram(files, { ...options, module: own?.module, moduleResolution: own?.moduleResolution } as ts.CompilerOptions)
  return files.flatMap(file => ts.getPreEmitDiagnostics(program, program.getSourceFile(file)).map(toFault))
}

function fail ({ messageText }: ts.Diagnostic): never {
  throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'))
}

function toFault ({ file, start = 0, messageText }: ts.Diagnostic): string {
  const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1
  return `${file?.fileName ?? ''}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
}

for (const settings of ['nodenext', 'node20', 'bundler']) {
  t.test(`names and claims that an app declares are checked (${settings})`, async t => {
    t.strictSame(findFaults(settings), [])
  })
}
