/** Methods that change nothing. RFC 9110, section 9.2.1. */
const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'TRACE']

/** Whether a request of this method, in capital letters, asks for no change. */
export function isSafeMethod (method: string): boolean {
  return SAFE_METHODS.includes(method)
}
