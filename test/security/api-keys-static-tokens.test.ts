import { createHash } from 'node:crypto'
import t from 'tap'

import { staticTokens } from '../../lib/providers/api-key/index.js'
import { createKey, createToken, ISSUER } from './forge.js'
import { attackAll, createTarget } from './harness.js'

import type { Attack } from './harness.js'

const PROBE = 'probe-7yQm2vWc9sTz4kLxAb8nRf3h'
const ADMIN = 'q83vEjRWeJq83vEjRWeJq83vEjRWeA=='
const OWN_ISSUER = 'urn:fastify-gatekeeper:static'
const secrets = [PROBE, ADMIN]
const digest = createHash('sha256').update(PROBE)
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const claims = { iss: OWN_ISSUER, sub: 'probe', exp: Math.floor(Date.now() / 1000) + 300 }

/** Bearer tokens that nobody has issued. */
function withTokens (rows: ReadonlyArray<readonly [name: string, token: string]>, reason: Attack['reason']): readonly Attack[] {
  return rows.map(([name, token]) => ({ name, token, secrets, reason }))
}

t.test('texts that are nearly a static token (CWE-287, CWE-208)', async t => {
  const jwtProvider = staticTokens([{ token: PROBE, subject: 'probe' }, { token: ADMIN, subject: 'admin', roles: ['admin'] }])
  const malformed = { code: 'AUTH_CREDENTIALS_MALFORMED', reason: 'header_syntax', secrets } as const
  await attackAll(t, await createTarget(t, { jwtProvider, failureLimit: null }), {
    control: PROBE,
    attacks: [
      ...withTokens([
        ['first character wrong', `P${PROBE.slice(1)}`],
        ['last character wrong', `${PROBE.slice(0, -1)}H`],
        ['cut off', PROBE.slice(0, -1)],
        ['longer by one', `${PROBE}h`],
        ['capital letters', PROBE.toUpperCase()],
        ['two tokens in a row', PROBE + PROBE],
        ['halves of two tokens', PROBE.slice(0, 16) + ADMIN.slice(16)],
        ['padding added', `${PROBE}=`],
        ['padding left out', ADMIN.replaceAll('=', '')],
        ['padding doubled', `${ADMIN}==`],
        ['same bytes in the other alphabet', ADMIN.replace('q83v', 'q8-v')],
        ['its digest in place of it (pass the hash)', digest.copy().digest('hex')],
        ['its digest in base64url', digest.copy().digest('base64url')],
        ['percent-encoded', PROBE.replace('-', '.2D')],
        ['as long as any may be, and one more', 'k'.repeat(513)],
        ['the subject\'s name', 'probe'],
        ['a name that all objects have', '__proto__'],
        ['JWT of its issuer with a signature of nothing', `${encode({ alg: 'none' })}.${encode(claims)}.AAAA`],
        ['JWT of its issuer, signed by a stranger', createToken(createKey('RS256'), { claims: { iss: OWN_ISSUER } })]
      ], 'token_unknown'),
      ...withTokens([['JWT of an issuer that nobody trusts', createToken(createKey('RS256'), { claims: { iss: ISSUER } })]], 'issuer_unknown'),
      ...withTokens([['JWT of its issuer without a signature', `${encode({ alg: 'none' })}.${encode(claims)}.`]], 'token_syntax'),
      ...withTokens([['as long as headers may be', 'k'.repeat(10_000)]], 'token_unknown'),
      { name: 'both tokens, one header', request: { url: '/', headers: { authorization: `Bearer ${PROBE}, Bearer ${ADMIN}` } }, ...malformed },
      { name: 'behind another scheme', request: { url: '/', headers: { authorization: `Token ${PROBE}` } }, code: 'AUTH_CREDENTIALS_MISSING', reason: 'credential_missing', secrets },
      { name: 'in a cookie', request: { url: '/', headers: { cookie: `authorization=${PROBE}` } }, code: 'AUTH_CREDENTIALS_MISSING', reason: 'credential_missing', secrets }
    ]
  })
})
