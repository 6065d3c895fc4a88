import t from 'tap'

import { AUTH_PROVIDER_UNAVAILABLE, AUTH_SCOPE_MISSING, fromCookie, fromHeader, fromQuery, fromWebSocketProtocol, reqSerializer, requireClaims, requireGroups, requirePermissions, requirePolicy, requireRoles, requireScopes } from '../../lib/index.js'
import { jwt } from '../../lib/providers/jwt/index.js'
import { findExposures } from './exposures.js'
import { AUDIENCE, createKey, createToken, ISSUER } from './forge.js'
import { createTarget, withToken } from './harness.js'
import { HOSTILE_TEXTS } from './hostile-texts.js'
import { findSplits, isPristine } from './intact.js'
import { parseChallenge } from './parse-challenge.js'
import { createWitness } from './witness.js'

import type { Test } from 'tap'
import type { Authenticator, Guard, JwtProvider } from '../../lib/index.js'
import type { Target, TargetOptions } from './harness.js'
import type { Witness } from './witness.js'

const key = createKey('ES256')
const jwtProvider = jwt({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [key.jwk] } })
const nobody = createToken(key)
const forged = createToken(createKey('ES256', key.kid))

/** What an app is told with a text in it. */
interface Setting {
  toOptions (text: string, witness: Witness): TargetOptions
  readonly url?: string
  /** What the caller is told that he has to have; the challenge must be one. */
  readonly status: 200 | 401 | 403 | 503
  /** Claims with which the same request is let in. */
  toClaims? (text: string): Readonly<Record<string, unknown>>
}

function guarded (toGuard: (text: string) => Guard, toClaims?: Setting['toClaims'], options: Partial<TargetOptions> = {}): Setting {
  return {
    toOptions: (text, witness) => ({ jwtProvider, ...options, routes: app => witness.declare(app, '/guarded', toGuard(text), () => 'in') }),
    url: '/guarded',
    status: 403,
    ...(toClaims === undefined ? {} : { toClaims })
  }
}

function withAuthenticator (toMembers: (text: string) => Partial<Authenticator>): Setting {
  const own: Authenticator = { name: 'own', securityScheme: { type: 'apiKey', in: 'header', name: 'x-own' }, read: () => null, verify () { throw new Error('never asked') }, challenge: () => 'Own' }
  return { toOptions: text => ({ authenticators: [{ ...own, ...toMembers(text) }] }), status: 401 }
}

function failing (toProvider: (text: string) => Partial<JwtProvider>): Setting {
  return { toOptions: text => ({ jwtProvider: { ...jwtProvider, ...toProvider(text) } as JwtProvider }), status: 503 }
}

const sourced = (toSource: (text: string) => NonNullable<TargetOptions['tokenSources']>[number]): Setting => ({
  toOptions: text => ({ jwtProvider, tokenSources: [toSource(text)], logger: { serializers: { req: reqSerializer } } }),
  status: 401
})

const SETTINGS: Readonly<Record<string, Setting>> = {
  realm: { toOptions: realm => ({ jwtProvider, realm }), status: 200 },
  'a name of scopes': guarded(text => requireScopes([text]), scope => ({ scope: [scope] })),
  'a name of scopes, in a body of RFC 9457': guarded(text => requireScopes(['read', text]), undefined, { errorBody: 'problem' }),
  'a name of roles': guarded(text => requireRoles([text]), role => ({ roles: ['user', role] })),
  'a name of groups': guarded(text => requireGroups(['staff', text], { match: 'all' }), group => ({ groups: [group, 'staff'] })),
  'a name of permissions': guarded(text => requirePermissions(text), permission => ({ permissions: permission })),
  'the value of a claim': guarded(text => requireClaims({ claim: text }), claim => ({ claim })),
  'the name of a claim': guarded(text => requireClaims(Object.fromEntries([[text, 'value']])), text => Object.fromEntries([[text, 'value']])),
  'the name of a policy that says no': {
    toOptions: (text, witness) => ({ jwtProvider, policies: Object.fromEntries([[text, () => false]]), routes: app => witness.declare(app, '/guarded', requirePolicy(text), () => 'in') }),
    url: '/guarded',
    status: 403
  },
  'the name of a policy that fails': {
    toOptions: (text, witness) => ({ jwtProvider, policies: Object.fromEntries([[text, () => { throw new Error(text) }]]), routes: app => witness.declare(app, '/guarded', requirePolicy(text), () => 'in') }),
    url: '/guarded',
    status: 503
  },
  'the name of an authenticator': withAuthenticator(name => ({ name })),
  'a challenge': withAuthenticator(text => ({ challenge: () => text })),
  'a parameter of a challenge': withAuthenticator(text => ({ challenge: () => `Own realm="${text}"` })),
  'the name of a provider that fails': failing(name => ({ name, verify () { throw new Error(name) } })),
  'a scope that an error of the app\'s own names': { ...failing(text => ({ verify () { throw new AUTH_SCOPE_MISSING({ reason: 'scope', scopes: ['read', text] }) } })), status: 403 },
  'the address of keys': { toOptions: text => ({ jwtProvider: jwt({ issuer: ISSUER, audience: AUDIENCE, jwksUri: `http://127.0.0.1:1/${text}` }) }), status: 503 },
  'an audience': { toOptions: audience => ({ jwtProvider: jwt({ issuer: ISSUER, audience, jwks: { keys: [key.jwk] } }) }), status: 401 },
  'the name of a header': sourced(text => fromHeader(text)),
  'a scheme': sourced(text => fromHeader('authorization', text)),
  'the name of a cookie': sourced(text => fromCookie(text)),
  'the name of a parameter': sourced(text => fromQuery(text)),
  'the prefix of a protocol': sourced(text => fromWebSocketProtocol(text)),
  'an excluded URL': { toOptions: text => ({ jwtProvider, exclude: [`/${text}/*`] }), status: 200 },
  'the URL of a route': { toOptions: (text, witness) => ({ jwtProvider, routes: app => witness.declare(app, `/${text}`, requireRoles(['any']), () => 'in') }), status: 200 }
}

