import { toOwnProviders } from './resolve-settings.js'
import { toSupplies } from './to-supplies.js'
import { verifyToken } from './verify-token.js'

import type { CommonJwtOptions } from './common-options.js'
import type { KeySet } from './key-set.js'
import type { JwtSettings } from './resolve-settings.js'
import type { JwtProvider, ProviderContext } from '../../../types/providers.js'
import type { SecurityScheme } from '../../../types/scheme.js'

/** How tokens are described that people bring along. */
export const BEARER_TOKEN: SecurityScheme = Object.freeze({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })

export interface ProviderParts {
  readonly settings: JwtSettings
  readonly keySet: KeySet
  /** How documents describe its tokens, as far as that is known by now. */
  describe (): SecurityScheme
  /** Whose tokens are its own, where `issuers` of the settings cannot list them. */
  readonly ownsIssuer?: (issuer: string) => boolean
}

/** The provider that verifies with these settings and keys; `options` are the ones the settings were made of. */
export function createProvider (options: CommonJwtOptions, { settings, keySet, describe, ownsIssuer }: ProviderParts): JwtProvider {
  return Object.freeze({
    name: settings.name,
    issuers: settings.issuers,
    ...ownsIssuer && { ownsIssuer },
    verify (token: string, context: ProviderContext) {
      return verifyToken(token, context, { settings, keySet })
    },
    cacheable: true,
    get keyGeneration () {
      return keySet.generation
    },
    maxTokenBytes: settings.maxTokenBytes,
    get securityScheme () {
      return describe()
    },
    ...toSupplies(settings, options.claims ?? {}),
    ...toOwnProviders(options),
    ...toLifecycle(keySet, settings)
  })
}

function toLifecycle (keySet: KeySet, { warmUp }: JwtSettings): Pick<JwtProvider, 'warmUp' | 'warmUpRequired' | 'close'> {
  return {
    ...keySet.warmUp !== undefined && warmUp !== false && { warmUp: async () => { await keySet.warmUp?.() } },
    warmUpRequired: warmUp === 'required',
    async close () { await keySet.close?.() }
  }
}
