import t from 'tap'

import type { TSchema } from '@sinclair/typebox'
import type { Test } from 'tap'

/** Options of something, right or wrong. */
export type Options = Readonly<Record<string, unknown>>

/** One option, and a request that is answered differently because of it. */
export interface Row {
  /** Its path: `tokenCache.max` for example. */
  readonly option: string
  /** What the request, or the boot, shows with such options. The same for both: only the options differ. */
  readonly observe: (options: Options, t: Test) => Promise<unknown>
  /** The options beside it. */
  readonly beside?: Options
  /** The value of the option at the first part of the path. */
  readonly value: unknown
  /** The value of the same when the option is not used; nothing for most, something else for mandatory ones. */
  readonly instead?: unknown
  /** What is observed without it. */
  readonly without: unknown
  /** What is observed with it. */
  readonly with: unknown
  /** Why it cannot be looked at here; `false`: it can. */
  readonly skip?: string | false
}

/** Shows of every row that its option makes the difference it claims to make, and that every option of the schema has a row. */
export function proveOptions (name: string, schema: TSchema, rows: readonly Row[]): void {
  t.test(`${name}: every option has a row, and every row an option`, async t => {
    t.strictSame([...new Set(rows.map(row => row.option))].sort(), [...listOptions(schema)].sort())
  })

  for (const row of rows) {
    t.test(`${name}: ${row.option} makes a difference`, { skip: row.skip ?? false }, t => proveRow(t, row))
  }
}

async function proveRow (t: Test, { option, observe, beside = {}, value, instead, ...expected }: Row): Promise<void> {
  const [name = '', ...rest] = option.split('.')
  t.ok(hasMember(value, rest), 'the value has the option')
  t.notSame(expected.without, expected.with, 'the row expects a difference')
  await t.test('without it', async t => {
    t.strictSame(await observe(instead === undefined ? beside : { ...beside, [name]: instead }, t), expected.without)
  })
  await t.test('with it', async t => {
    t.strictSame(await observe({ ...beside, [name]: value }, t), expected.with)
  })
}

/** The paths of all options, each once: members of members too, wherever the schema knows all that there may be. */
function listOptions (schema: TSchema, path = ''): ReadonlySet<string> {
  const properties = Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, TSchema>>)
  return new Set(properties.flatMap(function listOption ([name, member]) {
    const own = path === '' ? name : `${path}.${name}`
    return [own, ...listClosedObjects(member).flatMap(object => [...listOptions(object, own)])]
  }))
}

function listClosedObjects (schema: TSchema): readonly TSchema[] {
  if (schema['properties'] !== undefined) {
    return schema['additionalProperties'] === false ? [schema] : []
  }
  const parts = [schema['items'], ...(schema['anyOf'] ?? []) as readonly TSchema[]] as ReadonlyArray<TSchema | undefined>
  return parts.flatMap(part => part === undefined ? [] : listClosedObjects(part))
}

function hasMember (value: unknown, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) {
    return true
  }
  if (Array.isArray(value)) {
    return value.some(element => hasMember(element, [name, ...rest]))
  }
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) && hasMember((value as Record<string, unknown>)[name], rest)
}
