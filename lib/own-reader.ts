import type { FastifyRequest } from 'fastify'

import { AUTH_PROVIDER_UNAVAILABLE } from './errors.js'
import { ambienceOf } from './schemes/ambience.js'
import { askProvider } from './user/ask-provider.js'
import { isProvidedIdentity, sealIdentity } from './user/seal-identity.js'
import { isRecord } from './util/is-record.js'
import { abandon, isPromised, when } from './util/when.js'

import type { Reader } from './reader.js'
import type { ProviderRuntime } from './user/ask-provider.js'
import type { NameSources } from './user/name-sources.js'
import type { Authenticator } from '../types/scheme.js'

/** Reads and verifies as an authenticator of the app's own does. */
export function createOwnReader (authenticator: Authenticator, sources: NameSources, runtime: ProviderRuntime): Reader {
  const { name } = authenticator
  const ownIssuer = `urn:fastify-gatekeeper:${name}`

  function verify (credentials: unknown, request: FastifyRequest) {
    const sealed = askProvider({
      runtime,
      request,
      token: null,
      asked: name,
      Unavailable: AUTH_PROVIDER_UNAVAILABLE,
      mayRefuse: true,
      ask: context => authenticator.verify(credentials, context),
      isAnswer: answer => isRecord(answer) && isProvidedIdentity({ issuer: ownIssuer, ...answer }, [String(answer['issuer'] ?? ownIssuer)]),
      seal: provided => sealIdentity({ issuer: ownIssuer, ...provided }, name)
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
    verify,
    toToken: () => null,
    isAmbient: createIsAmbient(authenticator)
  })
}

function createIsAmbient ({ securityScheme }: Authenticator): Reader['isAmbient'] {
  const ambience = ambienceOf(securityScheme)
  return (_credentials, request) => ambience === 'always' || (ambience === 'once given' && isFromBrowser(request))
}

function isFromBrowser ({ headers }: FastifyRequest): boolean {
  return headers.origin !== undefined || headers.cookie !== undefined || Object.keys(headers).some(name => name.startsWith('sec-fetch-'))
}
