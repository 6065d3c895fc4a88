import { FetchError, fetchJson } from '../../util/fetch-json.js'
import { CLOUDS } from './clouds.js'
import { createGraphTokens } from './graph-tokens.js'
import { isGuid } from './issuers.js'

import type { GraphSettings } from './graph-options.js'
import type { GraphTokens } from './graph-tokens.js'
import type { ProviderContext } from '../../../types/providers.js'

/** Somebody in a directory. All of it has been checked. */
export interface DirectoryMember {
  readonly tenantId: string
  /** The object's id. */
  readonly id: string
  /** Machines are kept elsewhere than people. */
  readonly isMachine: boolean
}

/** The directories behind Microsoft Graph. */
export class GraphDirectory {
  readonly #settings: GraphSettings
  readonly #tokens: GraphTokens

  constructor (settings: GraphSettings) {
    this.#settings = settings
    this.#tokens = createGraphTokens(settings)
  }

  /**
   * The ids of all groups that somebody is in, directly or through other groups.
   * @throws {FetchError} when there is no such list, or not all of it; also where nobody of this id is known: a token that is good says that there is
   */
  async fetchGroups (member: DirectoryMember, context: ProviderContext): Promise<readonly string[]> {
    const { tenantId } = member
    const token = await this.#tokens.get(tenantId, context)
    try {
      return await this.#call(member, token, context)
    } catch (error) {
      const renewed = isUnauthorized(error) ? await this.#tokens.renew(tenantId, token, context) : token
      if (renewed === token) {
        throw error
      }
      return await this.#call(member, renewed, context)
    }
  }

  close (): void {
    this.#tokens.close()
  }

  async #call ({ id, isMachine }: DirectoryMember, token: string, { signal }: ProviderContext): Promise<readonly string[]> {
    const { cloud, securityEnabledOnly, fetch, timeoutMs, maxBytes } = this.#settings
    const url = `${CLOUDS[cloud].graph}/v1.0/${isMachine ? 'servicePrincipals' : 'users'}/${id}/getMemberGroups`
    const post = { headers: { authorization: `Bearer ${token}` }, body: { securityEnabledOnly } }
    const { value, '@odata.nextLink': nextLink } = await fetchJson(url, { fetch, timeoutMs, maxBytes, signal, post })
    if (nextLink !== undefined || !Array.isArray(value) || !value.every(isGuid)) {
      throw new FetchError(url, 'the ids of all groups, as GUIDs')
    }
    return value
  }
}

function isUnauthorized (error: unknown): boolean {
  return error instanceof FetchError && error.status === 401
}
