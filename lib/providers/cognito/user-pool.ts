import { isRegion } from './is-region.js'
import { ALLOWED_URL, isAllowedUrl } from '../jwt/is-allowed-url.js'
import { toList } from '../jwt/resolve-settings.js'
import { AUTH_OPTION_INVALID } from '../../errors.js'

import type { CognitoOptions } from './options.js'
import type { NameOption } from '../jwt/resolve-settings.js'

/** What follows from the options about a pool. */
export interface UserPool {
  /** The region that it is named after; `null` when it has none. */
  readonly region: string | null
  /** What its tokens may write in `iss`; its users are known by the first. */
  readonly issuers: readonly string[]
  /** Where the keys are, by issuer. */
  readonly keyAddresses: ReadonlyMap<string, string>
}

type PoolOptions = Pick<CognitoOptions, 'userPoolId' | 'region' | 'issuer' | 'jwksUri'>

/**
 * The pool that the options speak of.
 * @throws {AUTH_OPTION_INVALID} when they contradict each other, or the address of its keys cannot be trusted
 */
export function toUserPool (options: PoolOptions, nameOption: NameOption): UserPool {
  const { issuer, jwksUri } = options
  const pool = issuer === undefined ? toAmazonPool(options, nameOption) : toEmulatedPool(options, issuer)
  const addresses = [...pool.keyAddresses].map(([issuer, address]) => [issuer, jwksUri ?? address] as const)
  if (!addresses.every(([, address]) => isAllowedUrl(address))) {
    throw new AUTH_OPTION_INVALID(`${nameOption(['jwksUri'])} must be ${ALLOWED_URL}${jwksUri === undefined ? ', and must be given where the issuer is none' : ''}`)
  }
  return { ...pool, keyAddresses: new Map(addresses) }
}

/** Where the services of a region are. AWS partitions, as its SDKs know them. */
function toServiceDomain (region: string): string {
  if (region.startsWith('cn-')) {
    return 'amazonaws.com.cn'
  }
  return region.startsWith('eusc-') ? 'amazonaws.eu' : 'amazonaws.com'
}

/**
 * The original issuer and the updated one, which tokens of one pool may have side by side while it changes over. Both have the same keys, and only
 * the original has them for every pool. A replica of a pool with the original issuer writes its own region.
 * @see Amazon Cognito API Reference, IssuerConfigurationType
 */
function toAmazonPool ({ userPoolId, region }: PoolOptions, nameOption: NameOption): UserPool {
  const home = toRegion(userPoolId)
  if (!isRegion(home)) {
    throw new AUTH_OPTION_INVALID(`${nameOption(['userPoolId'])} must begin with an AWS region, like us-east-1_abcdEFGH1; for other pools ${nameOption(['issuer'])} says what tokens write in iss`)
  }
  const regions = region === undefined ? [home] : toList(region)
  if (!regions.includes(home)) {
    throw new AUTH_OPTION_INVALID(`${nameOption(['region'])} must be ${home}, the region of ${nameOption(['userPoolId'])}, or a list of it and the regions that the pool is replicated to`)
  }
  if (!regions.every(isRegion)) {
    throw new AUTH_OPTION_INVALID(`${nameOption(['region'])} must hold only AWS regions, like us-east-1`)
  }
  const original = toOriginalIssuer(home, userPoolId)
  const updated = `https://issuer-cognito-idp.${home}.${toServiceDomain(home)}/${userPoolId}`
  const replicas = regions.filter(name => name !== home).map(name => toOriginalIssuer(name, userPoolId))
  const issuers = Object.freeze([original, updated, ...replicas])
  return { region: home, issuers, keyAddresses: new Map(issuers.map(issuer => [issuer, toKeyAddress(issuer === updated ? original : issuer)])) }
}

function toEmulatedPool ({ userPoolId, region = toRegion(userPoolId) }: PoolOptions, issuer: string): UserPool {
  const [home = ''] = toList(region)
  return { region: isRegion(home) ? home : null, issuers: Object.freeze([issuer]), keyAddresses: new Map([[issuer, toKeyAddress(issuer)]]) }
}

function toRegion (userPoolId: string): string {
  return userPoolId.slice(0, userPoolId.lastIndexOf('_'))
}

function toOriginalIssuer (region: string, userPoolId: string): string {
  return `https://cognito-idp.${region}.${toServiceDomain(region)}/${userPoolId}`
}

/** Amazon Cognito Developer Guide, "Verifying JSON web tokens". */
function toKeyAddress (issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/jwks.json`
}
