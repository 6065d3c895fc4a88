import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Challenge, TokenRefresh, Tokens } from '../actions.js'
import type { BodySchema } from './body-schemas.js'

/** How tokens travel between the server and its clients. */
export interface Carrier {
  /** Whether browsers send them by themselves. */
  readonly isAmbient: boolean
  /** What `/refresh` and `/revoke` take. */
  readonly refreshBody: BodySchema
  readonly revokeBody: BodySchema
  /** Which tokens stand in the body of an answer. */
  readonly tokenNames: ReadonlyArray<keyof Tokens>
  /** The refresh token of a request, and whose it is. */
  readRefresh (request: FastifyRequest): TokenRefresh
  /** The body of the answer to a login; what is not in it is put elsewhere. */
  giveLogin (reply: FastifyReply, result: Tokens | Challenge): object
  /** The same for new tokens of an old login. */
  giveRefreshed (reply: FastifyReply, tokens: Tokens, previous: TokenRefresh): object
  /** The login is over: what the client keeps of it is taken away, where that can be done. */
  forget (reply: FastifyReply): void
}
