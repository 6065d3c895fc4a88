import type { FastifyRequest } from 'fastify'

import { AUTH_PROVIDER_UNAVAILABLE } from './errors.js'
import { ambienceOf } from './schemes/ambience.js'
import { askProvider } from './user/ask-provider.js'
import { isAnswerHeaders, noteAnswerHeaders } from './user/answer-headers.js'
import { isProvidedIdentity, sealIdentity } from './user/seal-identity.js'
import { isRecord } from './util/is-record.js'
import { abandon, isPromised, when } from './util/when.js'

import type { FailureLimit } from './failure-limit.js'
import type { Reader } from './reader.js'
import type { ProviderRuntime } from './user/ask-provider.js'
import type { NameSources } from './user/name-sources.js'
import type { Authenticator } from '../types/scheme.js'

/** What a reader needs beside its authenticator. */
export interface OwnReaderParts {
  readonly sources: NameSources
  readonly runtime: ProviderRuntime
  /** Counts refused credentials, should the authenticator want that; `null`: nobody counts. */
  readonly failureLimit: FailureLimit | null
}

/** Reads and verifies as an authenticator of the app's own does. */
export function createOwnReader (authenticator: Authenticator, { sources, runtime, failureLimit }: OwnReaderParts): Reader {
  const { name, relaysAnswers = false, timeoutMs = runtime.timeoutMs } = authenticator
  const patient: ProviderRuntime = { timeoutMs, logOf: request => runtime.logOf(request) }
  const ownIssuer = `urn:fastify-gatekeeper:${name}`

  function verify (credentials: unknown, request: FastifyRequest) {
    const sealed = askProvider({
      runtime: patient,
      request,
      token: null,
      asked: name,
      Unavailable: AUTH_PROVIDER_UNAVAILABLE,
      mayRefuse: true,
      ask: context => authenticator.verify(credentials, context),
      isAnswer: answer => isRecord(answer) && isProvidedIdentity({ issuer: ownIssuer, ...answer }, isAnyIssuer) && isAnswerHeaders(answer['answerHeaders'] ?? {}),
      seal (provided) {
        noteAnswerHeaders(request, relaysAnswers ? provided.answerHeaders : undefined)
        return sealIdentity({ issuer: ownIssuer, ...provided }, name)
      }
    })
    return when(sealed, identity => Object.freeze({ identity, sources }))
  }

  function read (request: FastifyRequest): unknown {
    const credentials: unknown = authenticator.read(request)
    abandon(credentials)
    if (credentials === undefined || isPromised(credentials)) {
      throw new AUTH_PROVIDER_UNAVAILABLE({ reason: 'provider_answer' })
    }
    return credentials
  }

  return Object.freeze({
    authenticators: [name],
    read,
    verify: failureLimit === null || authenticator.accountOf === undefined ? verify : createCounted(verify, authenticator, failureLimit),
    toToken: () => null,
    isAmbient: createIsAmbient(authenticator)
  })
}

/** Where credentials can be guessed, refused ones count. */
function createCounted (verify: Reader['verify'], authenticator: Authenticator, failureLimit: FailureLimit): Reader['verify'] {
  return function verifyCounted (credentials, request) {
    const account: unknown = authenticator.accountOf?.(credentials)
    return failureLimit.attempt(request, { account: typeof account === 'string' ? account : null, verify: () => verify(credentials, request) })
  }
}

function createIsAmbient (authenticator: Authenticator): Reader['isAmbient'] {
  const isAmbient = authenticator.isAmbient?.bind(authenticator)
  if (isAmbient !== undefined) {
    return (credentials, request) => isAmbient(credentials, request)
  }
  const ambience = ambienceOf(authenticator.securityScheme)
  return (_credentials, request) => ambience === 'always' || (ambience === 'once given' && isFromBrowser(request))
}

function isFromBrowser ({ headers }: FastifyRequest): boolean {
  return headers.origin !== undefined || headers.cookie !== undefined || Object.keys(headers).some(name => name.startsWith('sec-fetch-'))
}

/** An authenticator of the app's own says itself who stands behind its users. */
function isAnyIssuer (): boolean {
  return true
}
