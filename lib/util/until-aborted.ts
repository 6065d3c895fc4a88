/** What `promise` settles with; rejects with what `toError` returns as soon as `signal` aborts. */
export function untilAborted<T> (promise: PromiseLike<T>, signal: AbortSignal, toError: () => Error): Promise<T> {
  return new Promise(function race (resolve, reject) {
    function stop (): void { reject(toError()) }
    function rest (): void { signal.removeEventListener('abort', stop) }
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) {
      stop()
    }
    Promise.resolve(promise).then(resolve, reject).finally(rest)
  })
}
