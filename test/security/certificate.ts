import { Buffer } from 'node:buffer'
import { sign } from 'node:crypto'

import type { SigningKey } from './forge.js'

const SHA256_WITH_RSA = der(0x30, der(0x06, Buffer.from('2a864886f70d01010b', 'hex')), der(0x05))
const COMMON_NAME = der(0x06, Buffer.from('550403', 'hex'))

/** A certificate of an RSA key, signed by itself, as DER. RFC 5280, section 4.1. */
export function createCertificate ({ publicKey, privateKey }: Pick<SigningKey, 'publicKey' | 'privateKey'>, name = 'issuer.example'): Buffer {
  const issuer = der(0x30, der(0x31, der(0x30, COMMON_NAME, der(0x0c, Buffer.from(name)))))
  const validity = der(0x30, der(0x17, Buffer.from('200101000000Z')), der(0x17, Buffer.from('491231235959Z')))
  const spki = publicKey.export({ format: 'der', type: 'spki' })
  const body = der(0x30, der(0x02, Buffer.from([1])), SHA256_WITH_RSA, issuer, validity, issuer, spki)
  return der(0x30, body, SHA256_WITH_RSA, der(0x03, Buffer.from([0]), sign('sha256', body, privateKey)))
}

/** DER as PEM. RFC 7468, section 2. */
export function toPem (label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

/** Tag, length, content. X.690, section 8.1. */
export function der (tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
