import { readTexts } from './read-texts.js'

import type { ActionContext } from './actions.js'

/**
 * What Amazon Cognito's threat protection is told of a caller.
 * @throws {TypeError} when his address is no text
 * @see Amazon Cognito API Reference, UserContextDataType
 */
export function toUserContext (context: ActionContext): { readonly UserContextData?: { readonly IpAddress: string } } {
  const { ipAddress } = readTexts(context, { action: 'the context', required: [], optional: ['ipAddress'] })
  return ipAddress === undefined ? {} : { UserContextData: { IpAddress: ipAddress } }
}
