import { setTimeout } from 'node:timers/promises'

import type { Place } from './grant-rows.js'
import type { Count, Milliseconds } from '../../../../types/units.js'

/** How often the same is tried where others write the same at the same time. */
const MAX_ATTEMPTS: Count = 20
const MAX_PAUSE_MS: Milliseconds = 200

/** What databases say to one of two who got into each other's way: nothing of his has been done, and another attempt sees what the other did. */
const CONFLICTS = /^(?:40001|40P01|23505|ER_LOCK_DEADLOCK|ER_LOCK_WAIT_TIMEOUT|ER_DUP_ENTRY|ER_CHECKREAD|SQLITE_(?:BUSY|LOCKED)(?:_\w+)?|SQLITE_CONSTRAINT_(?:PRIMARYKEY|UNIQUE))$/

/**
 * Does all of it or nothing, as if nobody else wrote meanwhile: where several do, one after the other. Tables without a unique key get no row twice.
 * @throws what `work` throws, and what the database fails with
 */
export async function inTransaction<T> ({ db, dialect }: Place, work: (place: Place) => Promise<T>): Promise<T> {
  // SQLite has no weaker isolation, and no words for it.
  const transaction = dialect === 'sqlite' ? db.transaction() : db.transaction().setIsolationLevel('serializable')
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction.execute(async db => await work({ db, dialect }))
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !isConflict(error)) {
        throw error
      }
    }
    await setTimeout(Math.random() * Math.min(MAX_PAUSE_MS, 2 ** attempt))
  }
}

function isConflict (error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && CONFLICTS.test(error.code)
}
