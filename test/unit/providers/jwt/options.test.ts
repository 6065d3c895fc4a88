import { Type } from '@sinclair/typebox'
import t from 'tap'

import { jwt } from '../../../../lib/providers/jwt/index.js'
import { jwtOptionsSchema } from '../../../../lib/providers/jwt/options.js'
import { ISSUER, getIssuerKey } from '../../../fixtures/set-up-static.js'
import { setEnv } from '../../../fixtures/set-env.js'

import type { Test } from 'tap'
import type { JwtOptions } from '../../../../lib/providers/jwt/index.js'

function optionsWith (changes: object): JwtOptions {
  return { issuer: ISSUER, audience: 'api', jwks: { keys: [getIssuerKey().jwk] }, ...changes } as JwtOptions
}

function refuses (t: Test, changes: object, message: string | RegExp): void {
  t.throws(() => jwt(optionsWith(changes)), { code: 'AUTH_OPTION_INVALID', message }, String(message))
}

t.test('names the option that is missing, and what it may be', async t => {
  refuses(t, { audience: undefined }, 'jwt.audience is missing: it must be a text, a list of texts, or null to accept any audience')
  refuses(t, { issuer: undefined }, 'jwt.issuer is missing: it must be a text or a list of texts, at least one')
  t.throws(() => jwt({} as JwtOptions), { code: 'AUTH_OPTION_INVALID', message: /^jwt\.issuer is missing/ })
  t.throws(() => jwt(null as unknown as JwtOptions), { code: 'AUTH_OPTION_INVALID', message: 'jwt must be an object with options' })
  t.throws(() => jwt(undefined as unknown as JwtOptions), { code: 'AUTH_OPTION_INVALID', message: 'jwt is missing: it must be an object with options' })
})

t.test('names the option that is unknown', async t => {
  refuses(t, { audiences: 'api' }, 'jwt.audiences is not an option')
  refuses(t, { 'a/b~c': 1 }, 'jwt.a/b~c is not an option')
  refuses(t, { claims: { group: 'groups' } }, 'jwt.claims.group is not an option')
})

t.test('names the option that is wrong', async t => {
  const wrong: Array<[object, RegExp]> = [
    [{ issuer: '' }, /^jwt\.issuer must be/], [{ issuer: [] }, /^jwt\.issuer must be/], [{ issuer: 1 }, /^jwt\.issuer must be/],
    [{ audience: '' }, /^jwt\.audience must be/], [{ audience: [] }, /^jwt\.audience must be/], [{ audience: [''] }, /^jwt\.audience must be/],
    [{ name: '' }, /^jwt\.name must be/], [{ algorithms: [] }, /^jwt\.algorithms must be a list of some of RS256/],
    [{ algorithms: ['none'] }, /^jwt\.algorithms\.0 must be/], [{ algorithms: 'RS256' }, /^jwt\.algorithms must be/],
    [{ typ: 'JWT' }, /^jwt\.typ must be 'at\+jwt' or null$/], [{ tokenUse: 'refresh' }, /^jwt\.tokenUse must be/],
    [{ clockToleranceSeconds: -1 }, /^jwt\.clockToleranceSeconds must be a whole number of seconds, 0 to 300$/], [{ clockToleranceSeconds: 301 }, /^jwt\.clock/],
    [{ clockToleranceSeconds: '5' }, /^jwt\.clock/], [{ clockToleranceSeconds: NaN }, /^jwt\.clock/], [{ clockToleranceSeconds: 1.5 }, /^jwt\.clock/],
    [{ maxTokenAgeSeconds: 0 }, /^jwt\.maxTokenAgeSeconds must be/], [{ maxLifetimeSeconds: '1h' }, /^jwt\.maxLifetimeSeconds must be/],
    [{ maxTokenBytes: 0 }, /^jwt\.maxTokenBytes must be/], [{ maxTokenBytes: Infinity }, /^jwt\.maxTokenBytes must be/],
    [{ claimsSchema: { type: 'object' } }, /^jwt\.claimsSchema must be a TypeBox schema$/], [{ claimsSchema: 'x' }, /^jwt\.claimsSchema must be/],
    [{ jwksMaxAgeSeconds: 59 }, /^jwt\.jwksMaxAgeSeconds must be/], [{ jwksMaxUses: 0 }, /^jwt\.jwksMaxUses must be/],
    [{ jwksStaleSeconds: -1 }, /^jwt\.jwksStaleSeconds must be/], [{ jwksCooldownSeconds: 0 }, /^jwt\.jwksCooldownSeconds must be/],
    [{ jwksTimeoutMs: 0 }, /^jwt\.jwksTimeoutMs must be/], [{ jwksMaxBytes: 0 }, /^jwt\.jwksMaxBytes must be/], [{ jwksMaxKeys: 1_001 }, /^jwt\.jwksMaxKeys must be/],
    [{ fetch: 'fetch' }, /^jwt\.fetch must be a function$/], [{ warmUp: 'yes' }, /^jwt\.warmUp must be/], [{ warmUp: null }, /^jwt\.warmUp must be/],
    [{ claims: 'sub' }, /^jwt\.claims must be/], [{ claims: { name: 1 } }, /^jwt\.claims\.name must be/], [{ claims: { name: { firstOf: [] } } }, /^jwt\.claims\.name must be/],
    [{ claims: { groups: { firstOf: ['a'], or: 'b' } } }, /^jwt\.claims\.groups must be/], [{ claims: { kind: 'human' } }, /^jwt\.claims\.kind must be a function$/],
    [{ claims: { id: null } }, /^jwt\.claims\.id must be/], [{ claims: { id: { firstOf: ['sub', 'oid'] } } }, /^jwt\.claims\.id must be/], [{ claims: { id: [] } }, /^jwt\.claims\.id must be/]
  ]
  for (const [changes, message] of wrong) {
    refuses(t, changes, message)
  }
})

