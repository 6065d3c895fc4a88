import t from 'tap'

import { INVALID, openEntraApp } from '../fixtures/entra-app.js'
import { ABE, API, CLIENT, CONSUMER_TENANT, createDirectoryKey, OTHER_TENANT, startDirectory, TENANT } from '../fixtures/entra-directory.js'

const V2 = `https://login.microsoftonline.com/${TENANT}/v2.0`

t.test('the audience is the client id or its address, in the form of the option or in the other one', async t => {
  const directory = await startDirectory(t)
  for (const audience of [API, `api://${API}`, API.toUpperCase(), [API, 'https://books.example']]) {
    const { refusal } = await openEntraApp(t, { audience }, directory)
    for (const aud of [API, `api://${API}`, [API]]) t.strictSame((await refusal(directory.userToken({ aud })))[0], 200, `${String(audience)} and ${String(aud)}`)
    for (const aud of [CLIENT, `api://${CLIENT}`, `api://${API}/`, `API://${API}`, `${API} `, 'https://graph.microsoft.com', '00000003-0000-0000-c000-000000000000', undefined]) {
      t.strictSame(await refusal(directory.userToken({ aud })), [...INVALID, 'audience'], `${String(audience)} and ${String(aud)}`)
    }
  }
  const named = await openEntraApp(t, { audience: 'api://books' }, directory)
  t.equal((await named.refusal(directory.userTokenV1({ aud: 'api://books' })))[0], 200)
  t.strictSame(await named.refusal(directory.userTokenV1({ aud: 'api://books/' })), [...INVALID, 'audience'])
  const open = await openEntraApp(t, { audience: null }, directory)
  t.equal((await open.refusal(directory.userToken({ aud: 'whoever' })))[0], 200)
})

t.test('what is no access token of a person or of an application is refused', async t => {
  const { directory, refusal } = await openEntraApp(t)
  const rows = [
    ['an ID token', directory.idToken()],
    ['an ID token with a nonce', directory.idToken({ nonce: '12345' })],
    ['an ID token with groups and roles', directory.idToken({ groups: ['staff'], roles: ['editor'] })],
    ['neither scopes nor proof', directory.userToken({ scp: undefined })],
    ['scopes that are empty', directory.userToken({ scp: ' ' })],
    ['scopes that are no text', directory.userToken({ scp: ['access_as_user'] })],
    ['its own subject, and a name', directory.appToken({ name: 'Abe Lincoln' })],
    ['its own subject, and a device', directory.appToken({ idtyp: 'device' })],
    ['an application without an object id', directory.appToken({ oid: undefined, sub: undefined })]
  ] as const
  for (const [what, token] of rows) t.strictSame(await refusal(token), [...INVALID, 'token_use'], what)
})

t.test('a rule for kinds does not let ID tokens in', async t => {
  const { directory, refusal, user } = await openEntraApp(t, { claims: { kind: () => 'human' } })
  t.strictSame(await refusal(directory.idToken()), [...INVALID, 'token_use'])
  t.match(await user(directory.appToken()), { status: 200, kind: 'human' })
})

t.test('where ID tokens are asked for, they are persons, and access tokens are refused', async t => {
  const { directory, refusal, user } = await openEntraApp(t, { tokenUse: 'id' })
  t.match(await user(directory.idToken({ nonce: '12345' })), { status: 200, id: `${TENANT}:${ABE}`, kind: 'human', clientId: null, scopes: [] })
  for (const token of [directory.userToken(), directory.userTokenV1(), directory.appToken(), directory.appTokenV1(), directory.idToken({ idtyp: 'app' })]) {
    t.strictSame(await refusal(token), [...INVALID, 'token_use'])
  }
})

t.test('where any use is accepted, a token that shows none is nobody of a known kind', async t => {
  const { directory, user } = await openEntraApp(t, { tokenUse: null })
  t.match(await user(directory.idToken()), { status: 200, kind: 'unknown' })
  t.match(await user(directory.userToken()), { status: 200, kind: 'human' })
})

