/** What `promise` settles with; rejects with what `toError` returns as soon as `signal` aborts. */
export async function untilAborted<T> (promise: PromiseLike<T>, signal: AbortSignal, toError: () => Error): Promise<T> {
  let stop = (): void => {}
  const aborted = new Promise<never>(function wait (_resolve, reject) {
    stop = function fail () { reject(toError()) }
    signal.addEventListener('abort', stop, { once: true })
  })
  if (signal.aborted) {
    stop()
  }
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
