import ts from 'typescript'
import { isExported, listExports, toBindings, toNames } from './documentation.js'
import { visit } from './source.js'
import type { Source } from './source.js'

/** Types that something exported names, and that no entry exports: whoever keeps such a value in a variable cannot write down its type. */
export function findUnnamable (sources: readonly Source[], entries: readonly string[]): readonly string[] {
  const exported = entries.flatMap(entry => listExports(sources, entry))
  const names = new Set(exported.map(({ name }) => name))
  const faults = exported.flatMap(({ path, name }) => listNamed(sources.find(source => source.path === path), name)
    .filter(named => !names.has(named))
    .map(named => `${name} of ${path} names ${named}, which no entry exports`))
  return [...new Set(faults)]
}

/** The project's own types that a declaration names outside of function bodies: imported ones, and those that its file exports. */
function listNamed (source: Source | undefined, name: string): readonly string[] {
  const statements = source?.tree.statements ?? []
  const reachable = new Map(statements.flatMap(statement => isExported(statement) ? toNames(statement).map(own => [own, own] as const) : listImported(statement)))
  const found: string[] = []
  for (const declaration of statements.filter(statement => toNames(statement).includes(name))) {
    visit(declaration, node => {
      const named = reachable.get(toTypeName(node) ?? '')
      if (named !== undefined) found.push(named)
      return !ts.isBlock(node)
    })
  }
  return found
}

/** By the name that the file gives them, and by their own. */
function listImported (statement: ts.Statement): ReadonlyArray<readonly [string, string]> {
  const isOwn = ts.isImportDeclaration(statement) && /^'\./.test(statement.moduleSpecifier.getText())
  return isOwn ? [...toBindings(statement)] : []
}

function toTypeName (node: ts.Node): string | null {
  if (ts.isTypeReferenceNode(node)) return node.typeName.getText()
  return ts.isExpressionWithTypeArguments(node) ? node.expression.getText() : null
}
