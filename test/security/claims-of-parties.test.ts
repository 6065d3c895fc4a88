import t from 'tap'

import { jwt } from '../../lib/providers/jwt/index.js'
import { AUDIENCE, createKey, createPolluted, createToken, ISSUER } from './forge.js'
import { assertAccepted, attackAll, createTarget, withToken } from './harness.js'

import type { Attack } from './harness.js'
import type { CommonJwtOptions } from '../../lib/providers/jwt/index.js'

const rsa = createKey('RS256')
const provider = (options: Partial<CommonJwtOptions> = {}) => jwt({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [rsa.jwk] }, ...options })

/** Texts that are not `text`, however much they look like it. RFC 7519, section 7.3: code point by code point. */
function lookAlikes (text: string): ReadonlyArray<readonly [string, string]> {
  const { protocol, host } = new URL(text)
  const [, ...labels] = host.split('.')
  return [
    ['empty', ''], ['a slash behind', `${text}/`], ['two slashes behind', `${text}//`], ['a dot behind', `${text}.`], ['a port behind', `${text}:443`],
    ['a query behind', `${text}?`], ['a fragment behind', `${text}#`], ['a path behind', `${text}/evil`],
    ['a path and back', `${text}/evil/..`], ['a label behind', `${text}.evil.example`], ['a letter behind', `${text}x`], ['a letter less', text.slice(0, -1)],
    ['a letter in front', `x${text}`], ['the host alone', host], ['no scheme', `//${host}`],
    ['http', text.replace(protocol, 'http:')], ['upper case', text.toUpperCase()], ['scheme in upper case', text.replace('https', 'HTTPS')],
    ['host in upper case', text.replace(host, host.toUpperCase())], ['the parent domain', `https://${labels.join('.')}`],
    ['a child domain', text.replace(host, `evil.${host}`)], ['as a user of somebody else', `${text}@evil.example`],
    ['with a user of its own', text.replace(host, `user@${host}`)], ['in the query of somebody else', `https://evil.example/?${text}`],
    ['in the fragment of somebody else', `https://evil.example/#${text}`], ['percent-encoded', encodeURIComponent(text)],
    ['one letter percent-encoded', text.replace('e', '%65')], ['backslashes', text.replace('//', '\\\\')], ['one slash', text.replace('//', '/')],
    ['three slashes', text.replace('//', '///')], ['a blank in front', ` ${text}`], ['a blank behind', `${text} `], ['a tab behind', `${text}\t`],
    ['a line end behind', `${text}\n`], ['a NUL behind', `${text}\0`], ['a NUL and more behind', `${text}\0.evil.example`],
    ['a byte order mark in front', `\ufeff${text}`], ['a zero-width space in it', text.replace('.', '\u200b.')], ['a soft hyphen in it', text.replace('.', '\u00ad.')],
    ['a Cyrillic letter', text.replace('e', '\u0435')], ['full-width letters', text.replace('e', '\uff45')],
    ['an ideographic full stop', text.replace('.', '\u3002')], ['a right-to-left mark', `${text}\u200f`], ['a combining accent', text.replace('e', 'e\u0301')],
    ['a list in a text', `${text},https://evil.example`], ['two with a blank between', `${text} https://evil.example`], ['as JSON', JSON.stringify([text])],
    ['a wildcard', '*'], ['a pattern', '.*'], ['"null"', 'null'], ['"undefined"', 'undefined'], ['__proto__', '__proto__'], ['constructor', 'constructor']
  ]
}

const mistyped: readonly unknown[] = [null, 0, 1, true, false, {}, { toString: ISSUER }, { 0: ISSUER, length: 1 }, [[]], [[ISSUER]]]

t.test('iss (RFC 7519, 4.1.1; RFC 8725, 3.8)', async t => {
  const lists: readonly unknown[] = [[], [ISSUER], [ISSUER, 'https://evil.example'], ['https://evil.example', ISSUER]]
  await attackAll(t, await createTarget(t, { jwtProvider: provider() }), {
    control: createToken(rsa),
    attacks: [
      { name: 'iss absent', token: createToken(rsa, { claims: { iss: undefined } }), reason: 'token_syntax' },
      { name: 'iss in the header only (RFC 7519, 5.3)', token: createToken(rsa, { header: { iss: ISSUER }, claims: { iss: undefined } }), reason: 'token_syntax' },
      { name: 'iss in capitals', token: createToken(rsa, { claims: { iss: undefined, ISS: ISSUER } }), reason: 'token_syntax' },
      { name: 'iss in a prototype', token: createPolluted(rsa, { iss: ISSUER }, { iss: undefined }), reason: 'token_syntax' },
      ...[...mistyped, ...lists].map((iss): Attack => ({ name: `iss ${JSON.stringify(iss)} (CVE-2025-30144, CVE-2026-75509)`, token: createToken(rsa, { claims: { iss } }), reason: 'token_syntax' })),
      ...lookAlikes(ISSUER).map(([name, iss]): Attack => ({ name: `iss: ${name}`, token: createToken(rsa, { claims: { iss } }), reason: 'issuer_unknown' }))
    ]
  })
})

