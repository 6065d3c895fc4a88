import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { createSecureContext } from 'node:tls'

import { buildConnector } from 'undici'

import type { buildConnector as Connector } from 'undici'
import type { TransportSettings } from './types.js'

/** What a connector is told. */
export type ConnectorSettings = Pick<TransportSettings, 'connectTimeoutMs' | 'tls' | 'socketPath'>

/**
 * Opens connections whose other end has shown that it is the host of the address, or what `tls.servername` says. No environment variable and no `Host`
 * header changes that.
 * @param onFailure gets every error that kept a connection from being opened, before anybody else does
 * @throws {Error} when the files of `tls` are none or do not belong together
 */
export function createConnector ({ connectTimeoutMs, tls, socketPath }: ConnectorSettings, onFailure: (error: Error) => void): Connector.connector {
  const connect = buildConnector({
    timeout: connectTimeoutMs,
    rejectUnauthorized: true,
    ...socketPath !== null && { socketPath },
    ...tls !== null && { secureContext: createSecureContext(toContext(tls)) }
  })
  return function open (target, callback) {
    const servername = tls?.servername ?? (isIP(target.hostname) === 0 ? target.hostname : '')
    connect({ ...target, servername }, function opened (...result) {
      const [error] = result
      if (error !== null) {
        onFailure(error)
      }
      callback(...result)
    })
  }
}

function toContext ({ ca, cert, key }: NonNullable<TransportSettings['tls']>): Parameters<typeof createSecureContext>[0] {
  // Node takes what is no certificate for no authority, and says nothing.
  for (const text of [ca ?? []].flat()) assertCertificates(text)
  return { ...ca !== undefined && { ca: [ca].flat() }, ...cert !== undefined && { cert }, ...key !== undefined && { key } }
}

// preeb, text, posteb: RFC 7468, section 3; other labels: section 4
const certificate = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]+-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g

function assertCertificates (pem: string): void {
  const found = pem.match(certificate) ?? []
  const certificates = found.map(text => new X509Certificate(text))
  if (certificates.length === 0 || certificates.length !== pem.split('-----BEGIN ').length - 1) {
    throw new TypeError('not a list of certificates')
  }
}
