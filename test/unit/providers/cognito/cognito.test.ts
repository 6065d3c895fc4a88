import t from 'tap'

import { cognito } from '../../../../lib/providers/cognito/index.js'
import { setEnv } from '../../../fixtures/set-env.js'

import type { CognitoOptions } from '../../../../lib/providers/cognito/index.js'

const base = { userPoolId: 'us-east-1_abcdEFGH1', clientId: 'app' }

t.test('knows the issuers of a pool by its id', async t => {
  const issuersOf = (userPoolId: string, others: Partial<CognitoOptions> = {}) => cognito({ ...base, userPoolId, ...others }).issuers
  t.strictSame(issuersOf('eu-central-1_A1'), ['https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_A1', 'https://issuer-cognito-idp.eu-central-1.amazonaws.com/eu-central-1_A1'])
  t.equal(issuersOf('us-gov-west-1_A1')[0], 'https://cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_A1')
  t.equal(issuersOf('cn-north-1_A1')[0], 'https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_A1')
  t.equal(issuersOf('eusc-de-east-1_A1')[0], 'https://cognito-idp.eusc-de-east-1.amazonaws.eu/eusc-de-east-1_A1')
  t.strictSame(issuersOf('us-east-1_A1', { region: ['us-west-2', 'us-east-1'] }), [
    'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_A1',
    'https://issuer-cognito-idp.us-east-1.amazonaws.com/us-east-1_A1',
    'https://cognito-idp.us-west-2.amazonaws.com/us-east-1_A1'
  ])
  t.strictSame(issuersOf('us-east-1_A1', { region: 'us-east-1' }).length, 2)
  t.strictSame(issuersOf('us-east-1_A1', { issuer: 'http://localhost:4566/us-east-1_A1' }), ['http://localhost:4566/us-east-1_A1'])
})

t.test('stops the boot for options that cannot be meant', async t => {
  const refused: ReadonlyArray<readonly [object, RegExp]> = [
    [{ userPoolId: undefined }, /^cognito\.userPoolId is missing/],
    [{ userPoolId: 'abcd' }, /^cognito\.userPoolId must be the id of a user pool/],
    [{ userPoolId: 'us-east-1_abc/../other' }, /^cognito\.userPoolId must be the id/],
    [{ userPoolId: `us-east-1_${'a'.repeat(55)}` }, /^cognito\.userPoolId must be the id/],
    [{ userPoolId: 'local_abc' }, /^cognito\.userPoolId must begin with an AWS region, like us-east-1_abcdEFGH1; for other pools cognito\.issuer/],
    [{ userPoolId: 'US-EAST-1_abc' }, /^cognito\.userPoolId must begin with an AWS region/],
    [{ clientId: undefined }, /^cognito\.clientId is missing: it must be a text, a list of texts, or null/],
    [{ clientId: '' }, /^cognito\.clientId must be a text/],
    [{ clientId: [] }, /^cognito\.clientId must be a text/],
    [{ region: 'eu-west-1' }, /^cognito\.region must be us-east-1, the region of cognito\.userPoolId, or a list/],
    [{ region: ['eu-west-1'] }, /^cognito\.region must be us-east-1/],
    [{ region: ['us-east-1', 'evil.example/'] }, /^cognito\.region must hold only AWS regions/],
    [{ audience: null }, /^cognito\.audience must be a text or a list of texts/],
    [{ jwksUri: 'http://keys.example/jwks' }, /^cognito\.jwksUri must be an https address[^,]*\)$/],
    [{ issuer: 'http://cognito:9229/local_abc' }, /^cognito\.jwksUri must be an https address .*, and must be given where the issuer is none$/],
    [{ issuer: 'local' }, /^cognito\.jwksUri must be/],
    [{ domain: 'http://auth.example.com' }, /^cognito\.domain must be a prefix, a host name, or an https address/],
    [{ algorithms: ['HS256'] }, /^cognito\.algorithms must hold only/],
    [{ claims: { id: 'username' } }, /^cognito\.claims\.id is a claim that may be given to another user/],
    [{ userPool: 'us-east-1_abc' }, /^cognito\.userPool is not an option/],
    [{ groupsProvider: {} }, /^cognito\.groupsProvider must be an object with the method fetchGroups/]
  ]
  for (const [others, message] of refused) {
    t.throws(() => cognito({ ...base, ...others } as CognitoOptions), { code: 'AUTH_OPTION_INVALID', message }, String(message))
  }
})

t.test('fetches keys over http from this machine only, and never in production', async t => {
  const local = { ...base, issuer: 'http://localhost:4566/us-east-1_abcdEFGH1' }
  t.strictSame(cognito(local).issuers, [local.issuer])
  setEnv(t, { NODE_ENV: 'production' })
  t.throws(() => cognito(local), { code: 'AUTH_OPTION_INVALID' })
})

t.test('does not change what it was given', async t => {
  const options = Object.freeze({ ...base, clientId: Object.freeze(['a', 'b']), region: Object.freeze(['us-east-1']) })
  const provider = cognito(options)
  t.ok(Object.isFrozen(provider) && Object.isFrozen(provider.issuers))
  t.match(provider, { name: 'cognito', cacheable: true, supplies: ['groups'], suppliesByDefault: [] })
})

t.test('describes tokens by the login of its domain, if it has one', async t => {
  const schemeOf = (others: Partial<CognitoOptions>) => cognito({ ...base, ...others }).securityScheme
  const flowsOf = (domain: string) => ({ authorizationCode: { authorizationUrl: `${domain}/oauth2/authorize`, tokenUrl: `${domain}/oauth2/token`, scopes: {} } })
  t.strictSame(schemeOf({}), { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
  const domains: ReadonlyArray<readonly [string, string]> = [
    ['auth.example.com', 'https://auth.example.com'],
    ['https://auth.example.com', 'https://auth.example.com'],
    ['https://auth.example.com/', 'https://auth.example.com'],
    ['books', 'https://books.auth.us-east-1.amazoncognito.com'],
    ['http://localhost:9229', 'http://localhost:9229']
  ]
  for (const [domain, url] of domains) t.strictSame(schemeOf({ domain }), { type: 'oauth2', flows: flowsOf(url) }, domain)
  t.match(schemeOf({ domain: 'books', userPoolId: 'us-gov-west-1_A1' }), { flows: flowsOf('https://books.auth-fips.us-gov-west-1.amazoncognito.com') })
  const emulated = { userPoolId: 'local_abc', issuer: 'https://emulator.example', domain: 'books' }
  t.match(schemeOf({ ...emulated, region: 'eu-west-1' }), { flows: flowsOf('https://books.auth.eu-west-1.amazoncognito.com') })
  for (const others of [emulated, { userPoolId: 'cn-north-1_A1', domain: 'books' }, { userPoolId: 'eusc-de-east-1_A1', domain: 'books' }]) {
    t.throws(() => cognito({ ...base, ...others }), { code: 'AUTH_OPTION_INVALID', message: /^cognito\.domain must be the whole domain/ })
  }
  for (const domain of ['auth.example.com/path', 'https://auth.example.com?a', 'https://u:p@auth.example.com', 'a b.example', 'ftp://auth.example.com', '-books', 'Books', 'https://']) {
    t.throws(() => cognito({ ...base, domain }), { code: 'AUTH_OPTION_INVALID', message: /^cognito\.domain must be a prefix/ }, domain)
  }
})
