import { createHook } from 'node:async_hooks'
import Fastify from 'fastify'
import t from 'tap'

import authPlugin, { currentUser } from '../../lib/index.js'
import { jwt } from '../../lib/providers/jwt/index.js'
import { settled } from '../fixtures/deferred.js'
import { holdPool } from '../fixtures/hold-pool.js'
import { AUDIENCE, createKey, createToken, fixed, ISSUER } from '../security/forge.js'

import type { Test } from 'tap'
import type { SigningKey } from '../security/forge.js'

const CROWD = 100

interface Scene {
  /** Sends the token as often as told, and answers with what came back. */
  readonly send: (token: string, times: number) => Promise<readonly string[]>
  /** When so many requests have come in. */
  readonly arrived: (count: number) => Promise<void>
}

/** How many signatures Node has been asked to make or to check, from now on. */
function countSignatures (t: Test): { count: number } {
  const counter = { count: 0 }
  const hook = createHook({ init (_id, type) { if (type === 'SIGNREQUEST') counter.count++ } }).enable()
  t.teardown(() => hook.disable())
  return counter
}

async function openScene (t: Test, key: SigningKey, tokenCache?: null): Promise<Scene> {
  const seen = { requests: 0 }
  const app = Fastify()
  t.teardown(() => app.close())
  app.addHook('onRequest', function count (_request, _reply, done) {
    seen.requests++
    done()
  })
  await app.register(authPlugin, { jwtProvider: jwt({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [key.jwk] } }), ...tokenCache === null && { tokenCache } })
  app.get('/', async request => currentUser(request).id)
  await app.ready()
  return {
    async send (token, times) {
      return await Promise.all(Array.from({ length: times }, async function ask () {
        const { statusCode, body } = await app.inject({ url: '/', headers: { authorization: `Bearer ${token}` } })
        return statusCode === 200 ? body : `${statusCode} ${(JSON.parse(body) as { code: string }).code}`
      }))
    },
    async arrived (count) {
      while (seen.requests < count) await settled()
    }
  }
}

t.test('a crowd with one token that nobody has seen has its signature checked once', async t => {
  for (const alg of ['RS256', 'PS256', 'ES256', 'EdDSA']) {
    const key = createKey(alg)
    const token = createToken(key)
    const { send } = await openScene(t, key)
    const counter = countSignatures(t)
    t.same(new Set(await send(token, CROWD)), new Set(['user-4711-of-the-corpus']), alg)
    t.equal(counter.count, 1, alg)
    t.same(new Set(await send(token, CROWD)), new Set(['user-4711-of-the-corpus']), alg)
    t.equal(counter.count, 1, `${alg}, remembered`)
  }
})

t.test('those who wait for one check share what comes of it, and nobody who comes later', async t => {
  const key = createKey('ES256')
  for (const [token, answer] of [[createToken(key), 'user-4711-of-the-corpus'], [createToken(key, { signer: fixed(Buffer.alloc(64, 1)) }), '401 AUTH_TOKEN_INVALID']] as const) {
    const { send, arrived } = await openScene(t, key, null)
    const release = holdPool(t)
    const counter = countSignatures(t)
    const answers = send(token, CROWD)
    await arrived(CROWD)
    release()
    t.same(await answers, Array.from({ length: CROWD }, () => answer))
    t.equal(counter.count, 1, answer)
    t.same(await send(token, 1), [answer])
    t.equal(counter.count, 2, 'whoever comes later asks anew')
  }
})

t.test('tokens that differ are checked each by itself', async t => {
  const key = createKey('ES256')
  const { send, arrived } = await openScene(t, key, null)
  const tokens = ['alice', 'bob', 'carol'].map(sub => createToken(key, { claims: { sub } }))
  const release = holdPool(t)
  const counter = countSignatures(t)
  const answers = Promise.all(tokens.map(async token => await send(token, 2)))
  await arrived(6)
  release()
  t.same(await answers, [['alice', 'alice'], ['bob', 'bob'], ['carol', 'carol']])
  t.equal(counter.count, 3)
})

t.test('what cannot be good whoever signed it costs no check of a signature', async t => {
  for (const alg of ['RS256', 'ES256', 'EdDSA']) {
    const key = createKey(alg)
    const { send } = await openScene(t, key)
    const good = createToken(key)
    const refused = [
      createToken(key, { signer: fixed(Buffer.alloc(10)) }), createToken(key, { signer: fixed(Buffer.alloc(4000)) }), `${good}AAAA`, good.slice(0, -4), `${good}=`,
      createToken(key, { header: { alg: 'HS256' } }), createToken(key, { header: { alg: 'none' } }), createToken(key, { header: { kid: 'other' } }), createToken(key, { header: { crit: ['exp'] } }),
      createToken(key, { claims: { iss: 'https://other.example' } })
    ]
    const counter = countSignatures(t)
    for (const token of refused) t.same(await send(token, 1), ['401 AUTH_TOKEN_INVALID'])
    t.equal(counter.count, 0, alg)
    t.same(await send(good, 1), ['user-4711-of-the-corpus'])
    t.equal(counter.count, 1)
  }
})
