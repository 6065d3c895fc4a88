import { AUTH_OPTION_INVALID } from '../../errors.js'
import { MAX_DEPTH } from './max-depth.js'

/** Who has the role `holder` has the role `name`, too. */
export interface RoleLink {
  readonly holder: string
  readonly name: string
}

/** Which roles include which, as the options of an app say. */
export interface RoleHierarchy {
  readonly links: readonly RoleLink[]
  /** These roles and all that they include, each once. */
  expand (roles: readonly string[]): readonly string[]
}

/** As many links go into one query of every database. */
const MAX_LINKS = 256

/** What the columns of the migrations hold. */
const MAX_CHARACTERS = 128

/** What no database takes for text: NUL, and halves of characters. */
const NO_TEXT = /[\0\p{Surrogate}]/u

/**
 * Reads the option `roleHierarchy`, whose types have been checked. Names that objects have by inheritance are names like others.
 *
 * @throws {AUTH_OPTION_INVALID} for names that are blank, have blanks around them or are no text that a column holds, for what is no plain object, and for more
 * than can be followed
 */
export function resolveRoleHierarchy (factory: string, option: Readonly<Record<string, readonly string[]>> = {}): RoleHierarchy {
  const path = `${factory}.roleHierarchy`
  if (![Object.prototype, null].includes(Object.getPrototypeOf(option) as object | null)) {
    throw new AUTH_OPTION_INVALID(`${path} must be a plain object`)
  }
  const links = Object.entries(option).flatMap(([holder, names]) => [...new Set(names)].map(name => Object.freeze({ holder, name })))
  const odd = [...Object.keys(option), ...links.map(({ name }) => name)].find(isOdd)
  if (odd !== undefined) {
    throw new AUTH_OPTION_INVALID(`${path} has the name ${JSON.stringify(odd)}: a name must be a text without blanks around it, of 1 to ${MAX_CHARACTERS} characters`)
  }
  if (links.length > MAX_LINKS) {
    throw new AUTH_OPTION_INVALID(`${path} says ${links.length} times that a role includes another: at most ${MAX_LINKS} are followed`)
  }
  const included = new Map(Object.keys(option).map(role => [role, links.filter(({ holder }) => holder === role).map(({ name }) => name)]))
  for (const role of included.keys()) {
    assertNear(path, role, included)
  }
  return Object.freeze({ links: Object.freeze(links), expand: (roles: readonly string[]) => [...stepsFrom(roles, included).keys()] })
}

function isOdd (name: string): boolean {
  return name === '' || name !== name.trim() || [...name].length > MAX_CHARACTERS || NO_TEXT.test(name)
}

function assertNear (path: string, role: string, included: ReadonlyMap<string, readonly string[]>): void {
  const far = [...stepsFrom([role], included)].find(([, steps]) => steps > MAX_DEPTH)
  if (far !== undefined) {
    throw new AUTH_OPTION_INVALID(`${path} leads from ${JSON.stringify(role)} to ${JSON.stringify(far[0])} in more than ${MAX_DEPTH} steps`)
  }
}

/** Every role that these lead to, with the least number of steps. What is cyclic leads to nothing new. */
function stepsFrom (roles: readonly string[], included: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, number> {
  const steps = new Map(roles.map(role => [role, 0]))
  // A map that grows is walked to its end: nearest first.
  for (const [role, count] of steps) {
    for (const name of included.get(role) ?? []) {
      if (!steps.has(name)) {
        steps.set(name, count + 1)
      }
    }
  }
  return steps
}
