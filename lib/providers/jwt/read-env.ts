import { AUTH_OPTION_INVALID } from '../../errors.js'

/** An environment as `process.env` is one. */
export type Env = Readonly<Record<string, string | undefined>>

/** What an environment says of options: those named in `variables` whose variable holds anything. Empty is as if it were absent. */
export function readEnv<Option extends string> (env: Env, variables: Readonly<Record<Option, string>>): Partial<Record<Option, string>> {
  const options = Object.keys(variables) as Option[]
  const given = options.map(option => [option, env[variables[option]]] as const).filter(([, text]) => text !== undefined && text.trim() !== '')
  return Object.fromEntries(given) as Partial<Record<Option, string>>
}

/** Names an option by its variable where it has one, so that who set it finds it. */
export function nameByVariable (factory: string, variables: Readonly<Record<string, string>>): (path: readonly string[]) => string {
  return function nameOption (path) {
    return variables[path.join('.')] ?? [factory, ...path].join('.')
  }
}

/**
 * A whole number written in digits.
 * @throws {AUTH_OPTION_INVALID} naming the variable, when it is anything else
 */
export function parseWholeNumber (text: string, variable: string): number {
  if (!/^\d{1,15}$/.test(text)) {
    throw new AUTH_OPTION_INVALID(`${variable} must be a whole number`)
  }
  return Number(text)
}
