/** Which of Microsoft's clouds a tenant is in: the global one, that of the US government, or the one that 21Vianet operates in China. */
export type EntraCloud = 'public' | 'usgov' | 'china'

/** Where a cloud has its services, as origins. */
export interface CloudHosts {
  /** Where people sign in, where tokens are issued, and what `iss` of version 2.0 begins with. */
  readonly login: string
  /** Where keys may be published, beside `login`. */
  readonly keys: readonly string[]
  /** What `iss` of version 1.0 begins with. */
  readonly sts: string
  /** Microsoft Graph. For the US government that is GCC High; the Department of Defense has one of its own. */
  readonly graph: string
}

/**
 * The clouds, which share neither tenants nor keys.
 * @see https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
 * @see https://learn.microsoft.com/graph/deployments
 */
export const CLOUDS: Readonly<Record<EntraCloud, CloudHosts>> = Object.freeze({
  public: Object.freeze({
    login: 'https://login.microsoftonline.com', keys: Object.freeze([]), sts: 'https://sts.windows.net', graph: 'https://graph.microsoft.com'
  }),
  // Its tokens of version 1.0 have the issuer of the global cloud's: only the tenant tells them apart.
  usgov: Object.freeze({
    login: 'https://login.microsoftonline.us', keys: Object.freeze([]), sts: 'https://sts.windows.net', graph: 'https://graph.microsoft.us'
  }),
  china: Object.freeze({
    login: 'https://login.partner.microsoftonline.cn',
    keys: Object.freeze(['https://login.chinacloudapi.cn']),
    sts: 'https://sts.chinacloudapi.cn',
    graph: 'https://microsoftgraph.chinacloudapi.cn'
  })
})
