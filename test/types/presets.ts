import { auth0, authentik, google, keycloak, okta } from 'fastify-gatekeeper/oidc'

import type { JwtProvider } from 'fastify-gatekeeper'
import type { Auth0Options, GoogleOptions, KeycloakOptions, OidcOptions } from 'fastify-gatekeeper/oidc'

const issuer = 'https://issuer.example/realms/books'

// A preset takes the options of oidc, and its own.

const forAuth0: Auth0Options = { issuer: 'https://acme.eu.auth0.com/', audience: 'api', typ: 'at+jwt', organization: ['org_1', 'org_2'] }
const forKeycloak: KeycloakOptions = { issuer, audience: ['api'], client: 'books-api', claims: { groups: null } }
const forGoogle: GoogleOptions = { audience: '1.apps.googleusercontent.com', hostedDomain: 'example.com', serviceAccounts: ['nightly@books.iam.gserviceaccount.com'] }
const forOthers: OidcOptions = { issuer, audience: null }

export const providers: readonly JwtProvider[] = [auth0(forAuth0), keycloak(forKeycloak), google(forGoogle), okta(forOthers), authentik(forOthers)]

// @ts-expect-error the audience is always said
auth0({ issuer })
// @ts-expect-error an option of another preset
auth0({ issuer, audience: 'api', client: 'books-api' })
// @ts-expect-error there are no access tokens to take
google({ audience: '1.apps.googleusercontent.com', tokenUse: 'access' })
// @ts-expect-error the issuer is always said
keycloak({ audience: 'api' })
