import { findStored } from './find-stored.js'
import { HashUpgrades } from './hash-upgrades.js'
import { assertGiven, basicOptionsSchema, repositorySchema } from './options.js'
import { PasswordChecker } from './password-checker.js'
import { readCredentials } from './read-credentials.js'
import { createHashReader } from './read-password-hash.js'
import { AUTH_PASSWORD_REJECTED } from '../../errors.js'

import type { BasicOptions } from './options.js'
import type { BasicCredentials } from './read-credentials.js'
import type { CredentialsRepository, StoredCredentials } from '../../../types/credentials.js'
import type { OwnProviders, ProviderContext } from '../../../types/providers.js'
import type { AuthenticatedIdentity, Authenticator } from '../../../types/scheme.js'
import type { AuthError } from '../../../types/verdict.js'

/**
 * Signs people in with a username and a password on every request: HTTP's Basic scheme, RFC 7617.
 *
 * The repository is asked each time, so whoever is removed from it is out at once; a password that was right is not hashed again while its hash stays.
 *
 * @param repository who there is: `jsonCredentials(…)`, `htpasswd(…)`, or one's own
 * @throws {AUTH_OPTION_INVALID} for a repository that is none, and for options that are unknown or wrong
 * @see docs/basic.md
 * @example authenticators: [basic(jsonCredentials('users.json'), { realm: 'books' })]
 */
export function basic (repository: CredentialsRepository, options: BasicOptions = {}): Authenticator<BasicCredentials> {
  assertGiven<CredentialsRepository>(repositorySchema, repository, 'basic: the repository')
  assertGiven<BasicOptions>(basicOptionsSchema, options, 'basic')
  const { realm = 'api', name = 'basicAuth', challenge = true, unsaltedSha256 = false, maxHashes = 2 } = options
  const checker = new PasswordChecker(createHashReader(unsaltedSha256), maxHashes)
  const upgrades = new HashUpgrades(repository, checker)

  async function verify ({ username, password, network }: BasicCredentials, { log, signal }: ProviderContext): Promise<AuthenticatedIdentity> {
    const stored = await findStored(repository, username, log)
    const { isRight, isOutdated } = await checker.check({ password, passwordHash: stored === null ? null : stored.passwordHash, network, signal, log })
    if (stored === null || !isRight) {
      throw new AUTH_PASSWORD_REJECTED({ reason: 'password' })
    }
    if (isOutdated) {
      upgrades.start({ username, password, from: stored.passwordHash, network, log })
    }
    return toIdentity(stored)
  }

  async function close (): Promise<void> {
    await upgrades.settle()
    await repository.close?.()
  }

  return Object.freeze({
    name,
    securityScheme: Object.freeze({ type: 'http', scheme: 'basic' }),
    supplies: Object.freeze(['groups', 'roles', 'permissions'] as const),
    read: readCredentials,
    verify,
    challenge: createChallenge(challenge ? 'Basic' : 'xBasic', realm),
    accountOf: ({ username }: BasicCredentials) => username,
    close,
    ...toOwnProviders(options)
  })
}

/** RFC 7617, sections 2 and 2.1. It has no words for what was wrong. */
function createChallenge (scheme: string, realm: string): (failure: AuthError | null) => string {
  return () => `${scheme} realm="${realm}", charset="UTF-8"`
}

/** Who has a password is a person: programs have keys and tokens. */
function toIdentity (stored: StoredCredentials): AuthenticatedIdentity {
  const { id, name = null, email = null, emailVerified = null, groups = null, roles = null, permissions = null } = stored
  return { subject: id, kind: 'human', name, email, emailVerified, clientId: null, scopes: [], claims: {}, expiresAt: null, groups, roles, permissions }
}

function toOwnProviders ({ groupsProvider, rolesProvider, permissionsProvider, profileProvider }: BasicOptions): OwnProviders {
  return {
    ...groupsProvider !== undefined && { groupsProvider },
    ...rolesProvider !== undefined && { rolesProvider },
    ...permissionsProvider !== undefined && { permissionsProvider },
    ...profileProvider !== undefined && { profileProvider }
  }
}
