import t from 'tap'

import { findUnlisted, listScopes } from '../../../lib/openapi/list-scopes.js'

const code = { authorizationUrl: 'https://issuer.example/authorize', tokenUrl: 'https://issuer.example/token' }
const security = [{ oauth: ['read', 'write'], bearerAuth: ['editor'] }, { oauth: ['read'] }, {}]

t.test('every flow offers the scopes that are asked for, beside its own and with its own words for them', async t => {
  const flows = { authorizationCode: { ...code, scopes: { write: 'Change books', openid: 'Who you are' } }, clientCredentials: { tokenUrl: code.tokenUrl, scopes: {} }, 'x-note': 'none' }
  t.strictSame(listScopes({ oauth: { type: 'oauth2', flows } }, security), {
    oauth: {
      type: 'oauth2',
      flows: {
        authorizationCode: { ...code, scopes: { read: '', write: 'Change books', openid: 'Who you are' } },
        clientCredentials: { tokenUrl: code.tokenUrl, scopes: { read: '', write: '' } },
        'x-note': 'none'
      }
    }
  })
  t.strictSame(Object.keys(flows.clientCredentials.scopes), [], 'what was given is left alone')
})

t.test('a flow without scopes gets some, and so does a scheme of OpenAPI 2, which is its own flow', async t => {
  t.strictSame(listScopes({ oauth: { type: 'oauth2', flows: { authorizationCode: code } } }, security), { oauth: { type: 'oauth2', flows: { authorizationCode: { ...code, scopes: { read: '', write: '' } } } } })
  t.strictSame(listScopes({ oauth: { type: 'oauth2', flow: 'accessCode', ...code, scopes: { read: 'Read books' } } }, security), { oauth: { type: 'oauth2', flow: 'accessCode', ...code, scopes: { read: 'Read books', write: '' } } })
})

t.test('schemes of other types are left as they are', async t => {
  const schemes = { bearerAuth: { type: 'http', scheme: 'bearer' }, openid: { type: 'openIdConnect', openIdConnectUrl: 'https://issuer.example' } }
  t.strictSame(listScopes(schemes, security), schemes)
})

t.test('scopes that no flow of the app\'s own scheme offers are found, of OAuth only', async t => {
  const flow = (...scopes: string[]) => ({ ...code, scopes: Object.fromEntries(scopes.map(scope => [scope, ''])) })
  t.strictSame(findUnlisted({ oauth: { type: 'oauth2', flows: { authorizationCode: flow('read') } }, bearerAuth: { type: 'http', scheme: 'bearer' } }, security), ['oauth: write'])
  t.strictSame(findUnlisted({ oauth: { type: 'oauth2', flows: { authorizationCode: flow('read'), implicit: flow('write') } } }, security), [], 'each in one flow or another')
  t.strictSame(findUnlisted({ oauth: { type: 'oauth2', flows: { authorizationCode: code } } }, security), ['oauth: read', 'oauth: write'])
  t.strictSame(findUnlisted({ oauth: { type: 'oauth2', flow: 'accessCode', ...flow('read', 'toString') } }, security), ['oauth: write'])
  t.strictSame(findUnlisted({ other: { type: 'oauth2', flows: {} } }, security), [], 'nobody asks for it')
  t.strictSame(findUnlisted({ oauth: { type: 'oauth2', flows: { authorizationCode: flow('read') } } }, [{ oauth: ['toString'] }]), ['oauth: toString'], 'what every object has is no scope')
})
