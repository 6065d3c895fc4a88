import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a reader could type: a program, or a session in a terminal. */
export interface Snippet {
  readonly document: string
  readonly line: number
  readonly name: string
  /** The snippet before it, on which it builds; `null` when it stands alone. */
  readonly after: string | null
  readonly language: string
  readonly code: string
}

/** Languages of blocks that are not run here. */
const kInert = ['sh', 'json', 'text', 'python']

/** Languages of blocks that run: programs, and sessions of commands and answers. */
const kRunning = ['ts', 'js', 'console']

// the marker of a snippet, then its block; both may be indented as far as the list they stand in
const kBlock = /(?:^ *<!-- snippet: (?<name>[\w-]+)(?:, after: (?<after>[\w-]+))? -->\n)?^(?<indent> *)```(?<language>[^\n]*)\n(?<code>.*?)^ *```$/gms

/** All pages that users read, from the project's root. */
export function listDocuments (root: string): readonly string[] {
  const guides = readdirSync(join(root, 'docs')).filter(name => name.endsWith('.md')).sort().map(name => `docs/${name}`)
  return ['README.md', ...guides]
}

export function readSnippets (root: string, document: string): readonly Snippet[] {
  return toSnippets(document, readFileSync(join(root, document), 'utf8'))
}

/** The blocks of a page that run. One in a language of neither list is a fault: nothing may escape the tests by its label. */
export function toSnippets (document: string, text: string): readonly Snippet[] {
  const snippets: Snippet[] = []
  for (const { index, groups = {} } of text.matchAll(kBlock)) {
    const { name, after, indent = '', language = '', code = '' } = groups
    const line = text.slice(0, index).split('\n').length
    if (kInert.includes(language)) continue
    if (!kRunning.includes(language)) throw new Error(`${document}:${line}: no block may be in "${language}"`)
    const lines = code.split('\n').map(each => each.slice(indent.length))
    snippets.push({ document, line, name: name ?? `line-${line}`, after: after ?? null, language, code: lines.join('\n') })
  }
  return snippets
}

/** The snippet and those it builds on, first things first. */
export function chainOf (snippet: Snippet, all: readonly Snippet[]): readonly Snippet[] {
  if (snippet.after === null) return [snippet]
  const before = all.slice(0, all.indexOf(snippet)).find(({ name }) => name === snippet.after)
  if (before === undefined) throw new Error(`${snippet.document}:${snippet.line}: no snippet ${snippet.after} stands before it`)
  return [...chainOf(before, all), snippet]
}
