import { markKeyParts } from '../cache/key-parts.js'
import { closerOf } from './closer.js'
import { createExpandedReader } from './expanded-reader.js'
import { toHolder, toKeyParts } from './holder.js'
import { toHolderPaths } from './holder-paths.js'
import { createRowReader } from './row-reader.js'
import { AUTH_OPTION_INVALID } from '../../errors.js'

import type { Names } from './expanded-reader.js'
import type { RoleLink } from './role-hierarchy.js'
import type { ReadRows, Row } from './row-reader.js'
import type { UserTable } from './names-options.js'
import type { Identity } from '../../../types/identity.js'
import type { ProviderContext, ProviderLifecycle } from '../../../types/providers.js'

/** What is to be made of the rows of a user. */
export interface UserRows<Answer, Provider> {
  /** What to read of the tables that the migrations make, where no other is given; `null`: they have nothing of the kind. */
  readonly names: Names | null
  /** What roles include besides, where the tables are those of the migrations. Default: nothing. */
  readonly links?: readonly RoleLink[]
  /** What to read, each under an alias, of a table of the app's own. */
  readonly columns: Readonly<Record<string, string>>
  readonly toAnswer: (rows: readonly Row[]) => Answer
  /** Puts the question under the name that the contract gives it. */
  readonly toProvider: (fetch: (identity: Identity, context: ProviderContext) => Promise<Answer>) => Provider
}

/** What there is to say where the tables are those of the migrations. */
const KNOWN_TABLES_OPTIONS = Object.freeze(['db', 'subject', 'tenant', 'roleHierarchy', 'permissionMatch'])

/**
 * What all that answers questions about users from a database has: one query for one question, and a life cycle.
 * @param factory how an error calls whose options they are
 */
export function createUserProvider<Answer, Provider extends object> (factory: string, options: UserTable, { toAnswer, toProvider, ...what }: UserRows<Answer, Provider>): Provider & ProviderLifecycle {
  const paths = toHolderPaths(factory, options)
  const read = createReader(factory, options, what)
  const [issuer = ''] = [options.issuer ?? []].flat()

  const provider = {
    ...toProvider(async function fetchAnswer (identity, context) { return toAnswer(await read(toHolder(identity, paths, context))) }),
    // Nobody is asked about: what comes back is whether table and columns are there.
    warmUp: async () => { await read({ issuer, subject: '', tenant: '' }) },
    close: closerOf(options.db)
  }
  return Object.freeze(markKeyParts(provider, { read: identity => toKeyParts(identity, paths), isByClaim: paths.subject !== null }))
}

function createReader (factory: string, { table, ...options }: UserTable, { names, columns, links = [] }: Pick<UserRows<unknown, object>, 'names' | 'columns' | 'links'>): ReadRows {
  if (table !== undefined || names === null) {
    return createRowReader(factory, { ...options, table: table as string }, columns)
  }
  const stray = Object.entries(options).find(([option, value]) => value !== undefined && !KNOWN_TABLES_OPTIONS.includes(option))
  if (stray !== undefined) {
    throw new AUTH_OPTION_INVALID(`${factory}.${stray[0]} says something of a table: it goes with the option table`)
  }
  return createExpandedReader(options.db, names, links)
}
