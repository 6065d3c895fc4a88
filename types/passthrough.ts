import type { FastifyRequest } from 'fastify'

/**
 * What a route does with credentials that are to be passed on: refuses requests without any, keeps what there is, or keeps nothing.
 * None of them looks whether a credential is good.
 */
export type PassthroughMode = 'required' | 'optional' | 'off'

/** A header that carries a credential: its name in lower case, and its value. */
export type AuthPair = readonly [name: string, value: string]

/** What an extractor found. An empty value counts as nothing. */
export type Extracted = AuthPair | null | undefined

/** Takes a credential from a request. One that throws, or gives what cannot be a header, is logged by its name and skipped. */
export type ExtractorFunction = (request: FastifyRequest) => Extracted | Promise<Extracted>

/** A function, or an object with the method `extract`: an instance of a class for example. */
export type Extractor = ExtractorFunction | { extract (request: FastifyRequest): Extracted | Promise<Extracted> }
