import ts from 'typescript'
import type { Snippet } from './read-snippets.js'

/** A snippet as a file: with everything it builds on, ready to be compiled and run. */
export interface Program {
  readonly title: string
  /** What the file is called, without a folder. */
  readonly file: string
  readonly code: string
  /** What it says that it prints, line by line. */
  readonly prints: readonly string[]
}

// `console.log(…) // what it prints`, whole lines
const kPrint = /^ *console\.log\(.*\) \/\/ (.*)$/gm

export function toProgram (chain: readonly Snippet[]): Program {
  const last = chain.at(-1) as Snippet
  const code = chain.map(snippet => snippet.code).join('\n')
  return {
    title: `${last.document}:${last.line} ${last.name}`,
    file: `${last.document.replaceAll(/[./]/g, '-')}-${last.name}${toExtension(last, code)}`,
    code,
    prints: [...code.matchAll(kPrint)].map(([, printed = '']) => printed)
  }
}

/** The program in JavaScript, for this version of Node. */
export function toJavaScript ({ file, code }: Program): { readonly file: string, readonly code: string } {
  if (!file.endsWith('.ts')) return { file, code }
  const { outputText } = ts.transpileModule(code, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true } })
  return { file: file.replace(/\.ts$/, '.js'), code: outputText }
}

function toExtension ({ language }: Snippet, code: string): string {
  if (language === 'ts') return '.ts'
  return /\brequire\(/.test(code) ? '.cjs' : '.js'
}
