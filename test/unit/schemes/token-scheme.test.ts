import t from 'tap'

import { handIssuer } from '../../fixtures/hand-issuer.js'
import { fromHeader } from '../../../lib/schemes/from-header.js'
import { describeTokens } from '../../../lib/schemes/token-scheme.js'

import type { JwtProvider } from '../../../lib/index.js'

const oidc: JwtProvider = handIssuer().provider({ securityScheme: { type: 'openIdConnect', openIdConnectUrl: 'https://issuer.example/.well-known/openid-configuration' } })
const plain: JwtProvider = handIssuer().provider()
const opaque: JwtProvider = handIssuer().provider({ opaqueTokens: 'any', securityScheme: { type: 'http', scheme: 'bearer' } })

t.test('providers that agree are described in their own words, others in those that fit all', async t => {
  t.match(describeTokens([fromHeader()], [oidc]), { type: 'openIdConnect' })
  t.match(describeTokens([fromHeader()], [oidc, oidc]), { type: 'openIdConnect' })
  t.strictSame(describeTokens([fromHeader()], [oidc, plain]), { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
  t.strictSame(describeTokens([fromHeader()], [plain, opaque]), { type: 'http', scheme: 'bearer' }, 'not all of them are JWTs')
  t.strictSame(describeTokens([fromHeader()], [opaque]), { type: 'http', scheme: 'bearer' })
})
