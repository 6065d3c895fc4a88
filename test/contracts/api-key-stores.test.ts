import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { jsonKeys, memoryKeys } from '../../lib/providers/api-key/index.js'
import { proveApiKeyStore } from './api-key-store.js'

import type { ApiKeyStore, StoredApiKey } from '../../lib/providers/api-key/index.js'

/** As an app may write one: over a table whose cells are JSON. */
class Table implements ApiKeyStore {
  readonly #rows: ReadonlyArray<readonly [digest: string, record: string]>

  constructor (records: readonly StoredApiKey[]) {
    this.#rows = records.map(record => [record.digest, JSON.stringify(record)])
  }

  async findByDigest (digest: string): Promise<StoredApiKey | null> {
    const row = this.#rows.find(([candidate]) => candidate === digest)
    return row === undefined ? null : JSON.parse(row[1]) as StoredApiKey
  }
}

proveApiKeyStore('memoryKeys', (_t, records) => memoryKeys(records))
proveApiKeyStore('memoryKeys, filled later', (_t, records) => {
  const keys = memoryKeys()
  records.forEach(record => { keys.add(record) })
  return keys
})
proveApiKeyStore('jsonKeys', (t, records) => jsonKeys(join(t.testdir({ 'keys.json': JSON.stringify({ keys: records }) }), 'keys.json')))
proveApiKeyStore('jsonKeys, filled later', (t, records) => {
  const file = join(t.testdir({ 'keys.json': '{"keys":[]}' }), 'keys.json')
  const keys = jsonKeys(file)
  writeFileSync(file, JSON.stringify({ keys: records }, null, 2))
  return keys
})
proveApiKeyStore('a store by hand', (_t, records) => new Table(records))
