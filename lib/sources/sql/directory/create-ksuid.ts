import { randomBytes } from 'node:crypto'

/** What KSUIDs count seconds from: 2014-05-13. */
const EPOCH_SECONDS = 1_400_000_000
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const LENGTH = 27

/** A text that nobody else has, 27 letters and digits that sort by their time: 4 bytes of seconds and 16 that are random, to the base of 62, as Segment's KSUIDs. */
export function createKsuid (): string {
  const bytes = randomBytes(20)
  bytes.writeUInt32BE(Math.floor(Date.now() / 1000) - EPOCH_SECONDS)
  let [rest, text] = [BigInt(`0x${bytes.toString('hex')}`), '']
  while (text.length < LENGTH) {
    text = DIGITS.charAt(Number(rest % 62n)) + text
    rest /= 62n
  }
  return text
}
