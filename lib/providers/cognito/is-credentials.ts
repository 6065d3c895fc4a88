import { isRecord } from '../../util/is-record.js'

/** What {@link isCredentials} wants, in words. */
export const CREDENTIALS = 'an object with accessKeyId and secretAccessKey, or a function that gives one'

/** Whether a value can be credentials of the app, as the AWS SDK takes them. */
export function isCredentials (value: unknown): boolean {
  if (!isRecord(value)) {
    return typeof value === 'function'
  }
  const { accessKeyId, secretAccessKey, sessionToken } = value
  return isText(accessKeyId) && isText(secretAccessKey) && (sessionToken === undefined || isText(sessionToken))
}

function isText (value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}