t.test('the tenant, the version and the issuer of a token agree, to the letter', async t => {
  const { directory, refusal } = await openEntraApp(t)
  const v1 = `https://sts.windows.net/${TENANT}/`
  const rows = [
    ['another tenant', directory.userToken({}, { tenantId: OTHER_TENANT }), 'issuer_unknown'],
    ['another tenant that claims to be ours', directory.userToken({ tid: TENANT }, { tenantId: OTHER_TENANT }), 'issuer_unknown'],
    ['persons', directory.userToken({}, { tenantId: CONSUMER_TENANT }), 'issuer_unknown'],
    ['a placeholder as issuer', directory.userToken({ iss: 'https://login.microsoftonline.com/{tenantid}/v2.0' }), 'issuer_unknown'],
    ['a placeholder as tenant', directory.userToken({ tid: '{tenantid}' }), 'issuer_mismatch'],
    ['no tenant', directory.userToken({ tid: undefined }), 'issuer_mismatch'],
    ['a tenant in capitals', directory.userToken({ tid: TENANT.toUpperCase() }), 'issuer_mismatch'],
    ['an issuer in capitals', directory.userToken({ iss: V2.replace(TENANT, TENANT.toUpperCase()) }), 'issuer_unknown'],
    ['a tenant that is no text', directory.userToken({ tid: [TENANT] }), 'issuer_mismatch'],
    ['the tenant of somebody else', directory.userToken({ tid: OTHER_TENANT }), 'issuer_mismatch'],
    ['version 1.0 from the issuer of 2.0', directory.userToken({ ver: '1.0' }), 'issuer_mismatch'],
    ['version 2.0 from the issuer of 1.0', directory.userTokenV1({ ver: '2.0' }), 'issuer_mismatch'],
    ['no version', directory.userToken({ ver: undefined }), 'issuer_mismatch'],
    ['a version that is a number', directory.userToken({ ver: 2 }), 'issuer_mismatch'],
    ['the other issuer, signed with a key of this version', directory.userToken({ iss: v1, ver: '1.0' }), 'kid_unknown'],
    ['no slash', directory.userTokenV1({ iss: v1.slice(0, -1) }), 'issuer_unknown'],
    ['a slash too many', directory.userToken({ iss: `${V2}/` }), 'issuer_unknown'],
    ['another cloud', directory.userToken({ iss: `https://login.microsoftonline.us/${TENANT}/v2.0` }), 'issuer_unknown'],
    ['a host that looks like it', directory.userToken({ iss: `https://login.microsoftonline.com.evil.example/${TENANT}/v2.0` }), 'issuer_unknown']
  ] as const
  for (const [what, token, reason] of rows) t.strictSame(await refusal(token), [...INVALID, reason], what)
})

t.test('keys of another tenant, of persons and of nobody sign nothing', async t => {
  const directory = await startDirectory(t)
  const [theirs, persons, odd, clouds] = [`https://login.microsoftonline.com/${OTHER_TENANT}/v2.0`, `https://login.microsoftonline.com/${CONSUMER_TENANT}/v2.0`, 7, `https://login.microsoftonline.us/${TENANT}/v2.0`].map(createDirectoryKey)
  directory.extraKeys.push(...[theirs, persons, odd, clouds].filter(key => key !== undefined))
  const { refusal } = await openEntraApp(t, {}, directory)
  for (const key of directory.extraKeys) {
    t.strictSame(await refusal(directory.userToken({}, { key })), [...INVALID, 'key_issuer'])
    t.strictSame(await refusal(directory.userTokenV1({}, { key })), [...INVALID, 'key_issuer'])
  }
  t.strictSame(await refusal(directory.userToken({}, { key: createDirectoryKey() })), [...INVALID, 'kid_unknown'])
})
