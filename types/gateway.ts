import type { Bytes } from './units.js'

/** `config.gateway` of a route: what the external service is asked differently there. */
export interface GatewayRouteConfig {
  /** Another address for this route. Default: the gateway's. */
  readonly url?: string
  /** Whether callers go on as nobody while the service is out; only on routes that let strangers in. Default: the gateway's. */
  readonly failOpen?: boolean
  /** `false`: the service is asked each time, whatever is remembered. Default `true`. */
  readonly cache?: boolean
  /** How much of a body the service is sent; `null`: none. Default: the gateway's. */
  readonly maxBodyBytes?: Bytes | null
}
