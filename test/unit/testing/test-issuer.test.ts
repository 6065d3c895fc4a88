import { createPublicKey, verify } from 'node:crypto'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'

import { testIssuer } from '../../../lib/testing/index.js'

import type { JsonWebKey } from 'node:crypto'
import type { Test } from 'tap'
import type { TestIssuer } from '../../../lib/testing/index.js'

type Members = Readonly<Record<string, unknown>>

async function startIssuer (t: Test): Promise<TestIssuer> {
  const issuer = await testIssuer()
  t.teardown(() => issuer.close())
  return issuer
}

function decode (token: string): { header: Members, claims: Members } {
  const [header, claims] = token.split('.').map(part => Buffer.from(part, 'base64url').toString())
  return { header: JSON.parse(header ?? ''), claims: JSON.parse(claims ?? '') }
}

/** The key of the set that the token was signed with. */
function signerOf (token: string, { keys }: TestIssuer['jwks']): JsonWebKey | undefined {
  const dot = token.lastIndexOf('.')
  const signature = Buffer.from(token.slice(dot + 1), 'base64url')
  return keys.find(key => verify('sha256', Buffer.from(token.slice(0, dot)), createPublicKey({ key, format: 'jwk' }), signature))
}

async function fetchJson (url: string): Promise<{ status: number, body: unknown }> {
  const response = await fetch(url)
  return { status: response.status, body: await response.json() }
}

t.test('publishes where its keys are, and the keys', async t => {
  const issuer = await startIssuer(t)
  const { status, body } = await fetchJson(`${issuer.url}/.well-known/openid-configuration`)
  t.match(issuer.url, /^http:\/\/127\.0\.0\.1:\d+$/)
  t.equal(status, 200)
  t.match(body, { issuer: issuer.url, jwks_uri: new RegExp(`^${issuer.url}/`), subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['RS256'] })
  t.strictSame(await fetchJson((body as { jwks_uri: string }).jwks_uri), { status: 200, body: issuer.jwks })
})

t.test('names no endpoint that it does not serve', async t => {
  const issuer = await startIssuer(t)
  const { body } = await fetchJson(`${issuer.url}/.well-known/openid-configuration`)
  for (const [name, value] of Object.entries(body as Members)) {
    if (name !== 'issuer' && String(value).startsWith('http')) {
      t.equal((await fetch(String(value))).status, 200, name)
    }
  }
})

t.test('serves nothing else', async t => {
  const { url } = await startIssuer(t)
  for (const path of ['/', '/token', '//', '/.well-known/openid-configuration/', '/.well-known/openid-configuration?x', '/__proto__']) {
    t.strictSame(await fetchJson(url + path), { status: 404, body: { error: 'not_found' } }, path)
  }
  t.equal((await fetch(`${url}/.well-known/openid-configuration`, { method: 'POST', body: '{}' })).status, 404)
  t.equal((await fetch(`${url}/.well-known/openid-configuration`, { method: 'HEAD' })).status, 200)
})

