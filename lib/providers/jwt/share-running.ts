import type { SignatureCheck } from './create-signature-check.js'
import type { Count } from '../../../types/units.js'

/** A token whose signature is being checked. */
interface Running {
  readonly token: string
  readonly proof: Promise<boolean>
}

/** By how much of its end a token is found. Of 13 characters or more V8 makes no copy but a window on the whole text, which takes longer to hash. */
const TAIL_LENGTH: Count = 12

/**
 * The same check, but whoever asks about a token that is being checked gets the answer under way. Only signature and key make that answer,
 * so it does not matter who asked first, or what becomes of him. Nothing is remembered once it is there.
 */
export function shareRunning (check: (token: string, signature: Uint8Array) => Promise<boolean>): SignatureCheck {
  const running = new Map<string, Running>()

  return function checkOnce (token, signature) {
    const tail = token.slice(-TAIL_LENGTH)
    const known = running.get(tail)
    if (known !== undefined) {
      return known.token === token ? known.proof : check(token, signature)
    }
    const proof = check(token, signature).finally(function forget () { running.delete(tail) })
    running.set(tail, { token, proof })
    return proof
  }
}
