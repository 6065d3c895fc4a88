import t from 'tap'

import { requireGroups, requirePermissions, requireRoles } from '../../lib/index.js'
import { jwt } from '../../lib/providers/jwt/index.js'
import { findExposures } from './exposures.js'
import { AUDIENCE, createKey, createToken, ISSUER } from './forge.js'
import { createTarget, withToken } from './harness.js'
import { HOSTILE_TEXTS } from './hostile-texts.js'
import { findSplits, isPristine } from './intact.js'
import { createWitness } from './witness.js'

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Test } from 'tap'
import type { AuthUser, JwtProvider, ProvidedIdentity, Reason } from '../../lib/index.js'
import type { Target } from './harness.js'
import type { Witness } from './witness.js'

const key = createKey('ES256')
const settings = { issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [key.jwk] } }
const MARK = 'mark-of-the-corpus'
const MAX_ID_LENGTH = 255

/** Whatever a handler can see of who sent the request. */
async function show ({ user }: FastifyRequest): Promise<string> {
  const { id, issuer, name, email, clientId, scopes, claims, groups, roles, permissions } = user as AuthUser
  const names = [await groups.call(user), await roles.call(user), await permissions.call(user)]
  return JSON.stringify({ id, issuer, name, email, clientId, scopes, names, claims: toPairs(claims), json: JSON.stringify(user) })
}

/** Members as a list: in an object, some names are special to whoever compares. */
function toPairs (value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return value
  }
  const members = Object.entries(value).filter(([claim]) => !['iss', 'aud', 'iat', 'exp'].includes(claim))
  return members.map(([name, member]) => [name, toPairs(member)]).sort(([one], [other]) => String(one) < String(other) ? -1 : 1)
}

function declareRoutes (app: FastifyInstance, witness: Witness): void {
  witness.declare(app, '/show', null, show)
  witness.declare(app, '/roles', requireRoles(['role-that-is-asked-for']), () => 'in')
  witness.declare(app, '/groups', requireGroups(['group-that-is-asked-for']), () => 'in')
  witness.declare(app, '/permissions', requirePermissions(['permission-that-is-asked-for']), () => 'in')
}

/** Sees a request by who is known, but may not, refused: in one line, with his name in it as it is. */
async function assertForbidden (t: Test, target: Target, token: string, { subject, issuer }: { subject: string, issuer: string }): Promise<void> {
  for (const url of ['/roles', '/groups', '/permissions']) {
    const observed = await target.send({ request: withToken(token, { url }) })
    t.equal(observed.status, 403, url)
    t.strictSame(findExposures(observed, [MARK]), [], url)
    const line = observed.lines.map(text => JSON.parse(text) as Record<string, unknown>).find(members => 'reason' in members)
    t.match(line, { subject, issuer }, 'who it was is logged, and nothing is changed')
    t.strictSame(await findSplits(target.app, url, token), [], 'the answer on the wire is one')
  }
}

for (const [name, text] of Object.entries(HOSTILE_TEXTS)) {
  t.test(`claims with ${name} come to the handler as they are, or the token is refused`, async t => {
    const witness = createWitness()
    const target = await createTarget(t, { jwtProvider: jwt(settings), routes: app => declareRoutes(app, witness) })
    const sub = text.slice(0, MAX_ID_LENGTH)
    const member = Object.fromEntries([[text, text]])
    const claims = { sub, jti: text, name: text, email: text, client_id: `${text}-client`, groups: [text], roles: [text], permissions: [text], list: [text], object: member, mark: MARK, ...member }
    const token = createToken(key, { claims })
    const { status, body } = await target.send({ request: withToken(token, { url: '/show' }) })
    t.equal(status, 200)
    const user = { issuer: ISSUER, name: text, email: text, clientId: `${text}-client` }
    t.strictSame(JSON.parse(body), { id: sub, ...user, scopes: [], names: [[text], [text], [text]], claims: toPairs(claims), json: JSON.stringify({ id: sub, kind: 'unknown', ...user }) })
    await assertForbidden(t, target, token, { subject: sub, issuer: ISSUER })
    t.strictSame(witness.breaches, [])
    t.ok(isPristine(), 'no prototype was changed (CWE-1321)')
  })
}