t.test('publishes the public half of its key and nothing of the private one', async t => {
  const { jwks } = await startIssuer(t)
  t.equal(jwks.keys.length, 1)
  t.strictSame(Object.keys(jwks.keys[0] ?? {}).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use'])
  t.match(jwks.keys[0], { kty: 'RSA', alg: 'RS256', use: 'sig', kid: String })
})

t.test('signs claims as given, with issuer and dates where they are missing', async t => {
  const issuer = await startIssuer(t)
  const token = await issuer.token({ sub: 'alice', aud: ['books'], roles: ['librarian'], nested: { deep: [1, null] } })
  const { header, claims } = decode(token)
  const { iss, iat, exp, ...others } = claims
  t.strictSame(header, { alg: 'RS256', kid: issuer.jwks.keys[0]?.['kid'] })
  t.strictSame(others, { sub: 'alice', aud: ['books'], roles: ['librarian'], nested: { deep: [1, null] } })
  t.equal(iss, issuer.url)
  t.ok(Number.isInteger(iat) && Math.abs(Number(iat) - Date.now() / 1000) < 60)
  t.equal(Number(exp) - Number(iat), 300)
  t.equal(signerOf(token, issuer.jwks), issuer.jwks.keys[0])
})

t.test('lets the caller have other dates, another issuer, or none', async t => {
  const issuer = await startIssuer(t)
  t.strictSame(decode(await issuer.token({ iss: 'https://elsewhere.example', iat: 1, exp: 'soon' })).claims, { iss: 'https://elsewhere.example', iat: 1, exp: 'soon' })
  t.strictSame(decode(await issuer.token({ iss: undefined, iat: undefined, exp: undefined })).claims, {})
  const { exp, iat } = decode(await issuer.token({}, { expiresInSeconds: -60 })).claims
  t.equal(Number(exp) - Number(iat), -60)
})

t.test('lets the caller have any header', async t => {
  const issuer = await startIssuer(t)
  const kid = issuer.jwks.keys[0]?.['kid']
  t.strictSame(decode(await issuer.token({}, { header: { typ: 'at+jwt' } })).header, { alg: 'RS256', kid, typ: 'at+jwt' })
  t.strictSame(decode(await issuer.token({}, { header: { alg: 'none', kid: undefined } })).header, { alg: 'none' })
})

t.test('signs with a new key after a rotation, and withdraws the old one with the next', async t => {
  const issuer = await startIssuer(t)
  const [first] = issuer.jwks.keys
  const old = await issuer.token({ sub: 'alice' })

  await issuer.rotate()
  const [second, kept] = issuer.jwks.keys
  t.equal(issuer.jwks.keys.length, 2)
  t.not(second?.['kid'], first?.['kid'])
  t.equal(kept, first)
  t.equal(signerOf(old, issuer.jwks), first)
  t.equal(signerOf(await issuer.token({ sub: 'alice' }), issuer.jwks), second)

  await issuer.rotate()
  t.equal(issuer.jwks.keys.length, 2)
  t.equal(signerOf(old, issuer.jwks), undefined)
  const { body } = await fetchJson(`${issuer.url}/.well-known/jwks.json`)
  t.strictSame(body, issuer.jwks)
})

t.test('rotations that overlap lose no key', async t => {
  const issuer = await startIssuer(t)
  await Promise.all([issuer.rotate(), issuer.rotate()])
  const [current, previous] = issuer.jwks.keys
  t.equal(issuer.jwks.keys.length, 2)
  t.not(current?.['kid'], previous?.['kid'])
  t.equal(signerOf(await issuer.token({}), issuer.jwks), current)
})

t.test('two issuers share nothing', async t => {
  const [one, other] = [await startIssuer(t), await startIssuer(t)]
  t.not(one.url, other.url)
  t.equal(signerOf(await one.token({}), other.jwks), undefined)
})

t.test('serves no more once it is closed, and may be closed twice', async t => {
  const issuer = await startIssuer(t)
  await fetchJson(`${issuer.url}/.well-known/jwks.json`)
  await issuer.close()
  await issuer.close()
  await t.rejects(fetch(`${issuer.url}/.well-known/jwks.json`), { cause: { code: 'ECONNREFUSED' } })
})

t.test('a forgotten close keeps no process alive, not even for a kept connection', async t => {
  const script = `
    import { testIssuer } from ${JSON.stringify(new URL('../../../lib/testing/index.ts', import.meta.url))}
    const { url } = await testIssuer()
    console.log((await fetch(url + '/.well-known/jwks.json').then(response => response.json())).keys.length)
    setImmediate(() => console.log(process.getActiveResourcesInfo().filter(name => name.startsWith('TCP')).join()))`
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, '--input-type=module', '--eval', script], { timeout: 60_000 })
  t.equal(stdout, '1\n\n')
})
