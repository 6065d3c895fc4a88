export { basic } from './basic.js'
export { hashPassword } from './hash-password.js'
export { htpasswd } from './htpasswd.js'
export { jsonCredentials } from './json-credentials.js'

export type { BasicOptions } from './options.js'
export type { BasicCredentials } from './read-credentials.js'
export type { CredentialsRepository, StoredCredentials } from '../../../types/credentials.js'
