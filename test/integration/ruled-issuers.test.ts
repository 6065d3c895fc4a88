import t from 'tap'

import { collectLog } from '../fixtures/collect-log.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'

const kTenants = /^https:\/\/([a-z]+)\.tenants\.example$/

function tenants (name: string) {
  const issuer = handIssuer(`https://${name}.tenants.example`)
  const members = { name: 'tenants', issuers: ['https://{tenant}.tenants.example'], ownsIssuer: (iss: string) => kTenants.test(iss) }
  return { issuer, provider: issuer.provider(members) }
}

t.test('tokens of issuers that nobody can list go to the provider whose rule knows them', async t => {
  const { issuer, provider } = tenants('acme')
  const listed = handIssuer()
  const app = await openApp(t, { jwtProvider: [listed.provider(), provider] }, app => app.get('/who', async request => ({ id: request.user?.id, issuer: request.user?.issuer })))

  const answer = await app.inject({ url: '/who', headers: bearer(issuer.token()) })
  t.strictSame([answer.statusCode, answer.json()], [200, { id: 'alice', issuer: issuer.url }])
  t.equal((await app.inject({ url: '/who', headers: bearer(listed.token()) })).statusCode, 200)
  t.equal(provider.asked, 1)
})

t.test('tokens of issuers that no rule knows are refused, and no provider sees them', async t => {
  const { issuer, provider } = tenants('acme')
  const app = await openApp(t, { jwtProvider: provider }, app => app.get('/who', async () => 'in'))

  for (const iss of ['https://acme.tenants.example.evil', 'https://ACME.tenants.example', 'https://tenants.example', '']) {
    const answer = await app.inject({ url: '/who', headers: bearer(issuer.token({ iss })) })
    t.match([answer.statusCode, answer.json()], [401, { code: 'AUTH_TOKEN_INVALID' }], iss)
  }
  t.equal(provider.asked, 0)
})

t.test('a rule says yes with true and with nothing else', async t => {
  const { issuer, provider } = tenants('acme')
  for (const answer of [1, 'yes', {}, Promise.resolve(true)]) {
    const app = await openApp(t, { jwtProvider: { ...provider, ownsIssuer: () => answer as boolean } }, app => app.get('/who', async () => 'in'))
    t.equal((await app.inject({ url: '/who', headers: bearer(issuer.token()) })).statusCode, 401)
  }
})

t.test('a rule that throws lets nobody in: 503', async t => {
  const { issuer, provider } = tenants('acme')
  const log = collectLog()
  const jwtProvider = { ...provider, ownsIssuer () { throw new Error('secret-of-the-rule') } }
  const app = await openApp(t, { jwtProvider }, app => app.get('/who', async () => 'in'), { logger: log.logger })

  const answer = await app.inject({ url: '/who', headers: bearer(issuer.token()) })
  t.match([answer.statusCode, answer.json()], [503, { code: 'AUTH_PROVIDER_UNAVAILABLE' }])
  t.notMatch(answer.body + log.text(), /secret-of-the-rule/)
})

t.test('an identity from an issuer that the rule does not know is an outage', async t => {
  const { issuer, provider } = tenants('acme')
  const lying = { ...provider, verify: async (token: string, context: never) => ({ ...await provider.verify(token, context), issuer: 'https://other.example' }) }
  const app = await openApp(t, { jwtProvider: lying }, app => app.get('/who', async () => 'in'))
  t.equal((await app.inject({ url: '/who', headers: bearer(issuer.token()) })).statusCode, 503)
})

t.test('an issuer that one provider lists and the rule of another knows stops the boot', async t => {
  const { provider } = tenants('acme')
  const listed = handIssuer('https://acme.tenants.example').provider({ name: 'listed' })
  for (const jwtProvider of [[provider, listed], [listed, provider]]) {
    await t.rejects(openApp(t, { jwtProvider }), { code: 'AUTH_OPTION_INVALID', message: /tenants and listed have one issuer, https:\/\/acme\.tenants\.example/ })
  }
})
