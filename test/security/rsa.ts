import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'

import { der } from './certificate.js'

/** What is wrong with a block; a right one without any of it. */
export interface BlockFaults {
  /** Bytes of padding, the hash behind it, and rubbish up to the end. */
  readonly padding?: number
  /** Bytes of rubbish at the end. */
  readonly trailer?: number
  readonly isNullLeftOut?: boolean
  /** In place of NULL. */
  readonly parameter?: Buffer
  readonly isLengthLong?: boolean
  /** Default `0xff`. */
  readonly filler?: number
  /** Default 1. */
  readonly type?: number
  /** Object identifier of the hash, in hex. Default that of SHA-256. */
  readonly name?: string
}

const SHA256 = '608648016503040201'

/** The block of 256 bytes that a PKCS#1 v1.5 signature encrypts: `00 type filler … 00 DigestInfo`. RFC 8017, section 9.2. */
export function pkcs1Block (hash: string, input: string, faults: BlockFaults = {}): Buffer {
  const { padding, trailer = 0, filler = 0xff, type = 1 } = faults
  const info = toDigestInfo(createHash(hash).update(input).digest(), faults)
  const fillerLength = padding ?? 256 - 3 - info.length - trailer
  const block = Buffer.concat([Buffer.from([0, type]), Buffer.alloc(fillerLength, filler), Buffer.alloc(1), info])
  return Buffer.concat([block, Buffer.alloc(256 - block.length, 0x55)])
}

export function toInteger (bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
}

/** Big endian, in so many bytes or in as many as it takes. */
export function fromInteger (value: bigint, size: number): Buffer {
  return Buffer.from(value.toString(16).padStart(size * 2, '0'), 'hex')
}

function toDigestInfo (digest: Buffer, { isNullLeftOut = false, parameter, isLengthLong = false, name = SHA256 }: BlockFaults): Buffer {
  const oid = der(0x06, Buffer.from(name, 'hex'))
  const parameters = isNullLeftOut ? [] : [parameter === undefined ? der(0x05) : der(0x04, parameter)]
  const content = [der(0x30, oid, ...parameters), der(0x04, digest)]
  if (!isLengthLong) {
    return der(0x30, ...content)
  }
  const bytes = Buffer.concat(content)
  return Buffer.concat([Buffer.from([0x30, 0x82, 0, bytes.length]), bytes])
}
