/** A text in a body, or `null` where that is said. A JSON Schema. */
export interface TextSchema {
  readonly type: 'string' | readonly ['string', 'null']
  readonly minLength: number
  readonly maxLength: number
  readonly pattern?: string
  readonly description?: string
}

/** Texts by names that nobody lists. A JSON Schema, of what every edition of OpenAPI has. */
export interface TextsSchema {
  readonly type: 'object'
  readonly maxProperties: number
  readonly additionalProperties: TextSchema
  readonly description: string
}

/** What a route takes. A JSON Schema. */
export interface BodySchema {
  readonly type: 'object'
  readonly required?: readonly string[]
  readonly additionalProperties: false
  readonly properties: Readonly<Record<string, TextSchema | TextsSchema>>
}

/** The longest parameter of a challenge. Amazon Cognito API Reference, RespondToAuthChallenge, "Session". */
const LONG = 2_048

/** What Amazon Cognito takes: what it would not is refused before it is asked. Amazon Cognito API Reference, "Length Constraints" and "Pattern" of each. */
const username = text({ maxLength: 128, pattern: '^[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+$' })
const password = text({ maxLength: 256 })
const session = text({ minLength: 20, maxLength: LONG, description: 'What came with the challenge.' })
const code = text({ maxLength: LONG, pattern: '^\\S+$', description: 'The code that was sent.' })
const totpCode = text({ minLength: 6, maxLength: 6, pattern: '^[0-9]{6}$', description: 'What the authenticator app shows.' })
const refreshToken = text({ maxLength: 8_192, pattern: '^[A-Za-z0-9_=.-]+$' })
const sessionOfSetUp = { ...session, description: 'That of the challenge MFA_SETUP; without it the user who is signed in is meant.' }

export const loginBody = body({ username, password })
export const challengeBody = body({
  challenge: text({ maxLength: 64, pattern: '^[A-Z0-9_]+$', description: 'Its name: SOFTWARE_TOKEN_MFA for example.' }),
  session: { ...session, type: ['string', 'null'] },
  username: { ...username, description: 'The one that came with the challenge.' },
  answer: text({ maxLength: LONG, description: 'A code, a new password, a choice.' }),
  answers: texts('What else there is to answer, by the names of Amazon Cognito: userAttributes.given_name for example.')
}, ['challenge', 'session', 'username'])
export const revokeBody = body({ refreshToken })
export const passwordChangeBody = body({ previousPassword: password, proposedPassword: password })
export const passwordForgotBody = body({ username })
export const passwordResetBody = body({ username, code, password })
export const totpSetUpBody = body({ session: sessionOfSetUp, account: text({ maxLength: 256, description: 'What the authenticator app shows. Default: the username.' }) }, [])
export const totpVerifyBody = body({ session: sessionOfSetUp, code: totpCode, deviceName: text({ maxLength: 256 }) }, ['code'])
export const totpDisableBody = body({ code: totpCode })
/** A body that says nothing, or none. */
export const emptyBody = body({})

/** @param needsUsername whether what a secret hash is made of must come along */
export function createRefreshBody (needsUsername: boolean): BodySchema {
  const properties = { refreshToken, username: { ...username, description: 'The one that came with the tokens.' } }
  return body(properties, ['refreshToken', ...needsUsername ? ['username'] : []])
}

function text (constraints: Partial<TextSchema>): TextSchema {
  return { type: 'string', minLength: 1, maxLength: LONG, ...constraints }
}

function texts (description: string): TextsSchema {
  return { type: 'object', maxProperties: 32, additionalProperties: text({}), description }
}

function body (properties: BodySchema['properties'], required: readonly string[] = Object.keys(properties)): BodySchema {
  return Object.freeze({ type: 'object', ...required.length > 0 && { required }, additionalProperties: false, properties })
}
