import t from 'tap'

import { auth0Rows, authentikRows, googleRows, keycloakRows, oktaRows } from './options/preset-rows.js'
import { proveOptions } from './options/row.js'
import { startVendor, vendors } from '../fixtures/vendors.js'
import { auth0OptionsSchema } from '../../lib/providers/oidc/auth0-options.js'
import { googleOptionsSchema } from '../../lib/providers/oidc/google-options.js'
import { keycloakOptionsSchema } from '../../lib/providers/oidc/keycloak-options.js'
import { oidcOptionsSchema } from '../../lib/providers/oidc/options.js'

import type { CountingIssuer } from '../fixtures/counting-issuer.js'
import type { Vendor } from '../fixtures/vendors.js'

/** An issuer with two keys, as the rows of keys want it. */
async function start (vendor: Vendor): Promise<CountingIssuer> {
  const issuer = await startVendor(t, vendor)
  issuer.rotate()
  return issuer
}

proveOptions('auth0', auth0OptionsSchema, auth0Rows(await start(vendors.auth0)))
proveOptions('okta', oidcOptionsSchema, oktaRows(await start(vendors.okta)))
proveOptions('keycloak', keycloakOptionsSchema, keycloakRows(await start(vendors.keycloak)))
proveOptions('google', googleOptionsSchema, googleRows(await start(vendors.google)))
proveOptions('authentik', oidcOptionsSchema, authentikRows(await start(vendors.authentik)))
