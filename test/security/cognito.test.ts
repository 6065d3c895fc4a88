import t from 'tap'

import { createPoolKey, startPool } from '../fixtures/cognito-pool.js'
import { cognito } from '../../lib/providers/cognito/index.js'
import { AUDIENCE } from './forge.js'
import { attackAll, createTarget } from './harness.js'

import type { Attack } from './harness.js'
import type { CognitoPool } from '../fixtures/cognito-pool.js'

type Claims = Readonly<Record<string, unknown>>

/** The client's id is a text that the corpus knows as configured, so that it may be logged. */
const CLIENT = { clientId: AUDIENCE }

const mistyped: readonly unknown[] = [null, 7, true, {}, { id: AUDIENCE }, []]
const clientAlikes = [`${AUDIENCE} `, ` ${AUDIENCE}`, `${AUDIENCE}\0`, AUDIENCE.toUpperCase(), AUDIENCE.slice(0, -1), `${AUDIENCE},other`, AUDIENCE.replace('a', '\u0430'), '*', '__proto__']
const uses: readonly unknown[] = ['Access', 'ACCESS', ' access', 'access ', 'access_token', 'at+jwt', 'bearer', '', 'id,access', 'access\0', 'refresh', '__proto__']

const row = (name: string, token: string, reason: NonNullable<Attack['reason']>): Attack => ({ name, token, reason })

function issuersLike ({ userPoolId, issuer, updatedIssuer }: CognitoPool): readonly string[] {
  return [
    `${issuer}/`, `${updatedIssuer}/`, issuer.toUpperCase(), issuer.replace('https:', 'http:'), `${issuer}?`, `${issuer}#`, `${issuer}/.well-known/jwks.json`, issuer.replace('us-east-1.', 'us-east-2.'),
    updatedIssuer.replace('us-east-1.', 'us-east-2.'), issuer.replace('us-east-1_', 'us-east-2_'), issuer.replace('cognito-idp', 'cognito-idp-fips'), issuer.replace('https://', 'https://issuer.'),
    issuer.replace('amazonaws.com', 'amazonaws.com.cn'), issuer.replace('amazonaws.com', 'amazonaws.com.evil.example'), issuer.replace('amazonaws.com', 'evil.example'), issuer.replace('https://', 'https://evil.example/'),
    issuer.replace('https://', 'https://evil.example@'), issuer.replace('/us-east', '//us-east'), issuer.replace(userPoolId, userPoolId.toLowerCase()), issuer.replace(userPoolId, `other/../${userPoolId}`),
    issuer.replace(userPoolId, ''), `https://cognito-identity.amazonaws.com/${userPoolId}`, 'https://cognito-identity.amazonaws.com', userPoolId, `cognito-idp.us-east-1.amazonaws.com/${userPoolId}`
  ]
}

t.test('tokens that are not for an API of this pool (Amazon Cognito Developer Guide, "Verifying JSON web tokens")', async t => {
  const [pool, foreign] = [await startPool(t, CLIENT), await startPool(t, CLIENT)]
  const access = (claims: Claims) => pool.access(claims)
  const stranger = { kid: pool.accessKey.kid, privateKey: createPoolKey('stranger').privateKey }
  await attackAll(t, await createTarget(t, { jwtProvider: cognito(pool.options()) }), {
    control: pool.access(),
    attacks: [
      ...issuersLike(pool).map(iss => row(`iss ${iss}`, access({ iss }), 'issuer_unknown')),
      row('ID token', pool.id(), 'token_use'),
      row('ID token that calls itself access token', pool.id({ token_use: 'access' }), 'token_use'),
      row('ID token that calls itself access token, without its nonce', pool.id({ token_use: 'access', nonce: undefined }), 'claim_missing'),
      row('ID token with a client beside its audience', pool.id({ client_id: AUDIENCE, nonce: undefined }), 'token_use'),
      row('access token that calls itself ID token', access({ token_use: 'id' }), 'token_use'),
      ...uses.map(use => row(`token_use ${JSON.stringify(use)}`, access({ token_use: use }), 'token_use')),
      ...mistyped.map(use => row(`token_use ${JSON.stringify(use)} of another type`, access({ token_use: use }), 'claim_type')),
      row('token_use absent', access({ token_use: undefined }), 'token_use'),
      row('token_use in the header only', pool.access({ token_use: undefined }, { token_use: 'access' }), 'token_use'),
      ...clientAlikes.map(client => row(`client_id ${JSON.stringify(client)}`, access({ client_id: client }), 'audience')),
      ...[...mistyped, [AUDIENCE], ''].map(client => row(`client_id ${JSON.stringify(client)} of another type`, access({ client_id: client }), 'claim_type')),
      row('client_id absent', access({ client_id: undefined }), 'claim_missing'),
      row('the client as azp', access({ client_id: undefined, azp: AUDIENCE }), 'claim_missing'),
      row('the client as aud', access({ client_id: undefined, aud: AUDIENCE }), 'claim_missing'),
      row('the client as aud, another as client_id', access({ client_id: 'other', aud: AUDIENCE }), 'audience'),
      row('another resource as aud', access({ aud: 'https://other.example' }), 'audience'),
      ...mistyped.filter(aud => JSON.stringify(aud) !== '[]').map(aud => row(`aud ${JSON.stringify(aud)}`, access({ aud }), 'claim_type')),
      row('aud is an empty list', access({ aud: [] }), 'audience'),
      row('a pool of the same name elsewhere', foreign.access(), 'signature'),
      row('a key of nobody under the kid of ours', pool.sign({ iss: pool.issuer }, stranger), 'signature'),
      row('a machine of another client', pool.machine({ sub: 'other', client_id: 'other' }), 'audience'),
      ...mistyped.filter(names => JSON.stringify(names) !== '[]').map(names => row(`cognito:groups ${JSON.stringify(names)}`, access({ 'cognito:groups': names }), 'claim_type')),
      row('cognito:groups with a number', access({ 'cognito:groups': ['staff', 7] }), 'claim_type')
    ]
  })
})

t.test('ID tokens that are for somebody else', async t => {
  const pool = await startPool(t, CLIENT)
  await attackAll(t, await createTarget(t, { jwtProvider: cognito(pool.options({ tokenUse: 'id' as const })) }), {
    control: pool.id(),
    attacks: [
      row('access token', pool.access(), 'token_use'),
      row('access token with the audience', pool.access({ aud: AUDIENCE }), 'token_use'),
      ...clientAlikes.map(aud => row(`aud ${JSON.stringify(aud)}`, pool.id({ aud }), 'audience')),
      ...clientAlikes.map(aud => row(`aud ${JSON.stringify([aud])}`, pool.id({ aud: [aud] }), 'audience')),
      row('aud absent, the client as client_id', pool.id({ aud: undefined, client_id: AUDIENCE }), 'claim_missing'),
      row('aud in lists', pool.id({ aud: [[AUDIENCE]] }), 'claim_type'),
      ...uses.map(use => row(`token_use ${JSON.stringify(use)}`, pool.id({ token_use: use }), 'token_use'))
    ]
  })
})
