import { createRefreshBody, revokeBody } from './body-schemas.js'

import type { TokenRefresh } from '../actions.js'
import type { KnownActions } from '../known-actions.js'
import type { Carrier } from './carrier.js'

/** Tokens travel in bodies, and whoever gets them keeps them. */
export function createBodyCarrier ({ refreshNeedsUsername }: Pick<KnownActions, 'refreshNeedsUsername'>): Carrier {
  return Object.freeze<Carrier>({
    isAmbient: false,
    refreshBody: createRefreshBody(refreshNeedsUsername),
    revokeBody,
    tokenNames: ['accessToken', 'idToken', 'refreshToken'],
    readRefresh: request => request.body as TokenRefresh,
    giveLogin: (_reply, result) => result,
    giveRefreshed: (_reply, tokens) => tokens,
    forget () {}
  })
}
