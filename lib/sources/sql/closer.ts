import type { KyselyInstance } from './database.js'

/** Instances that nobody but this package has made. Known by what those made of them (`withSchema`) share with them. */
const owned = new WeakSet<object>()

/** From now on the instance is closed with the app that uses it. */
export function own<DB extends KyselyInstance> (db: DB): DB {
  owned.add(db.getExecutor().adapter)
  return db
}

/** Closes an instance when the app closes, should it be ours; the app's own stays open. */
export function closerOf (db: KyselyInstance): () => Promise<void> {
  return async function close () {
    if (owned.has(db.getExecutor().adapter)) {
      await db.destroy()
    }
  }
}
