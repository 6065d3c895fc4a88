import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises'

import { AUTH_OPTION_INVALID } from '../../errors.js'
import { parseJsonRecord } from '../../util/parse-json-record.js'
import { toRecords } from './memory-keys.js'

import type { StoredApiKey } from '../../../types/api-keys.js'

/**
 * What stands in a file of keys, by digest.
 * @throws {AUTH_OPTION_INVALID} naming the file, and the record that is wrong
 */
export function parseKeyFile (file: string, bytes: Uint8Array): ReadonlyMap<string, StoredApiKey> {
  const { keys, ...others } = parseJsonRecord(bytes) ?? {}
  if (!Array.isArray(keys) || Object.keys(others).length > 0) {
    throw new AUTH_OPTION_INVALID(`jsonKeys: ${file} must hold a JSON object with the member keys, a list of records, and nothing else`)
  }
  return new Map(toRecords(`jsonKeys: ${file} keys`, keys))
}

/** What could not be done with a file, and why: for the log, and for what stops the boot. */
export function toFileProblem (file: string, error: unknown): string {
  const { code = 'unknown error', message } = error as { readonly code?: string, readonly message: string }
  return code === 'AUTH_OPTION_INVALID' ? message : `jsonKeys: ${file} cannot be read (${code})`
}

/**
 * Adds a record to a file of keys, which is made when there is none. Who reads the file meanwhile sees all of the old one or all of the new one.
 *
 * @throws {AUTH_OPTION_INVALID} when the file is no file of keys
 * @throws what the file system throws; `EEXIST` while somebody else adds a key
 */
export async function appendToKeyFile (file: string, record: StoredApiKey): Promise<void> {
  const target = await realpath(file).catch(orAbsent(file))
  const draft = `${target}.new`
  // Nobody else can make it while it is there: of two who add a key at once neither is lost.
  const handle = await open(draft, 'wx', 0o600)
  try {
    const old = await readFile(target).catch(orAbsent(null))
    const keys = old === null ? [] : [...parseKeyFile(file, old).values()]
    if (old !== null) {
      await handle.chmod((await stat(target)).mode)
    }
    await handle.writeFile(`${JSON.stringify({ keys: [...keys, record] }, null, 2)}\n`)
    await handle.sync()
    await handle.close()
    await rename(draft, target)
  } catch (error) {
    await handle.close()
    await rm(draft, { force: true })
    throw error
  }
}

function orAbsent<T> (value: T): (error: NodeJS.ErrnoException) => T {
  return function settle (error) {
    if (error.code !== 'ENOENT') {
      throw error
    }
    return value
  }
}
