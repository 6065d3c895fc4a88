import { decodeProtectedHeader, jwtVerify } from 'jose'
import t from 'tap'

import { generateKeys } from '../../../fixtures/generate-keys.js'
import { startIntrospection } from '../../../fixtures/introspection-endpoint.js'
import { outcomeOf } from '../../../fixtures/outcome-of.js'
import { createContext } from '../../../fixtures/provider-context.js'
import { introspection } from '../../../../lib/providers/introspection/index.js'
import { Introspector } from '../../../../lib/providers/introspection/introspector.js'

import type { IntrospectionOptions } from '../../../../lib/providers/introspection/index.js'

const OPTIONS = { url: 'https://issuer.example/introspect', issuer: 'https://issuer.example', audience: 'api', clientId: 'books' }
const ec = generateKeys('ec', { namedCurve: 'P-256' })
const rsa = generateKeys('rsa', { modulusLength: 2048 })
const ed = generateKeys('ed25519')
const pemOf = (key: typeof ec.privateKey) => key.export({ format: 'pem', type: 'pkcs8' }).toString()

t.test('a secret goes into the header, encoded like a form', async t => {
  const endpoint = await startIntrospection(t)
  await outcomeOf(introspection(endpoint.options({ clientId: 'a:b c', clientSecret: 'ü%+ &' })), 'a-token')
  const [{ headers, form } = { headers: {}, form: {} }] = endpoint.calls
  const [scheme, value = ''] = headers.authorization?.split(' ') ?? []
  t.strictSame([scheme, Buffer.from(value, 'base64').toString()], ['Basic', 'a%3Ab+c:%C3%BC%25%2B+%26'])
  t.strictSame(Object.keys(form), ['token', 'token_type_hint'])
})

t.test('or into the form', async t => {
  const endpoint = await startIntrospection(t)
  await outcomeOf(introspection(endpoint.options({ auth: 'post' })), 'a-token')
  const [{ headers, form } = { headers: {}, form: {} }] = endpoint.calls
  t.equal(headers.authorization, undefined)
  t.strictSame(form, { client_id: 'books', client_secret: 'the secret of the books', token: 'a-token', token_type_hint: 'access_token' })
})

