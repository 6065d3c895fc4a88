import { kReload } from './file-source.js'
import { AUTH_PROVIDER_UNAVAILABLE } from '../../errors.js'
import { describeError } from '../../util/describe-error.js'
import { isRecord } from '../../util/is-record.js'

import type { FastifyBaseLogger } from 'fastify'
import type { Reloading } from './file-source.js'
import type { CredentialsRepository, StoredCredentials } from '../../../types/credentials.js'
import type { Reason } from '../../../types/verdict.js'

/**
 * What a repository keeps of somebody; `null` when it knows nobody of that name.
 * @throws {AUTH_PROVIDER_UNAVAILABLE} 503, for whatever else it answers, and for all that it throws: that of others is no refusal of ours
 */
export async function findStored (repository: CredentialsRepository & Reloading, username: string, log: FastifyBaseLogger): Promise<StoredCredentials | null> {
  let stored: unknown
  try {
    await repository[kReload]?.(log)
    stored = await repository.findByUsername(username)
  } catch (error) {
    throw unavailable('provider_failed', error, log)
  }
  if (stored === null || isStored(stored)) {
    return stored
  }
  throw unavailable('provider_answer', null, log)
}

/** Its other members become those of an identity, which the core looks at. */
function isStored (value: unknown): value is StoredCredentials {
  return isRecord(value) && typeof value['id'] === 'string' && value['id'] !== '' && typeof value['passwordHash'] === 'string'
}

function unavailable (reason: Reason, error: unknown, log: FastifyBaseLogger): Error {
  log.error({ asked: 'credentials repository', reason, error: describeError(error) }, 'a provider gave no usable answer')
  return new AUTH_PROVIDER_UNAVAILABLE({ reason })
}
