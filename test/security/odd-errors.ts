import { AUTH_OPTION_INVALID } from '../../lib/index.js'

/** What code of the app's throws: made anew each time, around a text that nobody must read. */
export type OddError = (secret: string) => unknown

/** An error with a member that fails whoever reads it. */
function withGetter (member: string): OddError {
  return secret => Object.defineProperty(new Error('odd'), member, { enumerable: true, get () { throw new Error(secret) } })
}

function withProxy (trap: 'has' | 'get' | 'getPrototypeOf' | 'ownKeys'): OddError {
  return secret => new Proxy(new Error(secret), { [trap] () { throw new Error(secret) } })
}

function circular (secret: string): Error {
  const first = new Error(secret)
  const second = new Error(secret, { cause: first })
  return Object.assign(first, { cause: second, self: first })
}

function revoked (): object {
  const { proxy, revoke } = Proxy.revocable(new Error('odd'), {})
  revoke()
  return proxy
}

/** Every way to throw that the corpus knows. `ours` would be answers of ours, if they were not for the boot. */
export const ODD_ERRORS: Readonly<Record<string, OddError>> = {
  'an error that tells it in its message': secret => new Error(secret),
  'an error that tells it in its cause': secret => new Error('odd', { cause: new Error(secret, { cause: { secret } }) }),
  'an error that tells it in members of its own': secret => Object.assign(new TypeError('odd'), { token: secret, claims: { secret }, [Symbol('secret')]: secret }),
  'an error of an HTTP client, with the request in it': secret => Object.assign(new Error('odd'), { config: { headers: { authorization: `Bearer ${secret}` } }, response: { status: 200, data: secret } }),
  'an error that tells it in its stack': secret => Object.assign(new Error('odd'), { stack: `Error: ${secret}\n    at ${secret} (/app/secret.js:1:1)` }),
  'an error that tells it in its name': secret => Object.assign(new Error('odd'), { name: secret }),
  'an error whose name is an object': secret => Object.assign(new Error('odd'), { name: { secret } }),
  'an error that tells it in its code': secret => Object.assign(new Error('odd'), { code: secret }),
  'an error whose code is an object': secret => Object.assign(new Error('odd'), { code: { secret } }),
  'an error of a class that is called like it': secret => new (Object.defineProperty(class extends Error {}, 'name', { value: secret }))('odd'),
  'an AggregateError': secret => new AggregateError([new Error(secret), secret], secret),
  'a DOMException': secret => new DOMException(secret, 'AbortError'),
  'an error that is its own cause': circular,
  'a frozen error': secret => Object.freeze(new Error(secret)),
  'an error that claims to be a 200': secret => Object.assign(new Error(secret), { statusCode: 200, status: 200 }),
  'an error that claims to be a 401, with headers': secret => Object.assign(new Error(secret), { statusCode: 401, code: 'AUTH_TOKEN_INVALID', headers: { 'x-secret': secret, 'set-cookie': secret } }),
  'an error of ours that is for the boot': secret => new AUTH_OPTION_INVALID(secret),
  'an error that cannot be written down': secret => Object.assign(new Error(secret), { toJSON () { throw new Error(secret) }, toString () { throw new Error(secret) } }),
  'an error whose message cannot be read': withGetter('message'),
  'an error whose name cannot be read': withGetter('name'),
  'an error whose code cannot be read': withGetter('code'),
  'an error whose status cannot be read': withGetter('statusCode'),
  'an error whose stack cannot be read': withGetter('stack'),
  'a Proxy of an error': secret => new Proxy(new Error(secret), {}),
  'a Proxy that cannot be asked what it has': withProxy('has'),
  'a Proxy that cannot be read': withProxy('get'),
  'a Proxy that cannot be asked what it is': withProxy('getPrototypeOf'),
  'a Proxy that cannot be listed': withProxy('ownKeys'),
  'a Proxy that has everything': secret => new Proxy(() => secret, { has: () => true, get: () => secret }),
  'a Proxy of an object that has everything': secret => new Proxy({}, { has: () => true, get: () => secret }),
  'a revoked Proxy': revoked,
  null: () => null,
  undefined: () => undefined,
  'a text': secret => secret,
  'an empty text': () => '',
  'a number': () => NaN,
  'a bigint': () => 401n,
  false: () => false,
  'a symbol': secret => Symbol(secret),
  'a function': secret => () => secret,
  'a list': secret => [secret, { secret }],
  'an object without a prototype': secret => Object.assign(Object.create(null) as object, { message: secret, statusCode: 200 }),
  'a promise': secret => Promise.resolve(secret),
  'what cannot be awaited': secret => ({ get then () { throw new Error(secret) } })
}
