import { FileProblem } from './file-source.js'
import { isNames } from '../../util/is-names.js'
import { isRecord } from '../../util/is-record.js'

import type { Entries } from './file-source.js'
import type { StoredCredentials } from '../../../types/credentials.js'

const MAX_ID_LENGTH = 255

/** What a member of an entry must be, and how that is said. */
interface Rule {
  readonly wanted: string
  fits (value: unknown): boolean
}

const hash: Rule = { wanted: 'a text: what hash-password printed', fits: value => typeof value === 'string' && value !== '' }
const text: Rule = { wanted: 'a text or null', fits: value => value === null || typeof value === 'string' }
const names: Rule = { wanted: 'a list of texts, or null', fits: value => value === null || isNames(value) }
const id: Rule = { wanted: `a text of 1 to ${MAX_ID_LENGTH} characters`, fits: isId }

/** Members of entries; `hashed_pwd` is the word of the Python package for `passwordHash`. */
const RULES: Readonly<Record<string, Rule>> = Object.freeze({
  username: id,
  id,
  passwordHash: hash,
  hashed_pwd: hash,
  name: text,
  email: text,
  emailVerified: { wanted: 'true, false or null', fits: value => value === null || typeof value === 'boolean' },
  groups: names,
  roles: names,
  permissions: names
})

/**
 * The entries of a JSON file.
 * @throws {FileProblem} naming the line, or the member
 */
export function parseJsonEntries (bytes: Uint8Array): Entries {
  const data = parse(bytes)
  const listed = Array.isArray(data) ? data.map((entry, index) => [`[${index}]`, entry, null] as const) : toListed(data)
  const entries = new Map<string, StoredCredentials>()
  for (const [path, entry, key] of listed) {
    const { username, ...stored } = toStored(path, entry, key)
    if (entries.has(username)) {
      throw new FileProblem(`: ${path}.username stands there twice`)
    }
    entries.set(username, Object.freeze(stored))
  }
  return entries
}

type Listed = readonly [path: string, entry: unknown, key: string | null]

function toListed (data: unknown): readonly Listed[] {
  if (!isRecord(data)) {
    throw new FileProblem(': must hold an object of entries by username, or a list of entries')
  }
  return Object.entries(data).map(([key, entry]) => [JSON.stringify(key), entry, key] as const)
}

function toStored (path: string, entry: unknown, key: string | null): Named {
  assertMembers(path, entry)
  const { username = key, passwordHash, hashed_pwd: hashed = passwordHash, ...rest } = entry
  if (!isId(username) || (key !== null && username !== key)) {
    throw new FileProblem(`: ${path}.username must be ${key === null ? id.wanted : 'its key, of 1 to 255 characters'}`)
  }
  if (hashed === undefined || (passwordHash !== undefined && hashed !== passwordHash)) {
    throw new FileProblem(`: ${path}.passwordHash must be ${hash.wanted}`)
  }
  const said = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null))
  return { id: username, ...said, username, passwordHash: hashed as string }
}

type Named = StoredCredentials & { readonly username: string }

function assertMembers (path: string, entry: unknown): asserts entry is Record<string, unknown> {
  if (!isRecord(entry)) {
    throw new FileProblem(`: ${path} must be an object`)
  }
  for (const [member, value] of Object.entries(entry)) {
    const rule = Object.hasOwn(RULES, member) ? RULES[member] : undefined
    if (rule === undefined) {
      throw new FileProblem(`: ${path} has a member that is none: ${JSON.stringify(member.slice(0, 40))}`)
    }
    if (!rule.fits(value)) {
      throw new FileProblem(`: ${path}.${member} must be ${rule.wanted}`)
    }
  }
}

function isId (value: unknown): value is string {
  return typeof value === 'string' && value.length >= 1 && value.length <= MAX_ID_LENGTH
}

/** What the parser says quotes the file: of it only the place is kept. */
function parse (bytes: Uint8Array): unknown {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new FileProblem(': is not UTF-8')
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    const position = Number(/position (\d+)/.exec((error as Error).message)?.[1] ?? text.length)
    throw new FileProblem(`:${text.slice(0, position).split('\n').length}: is not JSON`)
  }
}
