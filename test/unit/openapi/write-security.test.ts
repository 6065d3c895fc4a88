import t from 'tap'

import { writeSecurity } from '../../../lib/openapi/write-security.js'

import type { RouteMark } from '../../../lib/openapi/mark.js'
import type { Version } from '../../../lib/openapi/version.js'
import type { SecurityScheme } from '../../../types/scheme.js'

const bearerAuth: SecurityScheme = { type: 'http', scheme: 'bearer' }
const cookieAuth: SecurityScheme = { type: 'apiKey', in: 'cookie', name: 'session' }
const oauth: SecurityScheme = { type: 'oauth2', flows: {} }
const openid: SecurityScheme = { type: 'openIdConnect', openIdConnectUrl: 'https://issuer.example' }
const schemes = { bearerAuth, cookieAuth, oauth, openid }
const open = { scopes: [], names: [] }
const VERSIONS: readonly Version[] = ['2.0', '3.0', '3.1', '3.2']

function mark (members: Partial<RouteMark> = {}): RouteMark {
  return { security: null, isPublic: false, isOpen: false, schemes: { bearerAuth }, clauses: [open], words: null, refusals: [], ...members }
}

function write (members: Partial<RouteMark>, version: Version = '3.1') {
  return writeSecurity(mark(members), { schemes, version })
}

t.test('each way to sign in is an alternative; where nobody has to, none is one too', async t => {
  t.strictSame(write({ schemes: { bearerAuth, cookieAuth } }), { security: [{ bearerAuth: [] }, { cookieAuth: [] }], description: null })
  t.strictSame(write({ isOpen: true }), { security: [{ bearerAuth: [] }, {}], description: null })
})

t.test('public operations say so', async t => {
  t.strictSame(write({ isPublic: true }), { security: [], description: null })
})

t.test('what the app wrote itself stays, public or not', async t => {
  for (const isPublic of [true, false]) {
    t.strictSame(write({ isPublic, security: [{ mine: ['a'] }], words: 'roles editor' }), { security: [{ mine: ['a'] }], description: null })
  }
})

t.test('schemes of OAuth list scopes in all editions, others any name from 3.1 on', async t => {
  const asked = { clauses: [{ scopes: ['read'], names: ['editor'] }], words: '(scopes read) and (roles editor)' }
  for (const version of VERSIONS) {
    const isLate = version === '3.1' || version === '3.2'
    const description = 'Requires (scopes read) and (roles editor).'
    t.strictSame(write({ ...asked, schemes: { oauth } }, version), { security: [{ oauth: ['read'] }], description }, `oauth2 in ${version}`)
    t.strictSame(write({ ...asked, schemes: { openid } }, version), { security: [{ openid: ['read'] }], description }, `openIdConnect in ${version}`)
    t.strictSame(write({ ...asked, schemes: { bearerAuth } }, version), { security: [{ bearerAuth: isLate ? ['read', 'editor'] : [] }], description: isLate ? null : description }, `http in ${version}`)
    t.strictSame(write({ ...asked, schemes: { oauth, bearerAuth } }, version).description, description, 'one that cannot list all is enough')
  }
})

t.test('words are left out where lists say everything', async t => {
  const asked = { clauses: [{ scopes: ['read'], names: [] }], words: 'scopes read' }
  for (const version of VERSIONS) {
    t.strictSame(write({ ...asked, schemes: { oauth } }, version), { security: [{ oauth: ['read'] }], description: null }, version)
  }
})

t.test('alternatives that read alike in this edition are written once', async t => {
  const asked = { clauses: [{ scopes: [], names: ['editor'] }, { scopes: [], names: ['admin'] }, { scopes: ['read'], names: [] }], words: 'many' }
  t.strictSame(write(asked, '3.0').security, [{ bearerAuth: [] }])
  t.strictSame(write({ ...asked, schemes: { oauth } }, '3.0').security, [{ oauth: [] }, { oauth: ['read'] }])
  t.strictSame(write(asked, '3.1').security, [{ bearerAuth: ['editor'] }, { bearerAuth: ['admin'] }, { bearerAuth: ['read'] }])
})

t.test('what cannot be listed is described, and every way to sign in is named', async t => {
  t.strictSame(write({ clauses: null, words: 'roles a or b', schemes: { bearerAuth, oauth }, isOpen: true }), { security: [{ bearerAuth: [] }, { oauth: [] }, {}], description: 'Requires roles a or b.' })
})

t.test('the definition that stands in the document decides what a list may hold', async t => {
  const asked = mark({ clauses: [{ scopes: ['read'], names: [] }], words: 'scopes read' })
  const writeWith = (scheme: SecurityScheme | null) => writeSecurity(asked, { schemes: scheme === null ? {} : { bearerAuth: scheme }, version: '3.0' })
  t.strictSame(writeWith(oauth), { security: [{ bearerAuth: ['read'] }], description: null })
  t.strictSame(writeWith(null), { security: [{ bearerAuth: [] }], description: 'Requires scopes read.' })
})
