import t from 'tap'

import { TENANT } from '../../../fixtures/entra-directory.js'
import { createContext } from '../../../fixtures/provider-context.js'
import { createEntraKeySet } from '../../../../lib/providers/entra/entra-key-set.js'

import type { KeySet, VerificationKey } from '../../../../lib/providers/jwt/key-set.js'

const V2 = `https://login.microsoftonline.com/${TENANT}/v2.0`
const V1 = `https://sts.windows.net/${TENANT}/`

function setOf (issuer: string | null): KeySet & { uses: number } {
  const key = { kid: 'a', issuer, algorithm: 'RS256', check: () => false, fingerprint: '' } as VerificationKey
  return { uses: 0, find: () => key, countUse () { this.uses += 1 }, generation: 1 }
}

function find (set: KeySet, issuer: string): unknown {
  return set.find({ algorithm: 'RS256', kid: 'a', issuer }, createContext())
}

t.test('a key serves its own tenant, or any where it says so, in whichever form of the issuer', async t => {
  for (const issuer of [V2, V1, V2.replace(TENANT, '{tenantid}'), V1.replace(TENANT, '{tenantid}')]) {
    const set = createEntraKeySet(new Map([['2.0', setOf(issuer)], ['1.0', setOf(issuer)]]), 'public')
    t.match(find(set, V2), { issuer }, issuer)
    t.match(find(set, V1), { issuer }, issuer)
  }
})

t.test('a key of anybody else serves nobody', async t => {
  for (const issuer of [null, '', 'https://evil.example', V2.replace('.com', '.us'), V2.replace(TENANT, '{tenantid}{tenantid}'), V2.replace(TENANT, '{TENANTID}')]) {
    t.throws(() => find(createEntraKeySet(new Map([['2.0', setOf(issuer)]]), 'public'), V2), { statusCode: 401, code: 'AUTH_TOKEN_INVALID', cause: { reason: 'key_issuer' } }, String(issuer))
  }
})

t.test('there is no key for what is no issuer, or of a version that nobody has', async t => {
  const set = createEntraKeySet(new Map([['2.0', setOf(V2)]]), 'public')
  for (const issuer of [V1, 'https://evil.example']) t.throws(() => find(set, issuer), { code: 'AUTH_TOKEN_INVALID', cause: { reason: 'issuer_unknown' } })
})

t.test('all of it is one set', async t => {
  const [current, old] = [setOf(V2), setOf(V2)]
  const set = createEntraKeySet(new Map([['2.0', current], ['1.0', old]]), 'public')
  set.countUse()
  t.strictSame([current.uses, old.uses, set.generation], [1, 1, 2])
  await t.resolves(Promise.resolve(set.warmUp?.()))
  await t.resolves(Promise.resolve(set.close?.()))
})
