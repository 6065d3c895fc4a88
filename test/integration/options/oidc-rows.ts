import swagger from '@fastify/swagger'

import { ask, status } from './factory.js'
import { keyRows } from './key-rows.js'
import { tokenRows } from './token-rows.js'
import { openApp } from '../../fixtures/open-app.js'
import { oidc } from '../../../lib/providers/oidc/index.js'

import type { Factory } from './factory.js'
import type { Row } from './row.js'
import type { CountingIssuer } from '../../fixtures/counting-issuer.js'
import type { OidcOptions } from '../../../lib/providers/oidc/options.js'

export function oidcRows (issuer: CountingIssuer): readonly Row[] {
  return discoveringRows({ name: 'oidc', create: options => oidc(options as unknown as OidcOptions), issuer, base: { issuer: issuer.url, audience: 'api' } })
}

/** Options of `oidc` and of whatever is built on it. */
export function discoveringRows (factory: Factory): readonly Row[] {
  const { issuer: { url, path }, base } = factory
  const at = ask(factory, () => factory.issuer.token(), status)
  return [
    ...tokenRows(factory),
    ...keyRows(factory),
    { option: 'issuer', beside: base, observe: at, instead: `http://127.0.0.1:1${path}`, value: url, without: 401, with: 200 },
    { option: 'discoveryUrl', beside: base, observe: at, value: `${url}/elsewhere`, without: 200, with: 503 },
    { option: 'securityScheme', beside: { ...base, warmUp: false }, observe: readScheme(factory), value: 'http', without: 'openIdConnect', with: 'http' }
  ]
}

/** Shows how the app's document describes the tokens. */
function readScheme ({ create }: Factory): Row['observe'] {
  return async function observe (options, t) {
    const app = await openApp(t, { jwtProvider: create(options) }, async function declare (app) {
      await app.register(swagger, { openapi: {} })
      app.get('/docs', { config: { auth: 'public' }, schema: { hide: true } }, () => app.swagger())
      app.get('/me', async () => 'me')
    })
    const { components } = (await app.inject('/docs')).json<{ readonly components: { readonly securitySchemes: { readonly bearerAuth: { readonly type: string } } } }>()
    return components.securitySchemes.bearerAuth.type
  }
}
