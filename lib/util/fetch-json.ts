import { parseJsonRecord } from './parse-json-record.js'

import type { Bytes, Milliseconds } from '../../types/units.js'

/** The slice of `fetch` that is used here. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** The bounds of one exchange. */
export interface FetchJsonOptions {
  readonly fetch: Fetch
  /** For the answer as a whole, its body included. */
  readonly timeoutMs: Milliseconds
  readonly maxBytes: Bytes
  /** Ends the exchange early. */
  readonly signal: AbortSignal
  /** Sends this, in place of asking for what is there. */
  readonly post?: Post
}

/** What is sent to the other side. */
export interface Post {
  readonly headers: Readonly<Record<string, string>>
  /** A form, or what is sent as JSON. */
  readonly body: URLSearchParams | Readonly<Record<string, unknown>>
}

/** An answer that is not to be had, or not to be used. Holds nothing of what came, only what did not. */
export class FetchError extends Error {
  override readonly name = 'FetchError'

  /**
   * @param expected what the other side should have done
   * @param status what it answered with instead of 200
   */
  constructor (readonly url: string, readonly expected: string, readonly status: number | null = null) {
    super(`${url} did not give ${expected}`)
  }
}

// type "/" [ subtype "+" ] "json" [ ";" parameters ]: RFC 9110, section 8.3.1; RFC 6839, section 3.1
const jsonType = /^application\/(?:[a-z0-9!#$&^_.+-]+\+)?json[ \t]*(?:;|$)/i

/**
 * The JSON object at `url`: answered with status 200, as JSON, in time and in size. Redirects are not followed, whoever does the fetching.
 * @throws {FetchError} in every other case
 */
export async function fetchJson (url: string, { fetch, timeoutMs, maxBytes, signal, post }: FetchJsonOptions): Promise<Record<string, unknown>> {
  const controller = new AbortController()
  const timer = setTimeout(function expire () {
    controller.abort(new FetchError(url, `an answer within ${timeoutMs} ms`))
  }, timeoutMs)
  const cancel = function cancel () { controller.abort(new FetchError(url, 'an answer before it was called off')) }
  signal.addEventListener('abort', cancel, { once: true })
  const ended = rejectOnAbort(controller.signal)
  if (signal.aborted) {
    cancel()
  }
  const answer = exchange(url, { fetch, maxBytes, signal: controller.signal, ...post && { post } }).catch(function fail (error: unknown) {
    throw error instanceof FetchError ? error : new FetchError(url, 'an answer')
  })
  try {
    return await Promise.race([answer, ended])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', cancel)
    // Whatever is still under way is of no use to anybody.
    controller.abort(new FetchError(url, 'an answer'))
  }
}

type Exchange = Omit<FetchJsonOptions, 'timeoutMs'>

async function exchange (url: string, { fetch, maxBytes, signal, post }: Exchange): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    ...post && { method: 'POST', body: toBody(post) },
    headers: { ...post && toTypeHeader(post), ...post?.headers, accept: 'application/json, application/*+json' },
    redirect: 'manual',
    credentials: 'omit',
    signal
  })
  if (response.redirected || response.status !== 200) {
    throw new FetchError(url, 'status 200', response.status)
  }
  if (!jsonType.test(response.headers.get('content-type') ?? '')) {
    throw new FetchError(url, 'a JSON content type')
  }
  const record = parseJsonRecord(await readBody(url, response, { maxBytes, signal }))
  if (record === null) {
    throw new FetchError(url, 'a JSON object')
  }
  return record
}

function toBody ({ body }: Post): URLSearchParams | string {
  return body instanceof URLSearchParams ? body : JSON.stringify(body)
}

/** `fetch` knows the type of a form, and takes JSON for plain text. */
function toTypeHeader ({ body }: Post): Record<string, string> {
  return body instanceof URLSearchParams ? {} : { 'content-type': 'application/json' }
}

/** Counts what arrives: a length announced may be a lie, and what was compressed grows. */
async function readBody (url: string, response: Response, { maxBytes, signal }: Pick<Exchange, 'maxBytes' | 'signal'>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) {
      throw new FetchError(url, `at most ${maxBytes} bytes`)
    }
    signal.throwIfAborted()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function rejectOnAbort (signal: AbortSignal): Promise<never> {
  return new Promise(function wait (_resolve, reject) {
    signal.addEventListener('abort', function fail () { reject(signal.reason) }, { once: true })
  })
}
