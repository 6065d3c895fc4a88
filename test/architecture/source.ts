import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import ts from 'typescript'

/** One import or re-export; `static` ones run when the file is loaded. */
export interface Import { readonly specifier: string, readonly kind: 'type' | 'static' | 'dynamic' }

export interface Source {
  /** From the project's root, with forward slashes. */
  readonly path: string
  readonly text: string
  readonly tree: ts.SourceFile
  readonly imports: readonly Import[]
}

export function readSources (root: string, folders: readonly string[]): readonly Source[] {
  return folders.flatMap(folder => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map(name => posix.join(folder, name.replaceAll('\\', '/')))
    .filter(path => path.endsWith('.ts'))
    .map(path => toSource(path, readFileSync(join(root, path), 'utf8'))))
}

export function toSource (path: string, text: string): Source {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const imports: Import[] = []
  visit(tree, node => {
    const found = toImport(node)
    if (found) imports.push(found)
    return true
  })
  return { path, text, tree, imports }
}

/** Calls `enter` for `node` and, while it answers `true`, for what is below. */
export function visit (node: ts.Node, enter: (node: ts.Node) => boolean): void {
  if (enter(node)) ts.forEachChild(node, child => visit(child, enter))
}

/** The file a relative specifier means, from the project's root; `null` for a package. */
export function toTarget (from: string, specifier: string): string | null {
  return specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts') : null
}

function toImport (node: ts.Node): Import | null {
  if (ts.isImportDeclaration(node)) return toEntry(node.moduleSpecifier, node.importClause?.isTypeOnly ? 'type' : 'static')
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) return toEntry(node.moduleSpecifier, node.isTypeOnly ? 'type' : 'static')
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return toEntry(node.argument.literal, 'type')
  if (isDynamicImport(node)) return toEntry(node.arguments[0], 'dynamic')
  return null
}

export function isDynamicImport (node: ts.Node): node is ts.CallExpression {
  return ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
}

function toEntry (node: ts.Node | undefined, kind: Import['kind']): Import {
  return { specifier: node && ts.isStringLiteralLike(node) ? node.text : '(computed)', kind }
}
