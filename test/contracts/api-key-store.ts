import t from 'tap'

import { isRecord } from '../../lib/util/is-record.js'

import type { Test } from 'tap'
import type { ApiKeyStore, StoredApiKey } from '../../lib/providers/api-key/index.js'

/** A store that knows just these records. */
export type CreateApiKeyStore = (t: Test, records: readonly StoredApiKey[]) => ApiKeyStore | Promise<ApiKeyStore>

const digestOf = (digit: string) => digit.repeat(64)
const plain: StoredApiKey = { owner: 'billing', digest: digestOf('a') }
const full: StoredApiKey = {
  owner: 'reports', digest: digestOf('b'), kind: 'human', name: 'Reports', scopes: ['read'], groups: ['staff'], roles: [], permissions: ['book.read'], expiresAt: 4_102_444_800, revoked: false
}
const revoked: StoredApiKey = { owner: 'billing', digest: digestOf('c'), revoked: true, expiresAt: null, name: null }

/** What every store of API keys has to do, whoever wrote it. */
export function proveApiKeyStore (name: string, create: CreateApiKeyStore): void {
  t.test(`${name} finds records by their digests, with all that they hold`, async t => {
    const store = await create(t, [plain, full, revoked])
    for (const record of [plain, full, revoked]) t.strictSame(toSaid(await store.findByDigest(record.digest)), toSaid(record))
    t.strictSame(await store.findByDigest(full.digest), await store.findByDigest(full.digest), 'the same every time')
  })

  t.test(`${name} says null of digests that it does not know`, async t => {
    const store = await create(t, [plain, full])
    for (const digest of ['', 'd', digestOf('d'), 'A'.repeat(64), `${plain.digest} `, plain.digest.slice(1), '%', '__proto__', 'constructor', '\0']) {
      t.equal(await store.findByDigest(digest), null, digest)
    }
    t.equal(await (await create(t, [])).findByDigest(plain.digest), null)
  })

  t.test(`${name} promises its answers, many at a time`, async t => {
    const store = await create(t, [plain])
    const answers = Array.from({ length: 50 }, (_, index) => store.findByDigest(index % 2 === 0 ? plain.digest : full.digest))
    t.ok(answers.every(answer => answer instanceof Promise))
    t.strictSame((await Promise.all(answers)).map(answer => isRecord(answer) ? answer['owner'] : answer), answers.map((_, index) => index % 2 === 0 ? plain.owner : null))
  })

  t.test(`${name} keeps what it has, whatever callers do with an answer`, async t => {
    const store = await create(t, [full])
    const answer = await store.findByDigest(full.digest) as unknown as { owner: string, scopes: string[] }
    try {
      answer.owner = 'somebody else'
    } catch {}
    try {
      answer.scopes.push('write')
    } catch {}
    t.strictSame(toSaid(await store.findByDigest(full.digest)), toSaid(full))
  })
}

/** What a record says: `null`, `false` and nothing are one there. */
function toSaid (record: StoredApiKey | null): object {
  return Object.fromEntries(Object.entries({ ...record }).filter(([, value]) => value !== null && value !== false))
}