t.test('takes undefined for absent', async t => {
  t.equal(jwt(optionsWith({ name: undefined, maxTokenBytes: undefined, groupsProvider: undefined, claims: { groups: undefined } })).maxTokenBytes, 16_384)
})

t.test('demands exactly one source of keys', async t => {
  refuses(t, { jwks: undefined }, 'exactly one of jwt.jwksUri, jwt.jwks, jwt.publicKey, jwt.secret must say which keys are trusted, not 0')
  refuses(t, { jwksUri: 'https://issuer.example/jwks' }, /^exactly one of .*, not 2$/)
  refuses(t, { secret: 'x'.repeat(40), publicKey: 'x', jwksUri: 'x' }, /^exactly one of .*, not 4$/)
})

t.test('demands a claim for ids that stays with its user, unless told that it does not', async t => {
  for (const id of ['email', 'EMAIL', 'upn', 'preferred_username', 'preferredUsername', 'unique_name', 'cognito:username', 'name', 'phone_number', ['user', 'mail']]) {
    refuses(t, { claims: { id } }, /^jwt\.claims\.id is a claim that may be given to another user one day/)
    refuses(t, { claims: { id, mutableId: false } }, /^jwt\.claims\.id/)
    t.ok(jwt(optionsWith({ claims: { id, mutableId: true } })))
  }
  for (const id of ['sub', 'oid', ['user', 'id'], 'email_id']) {
    t.ok(jwt(optionsWith({ claims: { id } })))
  }
})

t.test('demands https for keys, except on this machine outside production', async t => {
  const uris = (jwksUri: string) => ({ jwks: undefined, jwksUri })
  const refused = [
    'http://issuer.example/jwks', 'ftp://issuer.example/jwks', 'issuer.example/jwks', '', '/jwks', 'file:///etc/passwd', 'data:application/json,{}',
    'https://user:secret@issuer.example/jwks', 'https://user@issuer.example/', 'https://issuer.example/#a', 'http://127.0.0.1.evil.example/', 'http://localhost.evil.example/', 'http://0.0.0.0/'
  ]
  for (const uri of refused) {
    refuses(t, uris(uri), /^jwt\.jwksUri must be/)
  }
  for (const uri of ['https://issuer.example/jwks?p=1', 'http://localhost:3000/jwks', 'http://127.0.0.1/', 'http://127.1.2.3:8080/', 'http://[::1]:80/']) {
    t.ok(jwt(optionsWith(uris(uri))), uri)
  }
  setEnv(t, { NODE_ENV: 'production' })
  refuses(t, uris('http://127.0.0.1/'), /^jwt\.jwksUri must be/)
  t.ok(jwt(optionsWith(uris('https://issuer.example/jwks'))))
})

t.test('demands providers that can do what they are for', async t => {
  class Groups { fetchGroups () { return [] } }
  t.ok(jwt(optionsWith({ groupsProvider: new Groups() })))
  refuses(t, { groupsProvider: {} }, 'jwt.groupsProvider must be an object with the method fetchGroups')
  refuses(t, { rolesProvider: () => ({ fetchRoles: () => [] }) }, 'jwt.rolesProvider must be an object with the method fetchRoles; if it is a factory, call it')
  refuses(t, { permissionsProvider: null }, 'jwt.permissionsProvider must be an object with the method fetchPermissions')
  for (const permissionMatch of ['Wildcard', '', null, true]) {
    refuses(t, { permissionsProvider: { fetchPermissions: () => [], permissionMatch } }, "jwt.permissionsProvider.permissionMatch must be 'exact' or 'wildcard'")
  }
  for (const permissionMatch of ['exact', 'wildcard', undefined]) {
    t.ok(jwt(optionsWith({ permissionsProvider: { fetchPermissions: () => [], permissionMatch } })))
  }
  refuses(t, { profileProvider: { fetchProfile: true } }, 'jwt.profileProvider must be an object with the method fetchProfile')
  refuses(t, { claims: () => ({}) }, 'jwt.claims must be an object with the names of claims; if it is a factory, call it')
})

t.test('lists every option with what it must be', async t => {
  t.equal(Object.keys(jwtOptionsSchema.properties).length, 29)
})

t.test('does not notice what becomes of the caller\'s options', async t => {
  const claims = { groups: ['a', 'b'] }
  const claimsSchema = Type.Object({ sub: Type.String() })
  const provider = jwt(optionsWith({ claims, claimsSchema, issuer: [ISSUER] }))
  claims.groups[0] = 'x'
  t.same(provider.issuers, [ISSUER])
  t.ok(Object.isFrozen(provider.issuers))
})
