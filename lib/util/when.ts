/** Whether a value is promised, by whatever kind of promise. */
export function isPromised<T> (value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

/** Goes on with a value: at once when it is at hand, later when it is promised. */
export function when<T, R> (value: T | PromiseLike<T>, next: (value: T) => R | Promise<R>): R | Promise<R> {
  return isPromised(value) ? Promise.resolve(value).then(next) : next(value)
}

/** Takes notice of a promise that nobody waits for: a rejection that is never heard of ends the process. */
export function abandon (value: unknown): void {
  if (isPromised(value)) {
    Promise.resolve(value).catch(function ignore () {})
  }
}
