import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'

import type { Browser, Page } from 'playwright-core'
import type { Test } from 'tap'

/** Where systems keep Chromium. */
const kPlaces = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** No sandbox, since root has none; and no way out of this machine. */
const kFlags = ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--no-first-run', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost']

const kTimeoutMs = 30_000

/** Why tests with a browser cannot run here; `false` where they can. Where changes are judged they have to run. */
export function missingBrowser (): string | false {
  if (findBrowser() !== undefined) {
    return false
  }
  if (process.env['CI']) {
    throw new Error('there is no Chromium: install it, or say in CHROMIUM_PATH where it is')
  }
  return 'there is no Chromium here'
}

/** A browser without a window, closed when the test ends. */
export async function openBrowser (t: Test): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: findBrowser() ?? '', headless: true, args: kFlags })
  t.teardown(() => browser.close())
  return browser
}

/** An empty page of a new session, and what its console complains of. */
export async function openPage (browser: Browser): Promise<{ readonly page: Page, readonly complaints: readonly string[] }> {
  const page = await browser.newPage({ viewport: { width: 1_200, height: 1_400 } })
  const complaints: string[] = []
  page.setDefaultTimeout(kTimeoutMs)
  page.on('console', function note (message) {
    if (message.type() === 'error') {
      complaints.push(`${message.text()} (${message.location().url})`)
    }
  })
  page.on('pageerror', error => complaints.push(String(error)))
  return { page, complaints }
}

function findBrowser (): string | undefined {
  return process.env['CHROMIUM_PATH'] || kPlaces.find(place => existsSync(place))
}
