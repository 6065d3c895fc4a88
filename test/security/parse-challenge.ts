/** One challenge of `WWW-Authenticate`. */
export interface Challenge {
  /** In lower case. */
  readonly scheme: string
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>
}

// auth-scheme = token; auth-param = token "=" quoted-string: RFC 9110, sections 11.1, 11.2 and 11.6.1; tokens as in section 5.6.2
const challengeText = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) (.+)$/
const parameterText = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)="([^"\\]*)"$/

/** What the values may consist of. RFC 6750, section 3. */
const ALPHABETS: ReadonlyMap<string, RegExp> = new Map([
  ['realm', /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/],
  ['error', /^(?:invalid_request|invalid_token|insufficient_scope)$/],
  ['scope', /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/]
])

/** The challenge that `text` is, read as strictly as a client may; `null` for any fault in it. Knows the parameters of RFC 6750 and no others. */
export function parseChallenge (text: string): Challenge | null {
  const [, scheme, rest] = challengeText.exec(text) ?? []
  if (scheme === undefined || rest === undefined) {
    return null
  }
  const parameters = rest.split(', ').map(parseParameter).filter(parameter => parameter !== null)
  const names = new Set(parameters.map(([name]) => name))
  return names.size === rest.split(', ').length ? { scheme: scheme.toLowerCase(), parameters: new Map(parameters) } : null
}

function parseParameter (text: string): readonly [string, string] | null {
  const [, name, value] = parameterText.exec(text) ?? []
  if (name === undefined || value === undefined) {
    return null
  }
  const key = name.toLowerCase()
  return ALPHABETS.get(key)?.test(value) === true ? [key, value] : null
}
