import t from 'tap'

import { isProvidedIdentity, sealIdentity } from '../../../lib/user/seal-identity.js'

import type { ProvidedIdentity } from '../../../types/identity.js'

const issuers: readonly string[] = ['https://issuer.example', 'https://alias.example']
const isOwn = (issuer: string) => issuers.includes(issuer)
const provided: ProvidedIdentity = {
  subject: 'alice',
  issuer: 'https://issuer.example',
  kind: 'unknown',
  name: 'Alice',
  email: 'alice@example.org',
  emailVerified: true,
  clientId: 'app',
  scopes: ['read'],
  claims: { nested: { list: [] } },
  expiresAt: 1_893_456_000,
  groups: ['staff'],
  roles: null,
  permissions: 'unknown'
}

t.test('an identity has every part, of the right type', async t => {
  const right: ReadonlyArray<Partial<ProvidedIdentity>> = [
    {}, { issuer: 'https://alias.example' }, { kind: 'human' }, { kind: 'machine' }, { subject: 'a'.repeat(255) }, { name: null, email: null, emailVerified: null, clientId: null },
    { scopes: [], claims: {}, expiresAt: null }, { expiresAt: 0.5 }, { groups: [], roles: 'unknown', permissions: null }
  ]
  for (const members of right) t.equal(isProvidedIdentity({ ...provided, ...members }, isOwn), true, JSON.stringify(members))
})

t.test('whatever lacks a part, or has a wrong one, is none', async t => {
  const wrong: Readonly<Record<keyof ProvidedIdentity, readonly unknown[]>> = {
    subject: [undefined, null, '', 'a'.repeat(256), 7, ['alice']],
    issuer: [undefined, null, '', 'https://other.example', 'https://issuer.example/', ['https://issuer.example']],
    kind: [undefined, null, 'Human', 'admin'],
    name: [undefined, 7, ['Alice']],
    email: [undefined, 7, {}],
    emailVerified: [undefined, 'true', 1],
    clientId: [undefined, 7],
    scopes: [undefined, null, 'read', [1]],
    claims: [undefined, null, [], 'claims'],
    expiresAt: [undefined, NaN, Infinity, '1893456000', new Date()],
    groups: [undefined, 'staff', [1], {}],
    roles: [undefined, 'editor', [null]],
    permissions: [undefined, true, 'UNKNOWN']
  }
  for (const [member, values] of Object.entries(wrong)) {
    for (const value of values) t.equal(isProvidedIdentity({ ...provided, [member]: value }, isOwn), false, `${member}: ${JSON.stringify(value)}`)
  }
  for (const value of [undefined, null, 'alice', [], [provided], true]) t.equal(isProvidedIdentity(value, isOwn), false)
  t.equal(isProvidedIdentity(provided, () => false), false)
})

t.test('the sealed one is stamped, copied and frozen', async t => {
  const sealed = sealIdentity({ ...provided, extra: 'left out' } as ProvidedIdentity, 'bearerAuth')
  t.strictSame({ ...sealed, claims: JSON.parse(JSON.stringify(sealed.claims)) }, { ...provided, authenticator: 'bearerAuth' })
  for (const part of [sealed, sealed.scopes, sealed.claims, sealed.claims['nested'], sealed.groups]) t.ok(Object.isFrozen(part))
  t.notOk(Object.isFrozen(provided.claims))
})

t.test('a blank name is none, and one with blanks around it is left as it is', async t => {
  for (const blank of ['', ' ', '\t\r\n', '\u00a0\u2003']) t.match(sealIdentity({ ...provided, name: blank, email: blank }, 'bearerAuth'), { name: null, email: null })
  t.match(sealIdentity({ ...provided, name: ' Alice ' }, 'bearerAuth'), { name: ' Alice ' })
})
