import type { Test } from 'tap'

/**
 * What a gateway in front of others' decisions has to do, line by line: what nginx, Envoy, Traefik, Caddy, APISIX, oauth2-proxy and Oathkeeper do, and what
 * their users ask for. M: must; S: should. A line that is left out says why.
 */
export const LINES = {
  request: {
    'method: GET, a fixed one, or the caller’s': 'M',
    'a fixed URL, or with the original path and query; another one for a route': 'M',
    'an allowlist of headers with a safe default, a deny list that wins, static headers, computed ones': 'M',
    'never Host, Connection and what it names, Keep-Alive, TE, Trailer, Transfer-Encoding, Upgrade, Content-Length, Expect, Proxy-Connection': 'M',
    'X-Forwarded-* and X-Original-* of our own; copies of the caller dropped, unless Fastify trusts its proxy': 'M',
    'X-Request-Id and traceparent': 'S',
    'the matched route, and what its guards ask, as headers': 'S',
    'the form of introspection': 'S',
    'the body with a limit, off by default': 'S'
  },
  answer: {
    '200 to 299 let in; 401 and 403 go on; 429 with Retry-After and RateLimit-*; 3xx is never followed; everything else is a failure': 'M',
    'a map of statuses; lists of headers for the caller, on denial and on success': 'M',
    'the user from headers or JSON, by path or function, checked; what a caller says in such headers is not passed on, however it is written': 'M',
    'a limit of bytes; JSON that is none is a failure; any type will do where no body is needed': 'M',
    'the body as it is, bytes and type, or the app’s own, a value or a function of the outcome': 'S'
  },
  resilience: {
    'a timeout for all and one for connecting; who hangs up ends the check, and that counts against nobody': 'M',
    'closed on outage with 503 and Retry-After; open where a route says so, never for denials, marked, logged and counted': 'M',
    'one pooled client that ends with the app; TLS is verified; own CA, own certificate, a unix socket': 'M',
    'a second try for failed connections and 502, 503, 504, within the time': 'S',
    'a circuit breaker that opens, lets one through, and closes': 'S',
    'so many calls at once, and a bounded queue': 'S'
  },
  cache: {
    'off by default; times of their own for yes and no; bounded': 'M',
    'the key is a digest of everything that is sent, and of what the route’s guards ask': 'M',
    'never past the end of the token; what the service says of caching counts when asked; failures are not kept': 'M',
    'the same question is asked once at a time; who hangs up takes nobody along; cookies are for one caller': 'M',
    'forgets a token, a subject, everything; what is under way is not kept then': 'M',
    'a store of one’s own': 'S',
    'a route may go without it': 'S'
  },
  insight: {
    'shadow mode: evaluate, record, never block; and for some of the requests only': 'S',
    'outcomes are counted: allowed, denied, missing, error, timeout, cache hit and miss, coalesced, degraded, breaker open; with latency, and no token': 'M',
    'an event for each decision, with its reason': 'S'
  },
  policy: {
    'closed by default; HEAD and OPTIONS twins are guarded; who does not know a route learns nothing': 'M',
    'a route says what it asks; encapsulated parts have their own defaults; public lifts what is inherited': 'M',
    'any, all and not, nested; an unknown policy stops the boot': 'M',
    'scopes all-of by default, any-of when asked; roles, groups, claims': 'M',
    'required, optional and tolerant': 'M',
    '401 with a challenge for each way in, 403 for who is known and refused, with the scopes needed': 'M',
    'whoever recognises a credential judges it finally; several challenges in one answer': 'M',
    'one credential in two places is 400, and a repeated header too': 'M',
    'credentials are judged before the body is read': 'M',
    'a handler may ask with a resource; every route can be listed with what it asks': 'S',
    'a refusal has its reason, in the log; a guard can be asked without refusing anybody': 'S',
    'one declaration is what is enforced, documented, answered and listed': 'S'
  }
} as const

export type Part = keyof typeof LINES

/** A test for every line of a part. */
export type Proofs<Name extends Part> = Readonly<Record<keyof typeof LINES[Name], (t: Test) => Promise<unknown>>>

/** Lines that this package leaves out on purpose. */
export const LEFT_OUT = {
  'a window in which old decisions serve while the service fails (S)': 'what was decided is good for as long as the app says, and no longer: allowedSeconds',
  'role hierarchies and wildcard strategies (M)': 'no matter of the service: roleHierarchy of sqlRoles and permissionMatch of sqlPermissions',
  'a bad credential that passes on to the next way in (M)': 'whoever recognises a credential judges it finally',
  'comparing a new service with the old one (X)': 'two clients and the events do that'
} as const
