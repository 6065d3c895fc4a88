import ts from 'typescript'
import { isDynamicImport, visit } from './source.js'
import type { Source } from './source.js'

const kMaxLines = 250
const kTimers = new Set(['fetch', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'])

export function findLengthFaults ({ path, text }: Source): readonly string[] {
  const lines = text.replace(/\n$/, '').split('\n').length
  return lines > kMaxLines ? [`${path} has ${lines} lines`] : []
}

/** No `await`, no `import()`, no timer and no call to the network before somebody calls a function. */
export function findImportTimeFaults ({ path, tree }: Source): readonly string[] {
  const faults: string[] = []
  visit(tree, node => {
    if (ts.isFunctionLike(node)) return false
    if (startsWork(node)) faults.push(`${path} works when imported: ${node.getText(tree).slice(0, 60)}`)
    return true
  })
  return faults
}

export function findRuntimeFaults ({ path, tree }: Source): readonly string[] {
  return tree.statements
    .filter(statement => !isTypeOnly(statement))
    .map(statement => `${path} has code that runs: ${statement.getText(tree).slice(0, 60)}`)
}

export function findAugmentationFaults ({ path, tree }: Source): readonly string[] {
  return tree.statements
    .filter(statement => ts.isModuleDeclaration(statement) && path !== 'types/fastify.ts')
    .map(() => `${path} augments a module`)
}

/** Comments that switch off the type checker, the linter or coverage. */
export function findSilencedFaults ({ path, text }: Source): readonly string[] {
  return [...text.matchAll(/(?:\/\/|\/\*|^\s*\*).*?(@ts-(?:ignore|nocheck|expect-error)|eslint-disable|(?:istanbul|c8|v8|node:coverage) (?:ignore|disable))/gm)]
    .map(([, found]) => `${path} silences a tool: ${found}`)
}

function startsWork (node: ts.Node): boolean {
  if (ts.isAwaitExpression(node) || isDynamicImport(node)) return true
  if (ts.isForOfStatement(node)) return node.awaitModifier !== undefined
  return ts.isCallExpression(node) && kTimers.has(node.expression.getText().replace(/^globalThis\./, ''))
}

function isTypeOnly (statement: ts.Statement): boolean {
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) return true
  if (ts.isImportDeclaration(statement)) return statement.importClause?.isTypeOnly === true
  if (ts.isExportDeclaration(statement)) return statement.isTypeOnly
  return ts.isModuleDeclaration(statement) && ts.isStringLiteral(statement.name)
}
