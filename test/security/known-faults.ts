import type { OddPlace } from './odd-places.js'

const TELLING = ['an error that tells it in its name', 'an error whose name is an object', 'an error that tells it in its code']
const UNREADABLE = ['an error whose name cannot be read', 'an error whose code cannot be read', 'a Proxy that cannot be asked what it has', 'a Proxy that cannot be read', 'a Proxy that cannot be asked what it is', 'a revoked Proxy']
const BRANDED = ['a Proxy of an object that has everything']
const BOOT = ['an error of ours that is for the boot']

/** Places that fail today whatever is thrown there; the rest as for `knownFaultOf`. */
export function knownFaultOfPlace ({ name }: Pick<OddPlace, 'name'>): string | null {
  return /^(?:TokenSource\.read|Authenticator\.(?:read|challenge).*|errorBody.*), promised$/.test(name) ? 'a promise where none may be is dropped, and its rejection ends the process' : null
}

/** Rows that fail today, and why: each is a fault to be mended, and its entry goes with it. `null` for all others. */
export function knownFaultOf ({ name }: Pick<OddPlace, 'name'>, error: string): string | null {
  const isRead = /\.read$/.test(name)
  const isAsked = /^(?:JwtProvider|fetch.|isRevoked|policy|Authenticator\.verify|warmUp|close)/.test(name)
  const faults: ReadonlyArray<readonly [boolean, readonly string[], string]> = [
    [isAsked, TELLING, 'name and code of others\' errors are logged, whatever they are'],
    [isAsked || isRead, UNREADABLE, 'an error that fails its reader gets out as a 500 with its message'],
    [isAsked || isRead, BRANDED, 'whatever says that it has our mark is taken for a refusal of ours'],
    [isRead, BOOT, 'an error for the boot gets out as a 500 with its message']
  ]
  return faults.find(([isHere, errors]) => isHere && errors.includes(error))?.[2] ?? null
}
