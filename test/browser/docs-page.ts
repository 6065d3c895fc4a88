import { join } from 'node:path'

import type { Locator, Page } from 'playwright-core'
import type { Test } from 'tap'

const OPENINGS = 10
const PATIENCE_MS = 5_000

/** What the page shows of an answer. */
export interface Shown {
  readonly status: string
  readonly body: string
}

/** The page of `@fastify/swagger-ui`, as somebody uses it. */
export class DocsPage {
  readonly page: Page

  constructor (page: Page) {
    this.page = page
  }

  async open (address: string): Promise<void> {
    await this.page.goto(address)
    await this.page.locator('.opblock').first().waitFor()
  }

  /** The dialog with the ways to sign in. What the page still fetches from an issuer does not come into a dialog that is open: it is opened anew. */
  async authorize (): Promise<Locator> {
    const dialog = this.page.locator('.dialog-ux')
    const way = dialog.locator('.auth-container').first()
    for (let times = 0; times < OPENINGS; times++) {
      await this.page.locator('.auth-wrapper > .authorize').click()
      if (await way.waitFor({ timeout: PATIENCE_MS }).then(() => true, () => false)) {
        return dialog
      }
      await this.close(dialog)
    }
    throw new Error('the dialog has no way to sign in')
  }

  async close (dialog: Locator): Promise<void> {
    await dialog.locator('.close-modal').click()
    await dialog.waitFor({ state: 'detached' })
  }

  async pasteToken (token: string): Promise<void> {
    const dialog = await this.authorize()
    await dialog.locator('input').fill(token)
    await dialog.locator('button.authorize').click()
    await dialog.getByRole('button', { name: 'Remove authorization' }).waitFor()
    await this.close(dialog)
  }

  async logOut (): Promise<void> {
    const dialog = await this.authorize()
    await dialog.getByRole('button', { name: 'Remove authorization' }).click()
    await dialog.locator('input').first().waitFor()
    await this.close(dialog)
  }

  operation (path: string): Locator {
    return this.page.locator('.opblock', { has: this.page.locator(`[data-path="${path}"]`) })
  }

  /** What hangs on an operation: an open lock, a closed one, or none where nobody needs to sign in. */
  async lockOf (path: string): Promise<'open' | 'closed' | 'none'> {
    const lock = this.operation(path).locator('.authorization__btn')
    if (await lock.count() === 0) {
      return 'none'
    }
    return await lock.getAttribute('aria-label') === 'authorization button locked' ? 'closed' : 'open'
  }

  /** The statuses that the document describes for an operation. */
  async describedOf (path: string): Promise<readonly string[]> {
    await this.#unfold(path)
    return await this.operation(path).locator('.responses-table:not(.live-responses-table) tbody .response-col_status').allInnerTexts()
  }

  /** Tries an operation out. */
  async execute (path: string): Promise<Shown> {
    await this.#unfold(path)
    const operation = this.operation(path)
    const answer = operation.locator('.live-responses-table tbody tr.response').first()
    if (await operation.locator('.execute').count() === 0) {
      await operation.locator('.try-out__btn').click()
    }
    if (await answer.count() > 0) {
      await operation.locator('.btn-clear').click()
      await answer.waitFor({ state: 'detached' })
    }
    await operation.locator('.execute').click()
    const [status = ''] = (await answer.locator('.response-col_status').innerText()).split('\n')
    return { status, body: await answer.locator('.response-col_description .highlight-code').first().innerText() }
  }

  /** Pictures go with the test, unless SCREENSHOTS names a folder. */
  async photograph (t: Test, name: string): Promise<void> {
    await this.page.screenshot({ path: join(process.env['SCREENSHOTS'] ?? t.testdir(), `${name}.png`), fullPage: true })
  }

  async #unfold (path: string): Promise<void> {
    const operation = this.operation(path)
    if (await operation.locator('.opblock-body').count() === 0) {
      await operation.locator('.opblock-summary-control').click()
      await operation.locator('.opblock-body').waitFor()
    }
  }
}
