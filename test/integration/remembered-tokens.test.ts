import t from 'tap'

import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { currentUser } from '../../lib/index.js'

import type { FastifyInstance, InjectOptions } from 'fastify'
import type { Test } from 'tap'
import type { CountingProvider } from '../fixtures/hand-issuer.js'

type Headers = NonNullable<InjectOptions['headers']>

interface Remembering {
  readonly app: FastifyInstance
  readonly provider: CountingProvider
}

const issuer = handIssuer()
const token = issuer.token()
const [head = '', payload = '', signature = ''] = token.split('.')

/** The tail by which tokens are looked up is the same in all of these. */
const likeIt: Readonly<Record<string, string>> = {
  'other claims': [head, issuer.token({ sub: 'root' }).split('.')[1], signature].join('.'),
  'another header': [Buffer.from('{"alg":"none"}').toString('base64url'), payload, signature].join('.'),
  'another signature that ends in the same way': [head, payload, `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`].join('.'),
  'more in front': `A${token}`,
  'less in front': token.slice(1),
  'its tail alone': token.slice(-12)
}

/** The remembered token, written as no token may be. */
const malformed: Readonly<Record<string, string>> = {
  'a space behind it': `Bearer ${token} `,
  'a tab behind it': `Bearer ${token}\t`,
  'a tab before it': `Bearer\t${token}`,
  'a tab among the spaces': `Bearer \t ${token}`,
  'a slash for the space': `Bearer/${token}`,
  'an equals sign for the space': `Bearer=${token}`,
  'quotes around it': `Bearer "${token}"`,
  'a comma and another': `Bearer ${token},${token}`,
  'a space and another': `Bearer ${token} ${token}`,
  'a parameter': `Bearer ${token}, realm="api"`,
  'another before it': `Bearer ${issuer.token({ sub: 'root' })} ${token}`
}

async function remember (t: Test): Promise<Remembering> {
  const provider = issuer.provider({ cacheable: true })
  const app = await openApp(t, { jwtProvider: provider }, function declare (app) {
    app.get('/', async request => currentUser(request).id)
  })
  await app.inject({ url: '/', headers: bearer(token) })
  return { app, provider }
}

async function ask (app: FastifyInstance, headers: Headers): Promise<readonly [status: number, said: string]> {
  const response = await app.inject({ url: '/', headers })
  return [response.statusCode, response.statusCode === 200 ? response.body : response.json<{ code: string }>().code]
}

t.test('a remembered token gets in without its provider, however its scheme is written', async t => {
  const { app, provider } = await remember(t)
  for (const scheme of ['Bearer ', 'bearer ', 'BEARER ', 'Bearer   ']) {
    t.strictSame(await ask(app, { authorization: scheme + token }), [200, 'alice'], scheme)
  }
  t.equal(provider.asked, 1)
})

t.test('a token that ends like a remembered one is judged by itself', async t => {
  const { app } = await remember(t)
  for (const [name, other] of Object.entries(likeIt)) {
    t.strictSame(await ask(app, bearer(other)), [401, 'AUTH_TOKEN_INVALID'], name)
  }
  t.strictSame(await ask(app, bearer(token)), [200, 'alice'], 'and the remembered one gets in as before')
})

t.test('a header that is no token is refused, a remembered token in it or not', async t => {
  const { app, provider } = await remember(t)
  for (const [name, authorization] of Object.entries(malformed)) {
    t.strictSame(await ask(app, { authorization }), [401, 'AUTH_CREDENTIALS_MALFORMED'], name)
  }
  t.equal(provider.asked, 1)
})

t.test('a remembered token that is sent twice is ambiguous', async t => {
  const { app } = await remember(t)
  const authorization = [`Bearer ${token}`, `Bearer ${token}`] as unknown as string
  t.strictSame(await ask(app, { authorization }), [400, 'AUTH_CREDENTIALS_AMBIGUOUS'])
})

t.test('bad tokens are not remembered', async t => {
  const { app, provider } = await remember(t)
  const forged = likeIt['other claims'] as string
  await ask(app, bearer(forged))
  await ask(app, bearer(forged))
  t.equal(provider.asked, 3)
})