for (const [alg, { privateKey, publicKey }, algorithm] of [['ES256', ec], ['RS256', rsa], ['PS384', rsa, 'PS384'], ['Ed25519', ed], ['EdDSA', ed, 'EdDSA']] as const) {
  t.test(`or a key signs for us, with ${alg}`, async t => {
    const endpoint = await startIntrospection(t)
    const keys = [pemOf(privateKey), { ...privateKey.export({ format: 'jwk' }), kid: 'mine' }]
    for (const key of keys) {
      const { clientSecret, ...options } = endpoint.options({ auth: 'private_key_jwt', privateKey: key, ...algorithm && { algorithm } })
      const provider = introspection(options)
      await Promise.all([outcomeOf(provider, 'a-token'), outcomeOf(provider, 'another')])
    }
    const assertions = endpoint.calls.map(({ form }) => form['client_assertion'] ?? '')
    t.equal(new Set(assertions).size, 4, 'once for each call')
    t.strictSame(assertions.map(text => decodeProtectedHeader(text)).map(header => [header.alg, header.kid]), [[alg, undefined], [alg, undefined], [alg, 'mine'], [alg, 'mine']])
    const { payload } = await jwtVerify(assertions[0] ?? '', publicKey, { audience: endpoint.issuer, issuer: 'books', subject: 'books' })
    t.equal((payload.exp ?? 0) - (payload.iat ?? 0), 60)
    t.match(endpoint.calls[0]?.form, { client_id: 'books', client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', token: /^a/ })
    t.equal(endpoint.calls[0]?.headers.authorization, undefined)
  })
}

const weak = generateKeys('rsa', { modulusLength: 1024 })
const pss = generateKeys('rsa-pss', { modulusLength: 2048 })
const koblitz = generateKeys('ec', { namedCurve: 'secp256k1' })
const signed = { auth: 'private_key_jwt' } as const

const wrong: readonly (readonly [name: string, options: object, message: RegExp])[] = [
  ['no secret', {}, /^introspection\.auth is 'basic': introspection\.clientSecret must be there/],
  ['no secret for the form', { auth: 'post' }, /^introspection\.auth is 'post'/],
  ['a secret and a key', { clientSecret: 'x', privateKey: 'y' }, /introspection\.privateKey and introspection\.algorithm must not$/],
  ['a secret and an algorithm', { clientSecret: 'x', algorithm: 'RS256' }, /introspection\.privateKey and introspection\.algorithm must not$/],
  ['no key', signed, /introspection\.privateKey must be there/],
  ['a key and a secret', { ...signed, privateKey: pemOf(ec.privateKey), clientSecret: 'x' }, /introspection\.clientSecret must not$/],
  ['a key that is none', { ...signed, privateKey: 'x' }, /^introspection\.privateKey must be a private key/],
  ['a public key', { ...signed, privateKey: ec.publicKey.export({ format: 'jwk' }) }, /^introspection\.privateKey must be a private key/],
  ['a weak key', { ...signed, privateKey: pemOf(weak.privateKey) }, /^introspection\.privateKey must have at least 2048 bits/],
  ['a key that JSON cannot write', { ...signed, privateKey: pemOf(pss.privateKey) }, /^introspection\.privateKey must be a private key/],
  ['a key of an unknown curve', { ...signed, privateKey: pemOf(koblitz.privateKey) }, /^introspection\.privateKey must be for an algorithm/],
  ['an algorithm of other keys', { ...signed, privateKey: pemOf(ec.privateKey), algorithm: 'RS256' }, /^introspection\.algorithm must be for an algorithm/],
  ['an algorithm with a secret', { ...signed, privateKey: pemOf(ec.privateKey), algorithm: 'HS256' }, /^introspection\.algorithm must be one of RS256/],
  ['http', { clientSecret: 'x', url: 'http://issuer.example/introspect' }, /^introspection\.url must be an https address/],
  ['a mutable id', { clientSecret: 'x', claims: { id: 'username' } }, /^introspection\.claims\.id is a claim that may be given/],
  ['a provider that is none', { clientSecret: 'x', groupsProvider: {} }, /^introspection\.groupsProvider must be/],
  ['another option', { clientSecret: 'x', scope: 'x' }, /^introspection\.scope is not an option/],
  ['no audience', { clientSecret: 'x', audience: undefined }, /^introspection\.audience is missing/],
  ['a long memory', { clientSecret: 'x', inactiveCacheSeconds: 6 }, /^introspection\.inactiveCacheSeconds must be a whole number of seconds from 0 to 5/]
]

for (const [name, options, message] of wrong) {
  t.test(`the boot stops with ${name}`, async t => {
    t.throws(() => introspection({ ...OPTIONS, ...options } as IntrospectionOptions), { code: 'AUTH_OPTION_INVALID', message })
  })
}

t.test('an option that is there and undefined is one that is not there', async t => {
  const endpoint = await startIntrospection(t)
  const options = { ...endpoint.options(), timeoutMs: undefined, maxConcurrent: undefined, maxCacheSeconds: undefined } as unknown as IntrospectionOptions
  t.equal(await outcomeOf(introspection(options), endpoint.knows('a-token')), 'alice')
})

t.test('what cannot be signed is an outage', async t => {
  const context = createContext()
  const introspector = new Introspector({
    name: 'introspection',
    url: OPTIONS.url,
    fetch: async () => Response.json({}),
    maxCacheSeconds: 0,
    inactiveCacheSeconds: 0,
    timeoutMs: 1_000,
    maxConcurrent: 1,
    maxQueued: 0,
    prove: () => { throw new Error('secret') }
  })
  await t.rejects(Promise.resolve(introspector.ask('a-token', context)), { code: 'AUTH_PROVIDER_UNAVAILABLE', cause: { reason: 'introspection' } })
  t.match(context.lines, [{ level: 'error', members: { status: null } }])
  t.notMatch(JSON.stringify(context.lines), 'a-token')
})