t.test('aud (RFC 7519, 4.1.3; RFC 8725, 3.9; RFC 9068, 4)', async t => {
  const lists: readonly unknown[] = [[AUDIENCE, 7], [AUDIENCE, null], [null], [AUDIENCE, [AUDIENCE]], [{ aud: AUDIENCE }]]
  await attackAll(t, await createTarget(t, { jwtProvider: provider() }), {
    control: createToken(rsa, { claims: { aud: ['https://other.example', AUDIENCE] } }),
    attacks: [
      { name: 'aud absent', token: createToken(rsa, { claims: { aud: undefined } }), reason: 'audience' },
      { name: 'aud in the header only', token: createToken(rsa, { header: { aud: AUDIENCE }, claims: { aud: undefined } }), reason: 'audience' },
      { name: 'aud in capitals', token: createToken(rsa, { claims: { aud: undefined, AUD: AUDIENCE } }), reason: 'audience' },
      { name: 'aud an empty list', token: createToken(rsa, { claims: { aud: [] } }), reason: 'audience' },
      { name: 'audience of the client (azp) only', token: createToken(rsa, { claims: { aud: undefined, azp: AUDIENCE, client_id: AUDIENCE } }), reason: 'audience' },
      { name: 'resource in its place (RFC 8707)', token: createToken(rsa, { claims: { aud: undefined, resource: AUDIENCE } }), reason: 'audience' },
      { name: 'aud is the issuer', token: createToken(rsa, { claims: { aud: ISSUER } }), reason: 'audience' },
      ...[...mistyped, ...lists].map((aud): Attack => ({ name: `aud ${JSON.stringify(aud)}`, token: createToken(rsa, { claims: { aud } }), reason: 'claim_type' })),
      ...lookAlikes(AUDIENCE).map(([name, aud]): Attack => ({ name: `aud: ${name}`, token: createToken(rsa, { claims: { aud } }), reason: 'audience' })),
      ...lookAlikes(AUDIENCE).slice(1, 12).map(([name, aud]): Attack => ({ name: `aud in a list: ${name}`, token: createToken(rsa, { claims: { aud: [aud, 'https://other.example'] } }), reason: 'audience' }))
    ]
  })
})

t.test('an audience that nobody checks is still one of the right type', async t => {
  await attackAll(t, await createTarget(t, { jwtProvider: provider({ audience: null }) }), {
    control: createToken(rsa, { claims: { aud: undefined } }),
    attacks: mistyped.map(aud => ({ name: `aud ${JSON.stringify(aud)}`, token: createToken(rsa, { claims: { aud } }), reason: 'claim_type' }))
  })
})

t.test('sub (RFC 7519, 4.1.2; RFC 8725, 3.8)', async t => {
  const target = await createTarget(t, { jwtProvider: provider() })
  const values: readonly unknown[] = [
    '', null, 0, 42, true, false, [], ['user-one'], ['user-one', 'user-two'], {}, { id: 'user-one' }, { toString: 'user-one' }, 'x'.repeat(256), 'x'.repeat(4_000),
    '\u{1f600}'.repeat(128)
  ]
  await attackAll(t, target, {
    control: createToken(rsa, { claims: { sub: 'x'.repeat(255) } }),
    attacks: [
      { name: 'sub absent', token: createToken(rsa, { claims: { sub: undefined } }), reason: 'claim_missing' },
      { name: 'sub in capitals', token: createToken(rsa, { claims: { sub: undefined, SUB: 'user-one' } }), reason: 'claim_missing' },
      { name: 'another identifier in its place', token: createToken(rsa, { claims: { sub: undefined, oid: 'user-one', uid: 'user-one', username: 'user-one' } }), reason: 'claim_missing' },
      { name: 'sub in a prototype', token: createPolluted(rsa, { sub: 'user-one' }, { sub: undefined }), reason: 'claim_missing' },
      ...values.map((sub): Attack => ({ name: `sub ${JSON.stringify(sub).slice(0, 40)} ${JSON.stringify(sub).length}`, token: createToken(rsa, { claims: { sub } }), reason: 'claim_type' })),
      ...[null, 7, [], {}, true].map((jti): Attack => ({ name: `jti ${JSON.stringify(jti)}`, token: createToken(rsa, { claims: { jti } }), reason: 'claim_type' })),
      ...[null, 7, [], ['client'], {}, true, ''].flatMap(value => ['client_id', 'azp'].map((name): Attack => ({
        name: `${name} ${JSON.stringify(value)}`, token: createToken(rsa, { claims: { [name]: value } }), reason: 'claim_type'
      })))
    ]
  })
})

t.test('one name at two issuers is two users; near names are two users (ASVS 6.8.1; CVE-2026-40574)', async t => {
  const other = 'https://other.example'
  const target = await createTarget(t, { jwtProvider: [provider(), jwt({ issuer: other, audience: AUDIENCE, jwks: { keys: [rsa.jwk] } })] })
  const subjects = [
    'alice', 'Alice', 'alice ', ' alice', 'alice\0', 'alice\n', '\u0430lice', 'a\u0301lice', '\u00e1lice', 'alice\u200b', 'alice|admin', 'alice,admin', `${other}|alice`,
    '__proto__', 'constructor', 'null'
  ]
  const tokens = [ISSUER, other].flatMap(iss => subjects.map(sub => createToken(rsa, { claims: { iss, sub } })))
  const users = new Set<string>()
  for (const token of [...tokens, ...tokens]) {
    const { id, issuer } = (await target.app.inject(withToken(token))).json<{ id: string, issuer: string }>()
    users.add(JSON.stringify([issuer, id]))
  }
  t.strictSame(users, new Set([ISSUER, other].flatMap(iss => subjects.map(sub => JSON.stringify([iss, sub])))), 'each is who the token says, letter by letter, on the first request and on the second')
})

t.test('what others may change is no identity: the boot stops, unless it is said out loud', async t => {
  for (const id of ['email', 'upn', 'preferred_username', 'unique_name', 'name', 'E-Mail', 'cognito:username']) {
    t.throws(() => provider({ claims: { id } }), { code: 'AUTH_OPTION_INVALID' }, id)
  }
  await assertAccepted(t, await createTarget(t, { jwtProvider: provider({ claims: { id: 'email', mutableId: true } }) }), createToken(rsa, { claims: { email: 'user@example.com' } }))
})
