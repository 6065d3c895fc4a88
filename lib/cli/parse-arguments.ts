import { parseArgs } from 'node:util'
import { UsageProblem } from './usage-problem.js'

import type { ParseArgsConfig } from 'node:util'

type Options = NonNullable<ParseArgsConfig['options']>

/**
 * What arguments say by the options that a command has, and what stands beside them.
 * @throws {UsageProblem} for an option that there is not, or one without its value
 */
export function parseArguments<const T extends Options> (argv: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options })
  } catch (error) {
    throw new UsageProblem((error as Error).message)
  }
}
