import { AUTH_OPTION_INVALID } from '../errors.js'

/** How people sign in from the page. */
export interface SwaggerUiLoginOptions {
  /** The client that the page is registered as at the identity provider: a public one, for browsers. RFC 6749, section 2.1. */
  readonly clientId: string
  /** Scopes ticked when the dialog opens. Default none. */
  readonly scopes?: readonly string[]
  /** `true`: who has signed in stays so when the page is loaded again; the token lies in the browser's storage then. Default `false`. */
  readonly persistAuthorization?: boolean
}

/** Settings to spread into those of `@fastify/swagger-ui`. */
export interface SwaggerUiLogin {
  readonly initOAuth: { readonly clientId: string, readonly scopes: string[], readonly usePkceWithAuthorizationCodeGrant: true }
  readonly uiConfig: { readonly persistAuthorization: boolean }
}

/**
 * Settings with which people sign in from the page of `@fastify/swagger-ui`, by authorization code with PKCE and without a client secret: what is sent
 * to a browser is no secret. The identity provider must know `<routePrefix>/static/oauth2-redirect.html` as a redirect URI, and let the page ask its
 * token endpoint (CORS). RFC 7636.
 *
 * @throws {AUTH_OPTION_INVALID} when there is no client, or a client secret
 * @example await app.register(swaggerUi, { routePrefix: '/docs', ...swaggerUiLogin({ clientId: 'docs', scopes: ['openid'] }) })
 */
export function swaggerUiLogin (options: SwaggerUiLoginOptions): SwaggerUiLogin {
  const { clientId, scopes = [], persistAuthorization = false } = options
  if (typeof clientId !== 'string' || clientId === '') {
    throw new AUTH_OPTION_INVALID("swaggerUiLogin: clientId must be the client's identifier at the identity provider")
  }
  if ('clientSecret' in options) {
    throw new AUTH_OPTION_INVALID('swaggerUiLogin: clientSecret would be sent to every browser; register a public client, which needs none')
  }
  return {
    initOAuth: { clientId, scopes: [...scopes], usePkceWithAuthorizationCodeGrant: true },
    uiConfig: { persistAuthorization }
  }
}
