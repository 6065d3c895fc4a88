import { proveRevocationList } from './revocation-list.js'
import { memoryRevocations } from '../../lib/index.js'

import type { Identity } from '../../lib/index.js'

proveRevocationList('memoryRevocations', function create () {
  const list = memoryRevocations()
  return { list, ...list }
})

/** As an app may write it: asked later, and with a table of its own. */
proveRevocationList('one by hand that answers later', function create () {
  const revoked = new Map<string, number>()
  const isRevoked = async ({ issuer, subject, claims: { jti, iat } }: Identity): Promise<boolean> => {
    const since = revoked.get(`user ${issuer} ${subject}`)
    return revoked.has(`token ${issuer} ${String(jti)}`) || (since !== undefined && !(Number(iat) > since))
  }
  return {
    list: { isRevoked },
    revokeToken: (issuer, jti) => revoked.set(`token ${issuer} ${jti}`, 0),
    revokeUser: (issuer, id) => revoked.set(`user ${issuer} ${id}`, Date.now() / 1000)
  }
})
