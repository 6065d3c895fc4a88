/** What has a schema of its own, as data. */
export interface Watchable { schema?: unknown }

/** Calls a function and tells whether it has read the schema of one of these, which are as they were when it returns. */
export function watchReads<Given> (watched: readonly Watchable[], call: () => Given): { readonly given: Given, readonly hasRead: boolean } {
  const schemas = watched.map(({ schema }) => schema)
  let hasRead = false

  function watch (one: Watchable, index: number): void {
    function read (): unknown {
      hasRead = true
      return schemas[index]
    }
    Object.defineProperty(one, 'schema', { get: read, configurable: true, enumerable: true })
  }

  function restore (one: Watchable, index: number): void {
    Object.defineProperty(one, 'schema', { value: schemas[index], writable: true, configurable: true, enumerable: true })
  }

  try {
    watched.forEach(watch)
    const given = call()
    return { given, hasRead }
  } finally {
    watched.forEach(restore)
  }
}
