import { AUTH_OPTION_INVALID } from '../../errors.js'

/**
 * Looks for a package that not every app needs, without loading it.
 * @throws {AUTH_OPTION_INVALID} saying what to install, when it is not there
 */
export function assertInstalled (name: string, forWhat: string): void {
  try {
    import.meta.resolve(name)
  } catch {
    throw new AUTH_OPTION_INVALID(`${forWhat} needs the package ${name}: npm install ${name}`)
  }
}
