// Loaded before every snippet: the issuers under example.com that the pages speak of publish their keys, and no request leaves this machine.

import { generateKeyPairSync } from 'node:crypto'

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'example', use: 'sig', alg: 'ES256' }]
const fetchFromNetwork = globalThis.fetch

globalThis.fetch = async function fetchExample (input, init) {
  const url = new URL(input instanceof Request ? input.url : input)
  if (url.hostname === '127.0.0.1' || url.hostname === 'localhost') return fetchFromNetwork(input, init)
  if (!url.hostname.endsWith('.example.com')) throw new Error(`${url.hostname} is not an example`)
  const [issuer, wellKnown] = url.href.split('/.well-known/')
  return Response.json(wellKnown === 'openid-configuration' ? { issuer, jwks_uri: `${issuer}/.well-known/jwks.json` } : { keys })
}
