import { createCognitoDialect } from './cognito-dialect.js'
import { addPool } from './known-pools.js'
import { cognitoOptionsSchema } from './options.js'
import { addSeat } from './pool-seat.js'
import { RegionalKeySet } from './regional-key-set.js'
import { toHostedDomain } from './hosted-domain.js'
import { toUserPool } from './user-pool.js'
import { BEARER_TOKEN, createProvider } from '../jwt/create-provider.js'
import { assertOptions, resolveSettings, toList } from '../jwt/resolve-settings.js'

import type { CognitoOptions } from './options.js'
import type { CognitoRules } from './cognito-dialect.js'
import type { NameOption } from '../jwt/resolve-settings.js'
import type { JwtProvider } from '../../../types/providers.js'
import type { SecurityScheme } from '../../../types/scheme.js'

/**
 * A provider for the tokens of an Amazon Cognito user pool. Several pools are several of them.
 *
 * Costs a fetch of the keys, one for each region, when the app boots and every 20 minutes after that.
 *
 * @throws {AUTH_OPTION_INVALID} when an option is unknown, missing or wrong
 * @see Amazon Cognito Developer Guide, "Verifying JSON web tokens"
 * @example cognito({ userPoolId: 'us-east-1_abcdEFGH1', clientId: '3n4b5urk1ft4fl3mg5e62d9ado' })
 */
export function cognito (options: CognitoOptions): JwtProvider {
  return createCognitoProvider(options, nameCognitoOption)
}

/** {@link cognito}, for those who got its options from somewhere else. */
export function createCognitoProvider (options: unknown, nameOption: NameOption): JwtProvider {
  assertOptions<CognitoOptions>(cognitoOptionsSchema, options, nameOption)
  const pool = toUserPool(options, nameOption)
  const scheme = describeTokens(options.domain === undefined ? null : toHostedDomain(options.domain, pool.region, nameOption(['domain'])))
  const common = { ...options, audience: options.audience ?? null }
  const settings = resolveSettings(common, {
    name: 'cognito',
    issuers: pool.issuers,
    algorithms: ['RS256'],
    nameOption,
    dialect: createCognitoDialect(toRules(options))
  })
  pool.issuers.forEach(issuer => { addPool(issuer, options.userPoolId) })
  const provider = createProvider(common, { settings, keySet: new RegionalKeySet(pool.keyAddresses, settings), describe: () => scheme })
  return addSeat(provider, pool.issuers[0] as string)
}

function toRules ({ clientId, claims = {} }: CognitoOptions): CognitoRules {
  return { clientIds: clientId === null ? null : toList(clientId), readsClient: claims.clientId === undefined }
}

/** OpenAPI 3.1, section 4.8.27; Amazon Cognito Developer Guide, "User pool endpoints and managed login reference". */
function describeTokens (domain: string | null): SecurityScheme {
  if (domain === null) {
    return BEARER_TOKEN
  }
  return Object.freeze({
    type: 'oauth2',
    flows: { authorizationCode: { authorizationUrl: `${domain}/oauth2/authorize`, tokenUrl: `${domain}/oauth2/token`, scopes: {} } }
  })
}

function nameCognitoOption (path: readonly string[]): string {
  return ['cognito', ...path].join('.')
}
