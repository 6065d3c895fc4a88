export { cached } from './cached.js'
export { identityGroups, identityPermissions, identityRoles } from './carried-names.js'
export { combined } from './combined.js'
export { fallback } from './fallback.js'
export { memoryStore } from './memory-store.js'

export type { CacheControl, CachedProvider } from './cached.js'
export type { NamesProvider, ProvidersOf } from './names-contract.js'
export type { CachedOptions, FallbackOptions, MemoryStoreOptions } from './options.js'
