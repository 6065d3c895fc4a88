import t from 'tap'

import { startIntrospection } from '../../../fixtures/introspection-endpoint.js'
import { outcomeOf } from '../../../fixtures/outcome-of.js'
import { createContext } from '../../../fixtures/provider-context.js'
import { introspection } from '../../../../lib/providers/introspection/index.js'

const EXPIRED = '401 AUTH_TOKEN_EXPIRED expired'
const now = () => Math.floor(Date.now() / 1000)
const invalid = (reason: string) => `401 AUTH_TOKEN_INVALID ${reason}`

t.test('an answer becomes an identity', async t => {
  const endpoint = await startIntrospection(t)
  const exp = now() + 60
  endpoint.knows('a-token', { exp, scope: 'read write', client_id: 'shop', name: 'Alice', email: 'alice@example.com', given_name: 'Alice', roles: ['editor'] })
  t.match(await introspection(endpoint.options()).verify('a-token', createContext()), {
    subject: 'alice',
    issuer: endpoint.issuer,
    kind: 'human',
    name: 'Alice',
    email: 'alice@example.com',
    clientId: 'shop',
    scopes: ['read', 'write'],
    expiresAt: exp,
    roles: ['editor'],
    groups: [],
    claims: { active: true, sub: 'alice' }
  })
})

t.test('an answer may leave out whatever RFC 7662 lets it leave out, but for the subject and the audience', async t => {
  const endpoint = await startIntrospection(t)
  endpoint.answers.set('a-token', { active: true, sub: 'alice' })
  const identity = await introspection(endpoint.options({ audience: null })).verify('a-token', createContext())
  t.match(identity, { subject: 'alice', issuer: endpoint.issuer, expiresAt: null, scopes: [], clientId: null, kind: 'unknown' })
  t.equal(await outcomeOf(introspection(endpoint.options()), 'a-token'), invalid('audience'))
})

t.test('the JWTs of the issuer may go to another provider, and the users are the same', async t => {
  const endpoint = await startIntrospection(t)
  endpoint.knows('a-token')
  t.strictSame(introspection(endpoint.options()).issuers, [endpoint.issuer])
  const provider = introspection(endpoint.options({ jwts: false }))
  t.strictSame([provider.issuers, provider.identityIssuers], [[], [endpoint.issuer]])
  t.match(await provider.verify('a-token', createContext()), { issuer: endpoint.issuer })
})

t.test('claims are read from where the mapping says', async t => {
  const endpoint = await startIntrospection(t)
  endpoint.knows('a-token', { sub: undefined, client_id: 'nightly-job', scp: 'read' })
  t.equal(await outcomeOf(introspection(endpoint.options()), 'a-token'), invalid('claim_missing'), 'there is no other id than the one that is asked for')
  const mapped = introspection(endpoint.options({ claims: { id: 'client_id', scopes: 'scp' } }))
  t.match(await mapped.verify('a-token', createContext()), { subject: 'nightly-job', scopes: ['read'] })
})

const refused: readonly (readonly [name: string, answer: object, outcome: string])[] = [
  ['not active', { active: false }, invalid('token_inactive')],
  ['active in words', { active: 'true' }, invalid('token_inactive')],
  ['active in numbers', { active: 1 }, invalid('token_inactive')],
  ['active as a list', { active: [true] }, invalid('token_inactive')],
  ['active as nothing', { active: null }, invalid('token_inactive')],
  ['without active', { active: undefined }, invalid('token_inactive')],
  ['of another issuer', { iss: 'https://other.example' }, invalid('issuer_unknown')],
  ['of an issuer that is no text', { iss: ['x'] }, invalid('issuer_unknown')],
  ['for another audience', { aud: 'other' }, invalid('audience')],
  ['for other audiences', { aud: ['other', 'apis'] }, invalid('audience')],
  ['for an audience that is no text', { aud: { api: true } }, invalid('claim_type')],
  ['bound to a key', { cnf: { jkt: 'x' } }, invalid('confirmation')],
  ['bound to nothing', { cnf: null }, invalid('confirmation')],
  ['for DPoP', { token_type: 'DPoP' }, invalid('token_type')],
  ['a refresh token, by its type', { token_type: 'refresh_token' }, invalid('token_type')],
  ['of a type that is no text', { token_type: null }, invalid('token_type')],
  ['a refresh token, by its use', { token_use: 'refresh_token' }, invalid('token_use')],
  ['a refresh token, as Keycloak writes it', { typ: 'Refresh' }, invalid('token_use')],
  ['an ID token', { at_hash: 'x' }, invalid('token_use')],
  ['over', { exp: now() - 60 }, EXPIRED],
  ['over, in words', { exp: '9999999999' }, invalid('claim_type')],
  ['over in no time', { exp: null }, invalid('claim_type')],
  ['not begun', { nbf: now() + 60 }, invalid('not_yet_valid')],
  ['issued in the future', { iat: now() + 60 }, invalid('issued_in_future')],
  ['of nobody', { sub: undefined }, invalid('claim_missing')],
  ['of a number', { sub: 42 }, invalid('claim_type')],
  ['of somebody without a name', { sub: '' }, invalid('claim_type')],
  ['with a number for an id', { jti: 42 }, invalid('claim_type')],
  ['with scopes in an object', { scope: { read: true } }, invalid('claim_type')],
  ['with scopes that are none', { scope: 'read "write"' }, invalid('claim_type')],
  ['with scopes on two lines', { scope: 'read\nwrite' }, invalid('claim_type')],
  ['with a number for a client', { client_id: 42 }, invalid('claim_type')]
]

for (const [name, answer, outcome] of refused) {
  t.test(`a token is refused that is ${name}`, async t => {
    const endpoint = await startIntrospection(t)
    const provider = introspection(endpoint.options())
    endpoint.knows('a-token', answer)
    t.equal(await outcomeOf(provider, 'a-token'), outcome)
    t.equal(await outcomeOf(provider, 'a-token'), outcome, 'and from the cache, too')
  })
}

t.test('the clocks may differ as far as is allowed', async t => {
  const endpoint = await startIntrospection(t)
  endpoint.knows('over', { exp: now() - 30 })
  endpoint.knows('to-begin', { nbf: now() + 30 })
  for (const [clockToleranceSeconds, outcomes] of [[60, ['alice', 'alice']], [0, [EXPIRED, invalid('not_yet_valid')]]] as const) {
    const provider = introspection(endpoint.options({ clockToleranceSeconds }))
    t.strictSame(await Promise.all(['over', 'to-begin'].map(token => outcomeOf(provider, token))), outcomes)
  }
})

t.test('bearer tokens are known by their names, in any case', async t => {
  const endpoint = await startIntrospection(t)
  const types = ['Bearer', 'bearer', 'BEARER', 'access_token', 'urn:ietf:params:oauth:token-type:access_token']
  const provider = introspection(endpoint.options())
  for (const [index, type] of types.entries()) t.equal(await outcomeOf(provider, endpoint.knows(`t${index}`, { token_type: type, token_use: 'access_token', typ: 'Bearer' })), 'alice', type)
})