/** Boots an app, unless the text stops that: then with a code, and without an app. */
async function boot (t: Test, text: string, { toOptions }: Setting, witness: Witness): Promise<Target | null> {
  try {
    return await createTarget(t, toOptions(text, witness))
  } catch (error) {
    const { code = 'none', message } = error as Error & { readonly code?: string }
    t.ok(/^(?:AUTH|FST)_/.test(code) || message.startsWith('Wildcard must be the last character'), `the boot stops, and says why: ${message}`)
    return null
  }
}

async function assertIntact (t: Test, target: Target, url: string, token: string | null, statuses: readonly number[]): Promise<void> {
  const observed = await target.send({ request: token === null ? { url } : withToken(token, { url }) })
  t.ok(statuses.includes(observed.status), `${observed.status} is one of ${statuses.join()}`)
  t.strictSame(findExposures(observed, []), [])
  t.strictSame(await findSplits(target.app, url, token), [])
  for (const challenge of [observed.headers['www-authenticate'] ?? []].flat()) {
    t.ok(!String(challenge).startsWith('Bearer') || parseChallenge(String(challenge)) !== null, `a challenge can be read: ${String(challenge)}`)
  }
}

for (const [place, setting] of Object.entries(SETTINGS)) {
  t.test(`hostile texts as ${place} stop the boot, or do no harm`, async t => {
    for (const [name, text] of Object.entries(HOSTILE_TEXTS)) {
      const { url = '/', status, toClaims } = setting
      const witness = createWitness()
      const target = await boot(t, text, setting, witness)
      if (target === null) {
        continue
      }
      await assertIntact(t, target, url, null, [401])
      await assertIntact(t, target, url, forged, [401, 403, 503])
      await assertIntact(t, target, url, nobody, [status])
      if (toClaims !== undefined) {
        const { status: answered, lines } = await target.send({ request: withToken(createToken(key, { claims: toClaims(text) }), { url }) })
        t.ok(answered === 200 || lines.some(line => line.includes('"claim_type"')), `who has it is let in: ${name}`)
      }
      t.strictSame(findExposures({ headers: {}, body: '', lines: target.lines }, []), [], `${name}: boot and all`)
      t.strictSame(witness.breaches, [], name)
    }
    t.ok(isPristine())
  })
}

t.test('a route with a hostile URL is guarded under every spelling of it', async t => {
  for (const [name, text] of Object.entries(HOSTILE_TEXTS)) {
    const witness = createWitness()
    const target = await boot(t, text, SETTINGS['the URL of a route'] as Setting, witness)
    const url = `/${encodeURIComponent(Buffer.from(text).toString())}`
    if (target !== null) {
      await assertIntact(t, target, url, null, [401, 404])
      await assertIntact(t, target, url, nobody, [403, 404])
      t.strictSame(witness.breaches, [], name)
      t.equal(witness.runs, 0)
    }
  }
})

/** What a provider passes on from whom it asked; a number, if all goes well. */
const DELAYS: Readonly<Record<string, unknown>> = {
  'no number': NaN,
  'no end': Infinity,
  'a negative number': -1,
  'a fraction': 0.5,
  'an object': {},
  'a list': [5, 6],
  'a date': 'Wed, 21 Oct 2026 07:28:00 GMT',
  'a second header': '5\r\nset-cookie: a=b'
}

for (const [name, retryAfterSeconds] of Object.entries(DELAYS)) {
  t.test(`a delay that is ${name} becomes no Retry-After that is none`, async t => {
    const verify = (): never => { throw new AUTH_PROVIDER_UNAVAILABLE({ reason: 'provider_failed', retryAfterSeconds: retryAfterSeconds as number }) }
    const target = await createTarget(t, { jwtProvider: { ...jwtProvider, verify } })
    const { status, headers, body } = await target.send({ request: withToken(nobody) })
    t.match({ status, headers, body: JSON.parse(body) }, { status: 503, headers: { 'retry-after': /^[0-9]+$/ }, body: { code: 'AUTH_PROVIDER_UNAVAILABLE' } })
  })
}