/** Where a text makes a token bad, and what is then logged. Where it may be fine, it comes to the handler as it is. */
const SPOTS: Readonly<Record<string, readonly [(text: string) => Parameters<typeof createToken>[1], reasons: ReadonlyArray<Reason | 'in'>]>> = {
  iss: [iss => ({ claims: { iss } }), ['issuer_unknown']],
  'iss, behind the good one': [text => ({ claims: { iss: `${ISSUER}${text}` } }), ['issuer_unknown']],
  aud: [aud => ({ claims: { aud } }), ['audience']],
  'aud, in a list': [text => ({ claims: { aud: [text, `${AUDIENCE}${text}`] } }), ['audience']],
  'sub, too long': [text => ({ claims: { sub: text.padEnd(MAX_ID_LENGTH + 1, MARK) } }), ['claim_type']],
  kid: [kid => ({ header: { kid } }), ['kid_unknown']],
  'kid, in a list': [text => ({ header: { kid: [text] } }), ['header_member']],
  alg: [alg => ({ header: { alg } }), ['algorithm']],
  typ: [typ => ({ header: { typ } }), ['in']],
  cty: [cty => ({ header: { cty } }), ['in']],
  crit: [text => ({ header: { crit: [text] } }), ['header_member']],
  'a member of the header': [text => ({ header: Object.fromEntries([[text, text]]) }), ['in']],
  scope: [scope => ({ claims: { scope } }), ['in', 'claim_type']],
  'scope, in a list': [text => ({ claims: { scope: ['read', text] } }), ['in', 'claim_type']],
  'roles, as members': [text => ({ claims: { roles: Object.fromEntries([[text, text]]) } }), ['claim_type']],
  exp: [exp => ({ claims: { exp } }), ['claim_type']],
  cnf: [text => ({ claims: { cnf: { jkt: text } } }), ['confirmation']]
}

for (const [spot, [toParts, reasons]] of Object.entries(SPOTS)) {
  t.test(`hostile texts in ${spot} tell nothing, and split nothing`, async t => {
    const witness = createWitness()
    const target = await createTarget(t, { jwtProvider: jwt(settings), routes: app => declareRoutes(app, witness) })
    for (const [name, text] of Object.entries(HOSTILE_TEXTS)) {
      for (const marked of [`${text}${MARK}`, text]) {
        const token = createToken(key, toParts(marked))
        const observed = await target.send({ request: withToken(token, { url: '/show' }) })
        const [line] = observed.lines.map(each => JSON.parse(each) as { reason?: Reason }).filter(members => 'reason' in members)
        const reason = line?.reason ?? 'in'
        t.ok(reasons.includes(reason), `${name}: ${reason}`)
        t.equal(observed.status, reason === 'in' ? 200 : 401, name)
        t.strictSame(findExposures({ ...observed, body: reason === 'in' ? '' : observed.body }, [MARK]), [], name)
        t.strictSame(await findSplits(target.app, '/show', token), [], name)
      }
    }
    t.strictSame(witness.breaches, [])
    t.ok(isPristine())
  })
}

/** A provider that believes whatever the token says, whoever issues it. */
function believing (issuer: string): JwtProvider {
  return {
    name: 'believing',
    issuers: [issuer],
    supplies: ['groups', 'roles', 'permissions'],
    verify (token): ProvidedIdentity {
      const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
      const names = [claims['sub'] as string]
      return { subject: claims['sub'] as string, issuer, kind: 'human', name: null, email: null, emailVerified: null, clientId: null, scopes: names, claims, expiresAt: null, groups: names, roles: names, permissions: names }
    }
  }
}

for (const [name, text] of Object.entries(HOSTILE_TEXTS)) {
  t.test(`an issuer, a scope and names with ${name}, from a provider of the app's own`, async t => {
    const witness = createWitness()
    const target = await createTarget(t, { jwtProvider: believing(text), routes: app => declareRoutes(app, witness) })
    const sub = text.slice(0, MAX_ID_LENGTH)
    const token = createToken(key, { claims: { iss: text, sub } })
    const { body } = await target.send({ request: withToken(token, { url: '/show' }) })
    t.match(JSON.parse(body), { id: sub, issuer: text, scopes: [sub], names: [[sub], [sub], [sub]] })
    await assertForbidden(t, target, token, { subject: sub, issuer: text })
    t.strictSame(findExposures({ headers: {}, body: '', lines: target.lines }, [MARK]), [], 'nor at boot, where the issuers are named')
    t.strictSame(witness.breaches, [])
    t.ok(isPristine())
  })
}
