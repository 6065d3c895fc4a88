import { Buffer } from 'node:buffer'
import { STATUS_CODES } from 'node:http'

import type { FastifyReply, FastifyRequest } from 'fastify'

import { abandon, isPromised } from './util/when.js'

import type { ErrorBody, PublicAuthError } from '../types/options.js'
import type { AuthError, RelayedAnswer } from '../types/verdict.js'

interface Refused { readonly error: AuthError, readonly errorBody: ErrorBody | null }

const refused = new WeakMap<FastifyRequest, Refused>()

/** Notes which of our errors a request is answered with, where its body is not that of the app's error handler. */
export function noteRefusal (request: FastifyRequest, error: AuthError, errorBody: ErrorBody | null): void {
  if (errorBody === null && error.cause.answer == null) {
    refused.delete(request)
    return
  }
  refused.set(request, { error, errorBody })
}

/**
 * The body that is sent in place of the one that the app's error handler made of our error: what somebody else answered, or what the app wants.
 * The payload as it is in every other case, and where the handler answered with another status.
 */
export function toErrorBody (request: FastifyRequest, reply: FastifyReply, payload: unknown): unknown {
  const { error, errorBody } = refused.get(request) ?? { error: null, errorBody: null }
  if (error === null || reply.statusCode !== error.statusCode) {
    return payload
  }
  const relayed = error.cause.answer?.body ?? null
  if (relayed !== null) {
    return relay(relayed, reply)
  }
  const body = errorBody === null ? null : toText(errorBody, toPublic(error), request)
  if (body === null) {
    return payload
  }
  reply.removeHeader('content-length')
  reply.header('content-type', errorBody === 'problem' ? 'application/problem+json; charset=utf-8' : 'application/json; charset=utf-8')
  return body
}

/** Byte for byte; what has no type is not given ours. */
function relay ({ type, bytes }: NonNullable<RelayedAnswer['body']>, reply: FastifyReply): Buffer {
  reply.removeHeader('content-length')
  reply.header('content-type', type ?? 'application/octet-stream')
  return Buffer.from(bytes)
}

/** `null` when the app's function fails: its error must not become the answer. */
function toText (errorBody: ErrorBody, error: PublicAuthError, request: FastifyRequest): string | null {
  try {
    const body = toBody(errorBody, error, request)
    abandon(body)
    return isPromised(body) ? null : JSON.stringify(body) ?? null
  } catch {
    return null
  }
}

function toBody (errorBody: ErrorBody, error: PublicAuthError, request: FastifyRequest): unknown {
  if (typeof errorBody === 'function') {
    return errorBody(error, request)
  }
  return errorBody === 'problem' ? toProblem(error) : errorBody
}

/** RFC 9457, section 3.1. */
function toProblem ({ code, message, statusCode, scopes }: PublicAuthError): object {
  return { type: 'about:blank', title: STATUS_CODES[statusCode], status: statusCode, detail: message, code, ...(scopes.length === 0 ? {} : { scopes }) }
}

function toPublic ({ code, message, statusCode, cause }: AuthError): PublicAuthError {
  return Object.freeze({ code, message, statusCode, scopes: cause.scopes ?? [] })
}
