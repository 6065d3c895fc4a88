import t from 'tap'

import { collectLog } from '../fixtures/collect-log.js'
import { handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'

const issuer = handIssuer()

t.test('providers are warm when the app is ready, and closed when it is', async t => {
  const seen: string[] = []
  const lifecycle = (name: string) => ({ warmUp: async () => { seen.push(`warm ${name}`) }, close: async () => { seen.push(`close ${name}`) } })
  const app = await openApp(t, {
    jwtProvider: issuer.provider({ ...lifecycle('jwt'), rolesProvider: { fetchRoles: () => [], ...lifecycle('own roles') } }),
    groupsProvider: { fetchGroups: () => [], ...lifecycle('groups') }
  })
  t.same(seen, ['warm jwt', 'warm own roles', 'warm groups'])
  await app.close()
  t.same(seen.slice(3), ['close jwt', 'close own roles', 'close groups'])
})

t.test('an app without its issuer boots, with a warning, unless it was told otherwise', async t => {
  const log = collectLog()
  const warmUp = async () => { throw new Error('hidden text') }
  await openApp(t, { jwtProvider: issuer.provider({ warmUp }) }, () => {}, { logger: log.logger })
  t.match(log.of('provider could not be warmed up; requests get 503 until it answers'), [{ level: 40, provider: 'hand', error: 'Error' }])
  await t.rejects(openApp(t, { jwtProvider: issuer.provider({ warmUp, warmUpRequired: true }) }), { code: 'AUTH_OPTION_INVALID', message: /^hand: / })
  t.notMatch(log.text(), 'hidden text')
})

t.test('a provider that cannot be closed does not keep the app from closing', async t => {
  const log = collectLog()
  const app = await openApp(t, { jwtProvider: issuer.provider({ close: async () => { throw new Error('hidden text') } }) }, () => {}, { logger: log.logger })
  await t.resolves(app.close())
  t.match(log.of('provider could not be closed'), [{ level: 40, provider: 'hand', error: 'Error' }])
  t.notMatch(log.text(), 'hidden text')
})
