import { AUTH_OPTION_INVALID } from './errors.js'

/**
 * Origins whose pages may use credentials that browsers send by themselves.
 *
 * @param option its name, for what is thrown
 * @throws {AUTH_OPTION_INVALID} naming the first that is none as browsers write them: `null`, and one with a wildcard, a path or a slash at its end
 */
export function toTrustedOrigins (origins: readonly string[], option: string): ReadonlySet<string> {
  for (const [index, origin] of origins.entries()) {
    // A wildcard parses as a host of that name.
    if (!URL.canParse(origin) || new URL(origin).origin !== origin || origin.includes('*')) {
      throw new AUTH_OPTION_INVALID(`${option}.${index} must be an origin as browsers write it: https://app.example.com, without a path, a wildcard or a slash at its end`)
    }
  }
  return new Set(origins)
}
