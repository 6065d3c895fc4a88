import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

import { createIdentity } from '../../fixtures/create-identity.js'
import { stopClock } from '../../fixtures/clock.js'
import { settled } from '../../fixtures/deferred.js'
import { createContext } from '../../fixtures/provider-context.js'
import { cached, fallback, memoryStore } from '../../../lib/sources/cache/index.js'

import type { Identity, ProviderContext } from '../../../lib/index.js'
import type { Options, Row } from './row.js'
import type { CachedOptions, FallbackOptions, MemoryStoreOptions } from '../../../lib/sources/cache/index.js'

const beside = { name: 'groups' }
const [alice, bob] = ['alice', 'bob'].map(subject => createIdentity({ subject })) as [ReturnType<typeof createIdentity>, ReturnType<typeof createIdentity>]

/** A directory that numbers its answers, and fails from the second one on where it is told to. */
function createDirectory (isFailing = false) {
  const directory = {
    asked: 0,
    fetchGroups: async (): Promise<readonly string[]> => {
      directory.asked++
      if (isFailing && directory.asked > 1) {
        throw new Error('down')
      }
      return [String(directory.asked)]
    }
  }
  return directory
}

/** What is answered after 59, 61 and 100 seconds. */
function answersOverTime (isFailing: boolean): Row['observe'] {
  return async function observe (options, t) {
    const clock = stopClock(t)
    const provider = cached(createDirectory(isFailing), options as unknown as CachedOptions)
    const answers: unknown[] = []
    for (const seconds of [0, 59, 2, 39]) {
      clock.advance(seconds)
      answers.push(await Promise.resolve(provider.fetchGroups(alice, createContext())).then(([name]) => name, () => 'failed'))
      await settled()
    }
    return answers.slice(1)
  }
}

async function countWithTwoUsers (options: Options): Promise<number> {
  const directory = createDirectory()
  const provider = cached(directory, options as unknown as CachedOptions)
  for (const user of [alice, bob, alice]) {
    await provider.fetchGroups(user, createContext())
  }
  return directory.asked
}

/** How often two processes ask. */
async function countWithTwoProcesses (options: Options): Promise<number> {
  const directory = createDirectory()
  for (const ttlSeconds of [60, 120]) {
    await cached(directory, { ...options, ttlSeconds } as unknown as CachedOptions).fetchGroups(alice, createContext())
  }
  return directory.asked
}

async function awaitSlowLoad (options: Options): Promise<unknown> {
  const provider = cached({ fetchGroups: fetchSlowly }, options as unknown as CachedOptions)
  return await Promise.resolve(provider.fetchGroups(alice, createContext())).then(([name]) => name, error => error.name)
}

async function awaitSlowFirst (options: Options): Promise<unknown> {
  return await fallback({ fetchGroups: fetchSlowly }, { fetchGroups: () => ['second'] }, options as FallbackOptions).fetchGroups(alice, createContext())
}

/** Which of three entries a store still has. */
async function fillStore (options: Options): Promise<readonly string[]> {
  const store = memoryStore(options as MemoryStoreOptions)
  const keys = ['a', 'b', 'c']
  for (const key of keys) {
    await store.set(key, new Uint8Array(600), 60_000)
  }
  const found = await Promise.all(keys.map(key => store.get(key)))
  return keys.filter((_key, index) => found[index] !== null)
}

/** Takes its time, unless it is told that nobody waits any longer. */
async function fetchSlowly (_identity: Identity, { signal }: ProviderContext): Promise<readonly string[]> {
  await Promise.race([sleep(30), once(signal, 'abort')])
  return ['late']
}

async function readWarning (options: Options): Promise<unknown> {
  const context = createContext()
  const down = { ...memoryStore(), get: async () => { throw new Error('down') } }
  await cached(createDirectory(), { ...options, store: down } as unknown as CachedOptions).fetchGroups(alice, context)
  return context.lines[0]?.members['cache']
}

const sharedStore = memoryStore()

export const cachedRows: readonly Row[] = [
  { option: 'name', observe: readWarning, instead: 'other', value: 'groups', without: 'other', with: 'groups' },
  { option: 'ttlSeconds', beside, observe: answersOverTime(false), value: 100, without: ['1', '2', '2'], with: ['1', '1', '2'] },
  { option: 'staleSeconds', beside, observe: answersOverTime(true), value: 30, without: ['1', 'failed', 'failed'], with: ['1', '1', 'failed'] },
  { option: 'max', beside, observe: countWithTwoUsers, value: 1, without: 2, with: 3 },
  { option: 'timeoutMs', beside, observe: awaitSlowLoad, value: 1, without: 'late', with: 'CacheTimeout' },
  { option: 'store', beside, observe: countWithTwoProcesses, value: sharedStore, without: 2, with: 1 }
]

export const fallbackRows: readonly Row[] = [
  { option: 'timeoutMs', observe: awaitSlowFirst, value: 1, without: ['late'], with: ['second'] }
]

export const memoryStoreRows: readonly Row[] = [
  { option: 'max', observe: fillStore, value: 2, without: ['a', 'b', 'c'], with: ['b', 'c'] },
  { option: 'maxBytes', observe: fillStore, value: 2_000, without: ['a', 'b', 'c'], with: ['b', 'c'] }
]
