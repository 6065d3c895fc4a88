import type { SecurityScheme } from '../../types/scheme.js'

/** Whether browsers send such credentials by themselves: cookies always; Basic, its kin and client certificates once the user has given them. */
export function ambienceOf ({ type, scheme, in: place }: SecurityScheme): 'always' | 'once given' | 'never' {
  if (type === 'apiKey' && place === 'cookie') {
    return 'always'
  }
  return type === 'mutualTLS' || (type === 'http' && String(scheme).toLowerCase() !== 'bearer') ? 'once given' : 'never'
}
