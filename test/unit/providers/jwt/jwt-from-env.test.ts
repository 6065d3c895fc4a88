import t from 'tap'

import { generateKeys } from '../../../fixtures/generate-keys.js'
import { jwtFromEnv } from '../../../../lib/providers/jwt/index.js'
import { stopClock } from '../../../fixtures/clock.js'
import { outcomeOf } from '../../../fixtures/outcome-of.js'
import { ISSUER, getIssuerKey, goodToken } from '../../../fixtures/set-up-static.js'
import { setEnv } from '../../../fixtures/set-env.js'

const base = { AUTH_ISSUER: ISSUER, AUTH_AUDIENCE: 'api' }
const pem = generateKeys('ed25519').publicKey.export({ format: 'pem', type: 'spki' }) as string

t.test('takes issuer, audience and the source of keys from the environment', async t => {
  stopClock(t)
  const provider = jwtFromEnv({ ...base, AUTH_PUBLIC_KEY: JSON.stringify(getIssuerKey().jwk) })
  t.equal(await outcomeOf(provider, goodToken()), 'alice')
  t.equal(await outcomeOf(provider, goodToken({ aud: 'other' })), '401 AUTH_TOKEN_INVALID audience')
  t.same(provider.issuers, [ISSUER])
  t.type(jwtFromEnv({ ...base, AUTH_JWKS_URI: 'https://issuer.example/jwks' }).warmUp, 'function')
  t.ok(jwtFromEnv({ ...base, AUTH_SECRET: 'x'.repeat(32) }))
})

t.test('reads line feeds in a PEM however they are written', async t => {
  t.ok(jwtFromEnv({ ...base, AUTH_PUBLIC_KEY: pem }))
  t.ok(jwtFromEnv({ ...base, AUTH_PUBLIC_KEY: pem.replaceAll('\n', '\\n') }))
})

t.test('names the variable that is missing or wrong', async t => {
  const refused: Array<[Record<string, string | undefined>, RegExp]> = [
    [{}, /^AUTH_ISSUER is missing/],
    [{ AUTH_ISSUER: ISSUER }, /^AUTH_AUDIENCE is missing/],
    [{ AUTH_ISSUER: ISSUER, AUTH_AUDIENCE: ' ' }, /^AUTH_AUDIENCE is missing/],
    [base, /^exactly one of AUTH_JWKS_URI, jwt\.jwks, AUTH_PUBLIC_KEY, AUTH_SECRET must say which keys are trusted, not 0/],
    [{ ...base, AUTH_SECRET: 'x'.repeat(32), AUTH_PUBLIC_KEY: pem }, /^exactly one of .* not 2/],
    [{ ...base, AUTH_SECRET: 'short' }, /^AUTH_SECRET must have at least 32 bytes/],
    [{ ...base, AUTH_JWKS_URI: 'http://issuer.example' }, /^AUTH_JWKS_URI must be an https address/],
    [{ ...base, AUTH_PUBLIC_KEY: '"text"' }, /^AUTH_PUBLIC_KEY must be one public key/]
  ]
  for (const [env, message] of refused) {
    t.throws(() => jwtFromEnv(env), { code: 'AUTH_OPTION_INVALID', message }, String(message))
  }
})

t.test('takes an empty variable for none', async t => {
  t.ok(jwtFromEnv({ ...base, AUTH_SECRET: '', AUTH_PUBLIC_KEY: pem }))
})

t.test('prefers what the code says, keys above all', async t => {
  stopClock(t)
  const provider = jwtFromEnv({ ...base, AUTH_SECRET: 'x'.repeat(32) }, { audience: null, jwks: { keys: [getIssuerKey().jwk] } })
  t.equal(await outcomeOf(provider, goodToken({ aud: 'other' })), 'alice')
  t.throws(() => jwtFromEnv({ ...base, AUTH_SECRET: 'x'.repeat(32) }, { maxTokenBytes: 0 }), { message: /^jwt\.maxTokenBytes must be/ })
})

t.test('reads the environment of the process when given none', async t => {
  setEnv(t, { ...base, AUTH_PUBLIC_KEY: pem })
  t.same(jwtFromEnv().issuers, [ISSUER])
})
