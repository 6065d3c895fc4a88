import t from 'tap'

import { bearer } from '../../../lib/schemes/bearer.js'
import { fromCookie } from '../../../lib/schemes/from-cookie.js'

const jwtProvider = { name: 'jwt', issuers: ['https://issuer.example'], verify: () => { throw new Error('never asked') } }

t.test('is called bearerAuth, reads the usual header and cannot be changed', async t => {
  const authenticator = bearer(jwtProvider)
  t.strictSame(authenticator.name, 'bearerAuth')
  t.strictSame(authenticator.jwtProviders, [jwtProvider])
  t.strictSame(authenticator.tokenSources.map(source => source.name), ['header authorization bearer'])
  for (const part of [authenticator, authenticator.jwtProviders, authenticator.tokenSources]) t.ok(Object.isFrozen(part))
})

t.test('takes several providers, several sources and another name', async t => {
  const other = { ...jwtProvider, name: 'other' }
  const sources = [fromCookie('one'), fromCookie('two')]
  const given = [jwtProvider, other]
  const authenticator = bearer(given, { name: 'staffAuth', sources })
  t.strictSame(authenticator, { name: 'staffAuth', jwtProviders: [jwtProvider, other], tokenSources: sources })
  t.notOk(Object.isFrozen(given) || Object.isFrozen(sources))
  const [source] = sources
  t.ok(source !== undefined && bearer(jwtProvider, { sources: source }).tokenSources[0] === source)
})

t.test('is refused without a provider, a source or a name', async t => {
  const calls = [() => bearer([]), () => bearer(jwtProvider, { sources: [] }), ...['', ' ', null, 7].map(name => () => bearer(jwtProvider, { name: name as string }))]
  for (const call of calls) t.throws(call, { code: 'AUTH_OPTION_INVALID', statusCode: 500, message: /^bearer: / })
})
