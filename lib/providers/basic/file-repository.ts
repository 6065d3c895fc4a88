import { FileSource, kReload } from './file-source.js'
import { AUTH_OPTION_INVALID } from '../../errors.js'

import type { FileReading, Reloading } from './file-source.js'
import type { CredentialsRepository } from '../../../types/credentials.js'

/** A repository that a file is. */
export function createFileRepository ({ factory, file, parse }: FileReading): CredentialsRepository & Reloading {
  if (typeof file !== 'string' || file === '') {
    throw new AUTH_OPTION_INVALID(`${factory}: the file must be a path`)
  }
  const source = new FileSource({ factory, file, parse })
  return Object.freeze({
    findByUsername: (username: string) => source.find(username),
    [kReload]: source.reload.bind(source)
  })
}
