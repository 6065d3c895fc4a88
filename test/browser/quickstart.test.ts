import t from 'tap'
import { build } from '../../examples/quickstart.js'
import { DocsPage } from './docs-page.js'
import { missingBrowser, openBrowser, openPage } from './open-browser.js'

t.test('whoever pastes a token under Authorize asks as its user, and as nobody after logging out', { skip: missingBrowser() }, async t => {
  const app = await build({})
  t.teardown(() => app.close())
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  const tokens = await (await fetch(`${address}/demo/tokens`)).json() as Readonly<Record<string, string>>
  const { page, complaints } = await openPage(await openBrowser(t))
  const docs = new DocsPage(page)
  await docs.open(`${address}/docs`)

  const locks = async () => [await docs.lockOf('/health'), await docs.lockOf('/demo/tokens'), await docs.lockOf('/me'), await docs.lockOf('/reports')]
  t.strictSame(await locks(), ['none', 'none', 'open', 'open'])
  t.strictSame(await docs.describedOf('/reports'), ['200', '401', '403', '503'])
  await docs.photograph(t, 'quickstart-stranger')
  const dialog = await docs.authorize()
  t.match(await dialog.innerText(), /bearerAuth\s+\(http, Bearer\)/)
  await docs.photograph(t, 'quickstart-authorize')
  await docs.close(dialog)

  await docs.pasteToken(tokens['alice'] ?? '')
  t.strictSame(await locks(), ['none', 'none', 'closed', 'closed'])
  t.match(await docs.execute('/reports'), { status: '200', body: '2026' })
  await docs.photograph(t, 'quickstart-alice')

  await docs.logOut()
  t.strictSame(await locks(), ['none', 'none', 'open', 'open'])
  t.match(await docs.execute('/reports'), { status: '401', body: 'AUTH_CREDENTIALS_MISSING' })
  await docs.photograph(t, 'quickstart-logged-out')

  await docs.pasteToken(tokens['bob'] ?? '')
  t.match(await docs.execute('/reports'), { status: '403', body: 'AUTH_ROLE_MISSING' })
  await docs.photograph(t, 'quickstart-bob')
  // Browsers note every refusal.
  t.strictSame(complaints.map(complaint => /status of (\d+)/.exec(complaint)?.[1] ?? complaint), ['401', '403'])
})
