import { createIssuerKey, signToken } from '../fixtures/counting-issuer.js'
import { startIntrospection } from '../fixtures/introspection-endpoint.js'
import { proveJwtProvider } from './jwt-provider.js'
import { introspection } from '../../lib/providers/introspection/index.js'

import type { Test } from 'tap'
import type { JwtProviderSubject } from './jwt-provider.js'
import type { IntrospectionOptions } from '../../lib/providers/introspection/index.js'

/** Tokens that are written like JWTs, of an issuer that looks at no signature: he knows which ones he has issued. */
function introspected (options: Partial<IntrospectionOptions>): (t: Test) => Promise<JwtProviderSubject> {
  return async function createSubject (t) {
    const endpoint = await startIntrospection(t)
    const provider = introspection(endpoint.options(options))
    t.teardown(() => provider.close?.())
    const [ours, theirs] = [createIssuerKey(), createIssuerKey()]
    const now = Math.floor(Date.now() / 1000)
    const toPayload = (claims: object = {}) => ({ iss: endpoint.issuer, aud: 'api', sub: 'alice', iat: now, exp: now + 300, ...claims })

    function token (claims?: object): string {
      const payload = toPayload(claims)
      const text = signToken(payload, ours)
      endpoint.answers.set(text, { active: true, ...payload })
      return text
    }
    return { provider, token, forgedToken: claims => signToken(toPayload(claims), theirs) }
  }
}

proveJwtProvider('introspection', introspected({}))
proveJwtProvider('introspection without a cache', introspected({ maxCacheSeconds: 0 }))
