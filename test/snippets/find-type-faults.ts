import { join } from 'node:path'
import ts from 'typescript'
import type { Program } from './to-program.js'

/** What the compiler finds wrong with programs that use this package as its users do, by its name; as strict as the project itself. */
export function findTypeFaults (root: string, programs: readonly Program[]): readonly string[] {
  const texts = new Map(programs.map(({ file, code }) => [join(root, 'snippets', file), `${code}\nexport {}\n`]))
  const scripts = new Map(programs.filter(({ file }) => file.endsWith('.cjs')).map(({ file, code }) => [join(root, 'snippets', file), code]))
  const options = readOptions(root)
  const host = hostOf(options, new Map([...texts, ...scripts]))
  const program = ts.createProgram([...texts.keys()], options, host)
  return [...texts.keys()].flatMap(file => ts.getPreEmitDiagnostics(program, program.getSourceFile(file)).map(toFault))
}

function readOptions (root: string): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  // What a page shows need not be used there; plain JavaScript has no types to be strict about.
  return { ...options, allowJs: true, checkJs: true, noUnusedLocals: false, noUnusedParameters: false, noImplicitAny: true }
}

function hostOf (options: ts.CompilerOptions, texts: ReadonlyMap<string, string>): ts.CompilerHost {
  const host = ts.createCompilerHost(options)
  return {
    ...host,
    fileExists: file => texts.has(file) || host.fileExists(file),
    readFile: file => texts.get(file) ?? host.readFile(file),
    getSourceFile (file, languageVersion, ...rest) {
      const text = texts.get(file)
      return text === undefined ? host.getSourceFile(file, languageVersion, ...rest) : ts.createSourceFile(file, text, languageVersion, true)
    }
  }
}

function toFault ({ file, start = 0, messageText }: ts.Diagnostic): string {
  const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1
  return `${file?.fileName ?? ''}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
}
