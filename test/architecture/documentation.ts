import ts from 'typescript'
import { toTarget } from './source.js'
import type { Source } from './source.js'

/** What `entry` exports, straight or through other files, whose declaration has no doc block. */
export function findUndocumented (sources: readonly Source[], entry: string): readonly string[] {
  return listExports(sources, entry)
    .filter(({ path, name }) => !isDocumented(sources, path, name))
    .map(({ path, name }) => `${name} of ${path} has no doc block`)
}

/** Something that an entry exports, and the file that it comes from. */
export interface Export { readonly path: string, readonly name: string }

/** What `path` exports, straight or through other files. */
export function listExports (sources: readonly Source[], path: string): readonly Export[] {
  const source = sources.find(each => each.path === path)
  if (!source) return [{ path, name: '(file)' }]
  return source.tree.statements.flatMap(statement => {
    if (ts.isExportDeclaration(statement)) return listReexports(sources, path, statement)
    return isExported(statement) ? toNames(statement).map(name => ({ path, name })) : []
  })
}

function listReexports (sources: readonly Source[], path: string, { moduleSpecifier, exportClause }: ts.ExportDeclaration): readonly Export[] {
  const target = moduleSpecifier ? toOrigin(path, { moduleSpecifier }) : path
  if (target === null) return []
  if (!exportClause || !ts.isNamedExports(exportClause)) return listExports(sources, target)
  return exportClause.elements.map(element => ({ path: target, name: (element.propertyName ?? element.name).text }))
}

/** Follows a name that `path` has from elsewhere to where it is declared. */
function isDocumented (sources: readonly Source[], path: string, name: string): boolean {
  const statements = sources.find(each => each.path === path)?.tree.statements ?? []
  return statements.some(statement => {
    if (toNames(statement).includes(name)) return ts.getJSDocCommentsAndTags(statement).length > 0
    if (!ts.isExportDeclaration(statement) && !ts.isImportDeclaration(statement)) return false
    const target = toOrigin(path, statement)
    const origin = toBindings(statement).get(name)
    return target !== null && origin !== undefined && isDocumented(sources, target, origin)
  })
}

/** Each name that an import or re-export brings, and what it is called where it comes from. */
export function toBindings (statement: ts.ExportDeclaration | ts.ImportDeclaration): ReadonlyMap<string, string> {
  const clause = ts.isExportDeclaration(statement) ? statement.exportClause : statement.importClause?.namedBindings
  if (!clause || (!ts.isNamedExports(clause) && !ts.isNamedImports(clause))) return new Map()
  return new Map(clause.elements.map(element => [element.name.text, (element.propertyName ?? element.name).text]))
}

/** The file of the project that a declaration imports from; `null` for a package. */
function toOrigin (path: string, { moduleSpecifier }: { readonly moduleSpecifier?: ts.Expression | undefined }): string | null {
  return moduleSpecifier && ts.isStringLiteral(moduleSpecifier) ? toTarget(path, moduleSpecifier.text) : null
}

/** What a statement declares. */
export function toNames (statement: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.map(each => each.name.getText())
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) return statement.name ? [statement.name.text] : []
  return ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement) ? [statement.name.text] : []
}

/** Whether a declaration says so of itself. */
export function isExported (statement: ts.Statement): boolean {
  return ts.canHaveModifiers(statement) && (ts.getModifiers(statement) ?? []).some(each => each.kind === ts.SyntaxKind.ExportKeyword)
}
