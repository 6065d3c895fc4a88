import { createHmac } from 'node:crypto'

import { createIssuerKey } from '../../fixtures/counting-issuer.js'
import { ask, status } from './factory.js'
import { keyRows } from './key-rows.js'
import { tokenRows } from './token-rows.js'
import { jwt } from '../../../lib/providers/jwt/index.js'

import type { Factory } from './factory.js'
import type { Row } from './row.js'
import type { CountingIssuer } from '../../fixtures/counting-issuer.js'
import type { JwtOptions } from '../../../lib/providers/jwt/options.js'

const SECRET = 'thirty-two bytes are not too few'
const NOBODY = 'http://127.0.0.1:1/jwks'

export function jwtRows (issuer: CountingIssuer): readonly Row[] {
  const { url, jwksUri, key } = issuer
  const beside = { issuer: url, audience: 'api' }
  const factory: Factory = { name: 'jwt', create: options => jwt(options as unknown as JwtOptions), issuer, base: { ...beside, jwksUri } }
  const at = ask(factory, () => issuer.token(), status)
  const { jwk: other } = createIssuerKey()
  return [
    ...tokenRows(factory),
    ...keyRows(factory),
    { option: 'issuer', beside: factory.base, observe: at, instead: ['https://other.example'], value: ['https://other.example', url], without: 401, with: 200 },
    { option: 'jwksUri', beside, observe: at, instead: NOBODY, value: jwksUri, without: 503, with: 200 },
    { option: 'jwks', beside, observe: at, instead: { keys: [other] }, value: { keys: [other, key.jwk] }, without: 401, with: 200 },
    { option: 'publicKey', beside, observe: at, instead: other, value: key.jwk, without: 401, with: 200 },
    { option: 'secret', beside, observe: ask(factory, () => tokenWithSecret(url), status), instead: `not ${SECRET}`, value: SECRET, without: 401, with: 200 }
  ]
}

function tokenWithSecret (iss: string): string {
  const [header, claims] = [{ alg: 'HS256' }, { iss, aud: 'api', sub: 'alice', exp: Math.floor(Date.now() / 1000) + 300 }].map(encode)
  return `${header}.${claims}.${createHmac('sha256', SECRET).update(`${header}.${claims}`).digest('base64url')}`
}

function encode (part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
