import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AuthErrorClass } from '../../../../errors.js'
import type { ActionContext, CognitoActions } from '../actions.js'
import type { Attempts } from './attempts.js'
import type { BodySchema } from './body-schemas.js'
import type { Carrier } from './carrier.js'
import type { Identity } from '../../../../../types/identity.js'

/** What the routes of one registration work with. */
export interface Office {
  readonly actions: CognitoActions
  readonly clientId: string
  /** Whether a refresh token can be used only together with the name of whose it is. */
  readonly refreshNeedsUsername: boolean
  readonly carrier: Carrier
  readonly attempts: Attempts
  contextOf (request: FastifyRequest): ActionContext
  /** Ends the user's access tokens here, where somebody keeps a list of the revoked. */
  revokeHere (identity: Identity): Promise<void>
}

/** One route: what it takes, what it gives, and how it refuses. */
export interface OwnRoute {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly summary: string
  readonly mode: 'public' | 'optional' | 'required'
  /** `null`: it takes none. */
  readonly body: BodySchema | null
  readonly answer: Answer
  /** How the action refuses. For documents: of two with one status the first is shown. */
  readonly refusals: readonly AuthErrorClass[]
  handle (request: FastifyRequest, reply: FastifyReply): Promise<unknown>
  /** With which errors the login is over for the client, too, wherever the request was refused. Default: none. */
  readonly endsWith?: readonly number[]
}

/** What is sent when all goes well. */
export interface Answer {
  readonly status: 200 | 202 | 204
  /** A JSON Schema. */
  readonly schema: object
}
