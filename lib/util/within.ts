import type { Milliseconds } from '../../types/units.js'

/** Settles as `promise` does, but rejects with what `onTimeout` returns when that takes longer than `timeoutMs`. */
export function within<T> (promise: PromiseLike<T>, timeoutMs: Milliseconds, onTimeout: () => Error): Promise<T> {
  return new Promise(function race (resolve, reject) {
    const timer = setTimeout(function expire () { reject(onTimeout()) }, timeoutMs)
    // What is like a promise may promise on: the time runs until there is a value.
    Promise.resolve(promise).then(
      function settle (value) {
        clearTimeout(timer)
        resolve(value)
      },
      function fail (error: unknown) {
        clearTimeout(timer)
        reject(error)
      }
    )
  })
}
