import { awsCredentials } from './aws-credentials.js'

import type { AwsCredentials } from './temporary-credentials.js'
import type { GuardedRequest } from '../../../types/guard.js'

/**
 * Gives the clients of the AWS SDK for JavaScript, version 3, the credentials of the user who sent the request, and new ones when those near their end.
 *
 * Costs nothing by itself: the first call of a client asks {@link awsCredentials}, with whose errors the call rejects.
 *
 * @example const s3 = new S3Client({ region: 'us-east-1', credentials: awsCredentialsProvider(request) })
 */
export function awsCredentialsProvider (request: GuardedRequest): () => Promise<AwsCredentials> {
  return async function provideCredentials () {
    return await awsCredentials(request)
  }
}
