import { markKeyParts } from '../cache/key-parts.js'
import { closerOf } from './closer.js'
import { toHolder, toKeyParts } from './holder.js'
import { toHolderPaths } from './holder-paths.js'
import { createRowReader } from './row-reader.js'

import type { Row } from './row-reader.js'
import type { UserTable } from './names-options.js'
import type { Identity } from '../../../types/identity.js'
import type { ProviderContext, ProviderLifecycle } from '../../../types/providers.js'

/** What is to be made of the rows of a user. */
export interface UserRows<Answer, Provider> {
  /** What to read, each under an alias. */
  readonly columns: Readonly<Record<string, string>>
  readonly toAnswer: (rows: readonly Row[]) => Answer
  /** Puts the question under the name that the contract gives it. */
  readonly toProvider: (fetch: (identity: Identity, context: ProviderContext) => Promise<Answer>) => Provider
}

/**
 * What all that answers questions about users from a database has: one query for one question, and a life cycle.
 * @param factory how an error calls whose options they are
 */
export function createUserProvider<Answer, Provider extends object> (factory: string, options: UserTable, { columns, toAnswer, toProvider }: UserRows<Answer, Provider>): Provider & ProviderLifecycle {
  const paths = toHolderPaths(factory, options)
  const read = createRowReader(factory, options, columns)
  const [issuer = ''] = [options.issuer ?? []].flat()

  const provider = {
    ...toProvider(async function fetchAnswer (identity, context) { return toAnswer(await read(toHolder(identity, paths, context))) }),
    // Nobody is asked about: what comes back is whether table and columns are there.
    warmUp: async () => { await read({ issuer, subject: '', tenant: '' }) },
    close: closerOf(options.db)
  }
  return Object.freeze(markKeyParts(provider, identity => toKeyParts(identity, paths)))
}
