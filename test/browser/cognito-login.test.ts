import { join } from 'node:path'
import t from 'tap'
import { missingBrowser, openBrowser, openPage } from './open-browser.js'
import { openCognitoLogin } from '../fixtures/open-cognito-login.js'

import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import type { Test } from 'tap'
import type { UserPoolScene } from '../fixtures/user-pool-service.js'
import type { PoolSettings } from '../fixtures/user-pool-users.js'

const skip = missingBrowser()

interface Scene {
  readonly page: Page
  readonly pool: UserPoolScene
  readonly complaints: readonly string[]
  logIn (username: string, password: string): Promise<void>
  fill (label: string, text: string): Promise<void>
  /** Fills the field of this label in, and sends the form. */
  enter (label: string, text: string, button: string): Promise<void>
  press (button: string): Promise<void>
  /** Waits until the page says this. */
  hear (text: string): Promise<void>
  /** What the app answers to the page. */
  statusOf (path: string): Promise<number>
  photograph (name: string): Promise<void>
}

async function open (t: Test, settings: Partial<PoolSettings> = {}): Promise<Scene> {
  const { app, pool } = await openCognitoLogin(t, settings)
  await app.listen({ host: 'localhost', port: 0 })
  const { page, complaints } = await openPage(await openBrowser(t))
  await page.setViewportSize({ width: 900, height: 800 })
  const press = (button: string) => page.getByRole('button', { name: button, exact: true }).click()
  const hear = (text: string) => page.getByText(text).filter({ visible: true }).waitFor()
  await page.goto(`http://localhost:${(app.server.address() as AddressInfo).port}`)
  await hear('Username')

  const fill = (label: string, text: string) => page.getByLabel(label, { exact: true }).filter({ visible: true }).fill(text)

  async function enter (label: string, text: string, button: string): Promise<void> {
    await fill(label, text)
    await press(button)
  }
  return {
    page,
    pool,
    complaints,
    press,
    hear,
    fill,
    enter,
    async logIn (username, password) {
      await fill('Username', username)
      await enter('Password', password, 'Log in')
    },
    statusOf: path => page.evaluate(async path => (await fetch(path)).status, path),
    photograph: async name => { await page.screenshot({ path: join(process.env['SCREENSHOTS'] ?? t.testdir(), `${name}.png`) }) }
  }
}

t.test('a person logs in with a password and a code, and out', { skip }, async t => {
  const { page, pool, complaints, logIn, enter, press, hear, statusOf, photograph } = await open(t)
  const { password } = pool.users.add('alice', { groups: ['readers', 'writers'], factors: ['SOFTWARE_TOKEN_MFA'] })
  await photograph('cognito-login')
  await logIn('alice', 'wrong-password')
  await hear('Username or password is wrong.')
  await photograph('cognito-wrong')
  await logIn('alice', password)
  await hear('Enter the code that your authenticator app shows.')
  await enter('Code', 'abcdef', 'Continue')
  await hear('That was not right')
  await enter('Code', ` ${pool.users.codeOf('alice')} `, 'Continue')
  await hear('You are logged in')
  t.equal(await page.locator('dl').innerText(), 'Name\nalice\nGroups\nreaders, writers')
  await press('Show what the user pool knows')
  await hear('alice@example.com')
  await photograph('cognito-account')

  const cookies = await page.context().cookies()
  t.strictSame(cookies.map(({ name }) => name).sort(), ['__Host-access_token', '__Host-refresh_token'])
  t.ok(cookies.every(({ httpOnly, secure, sameSite, path }) => httpOnly && secure && sameSite === 'Lax' && path === '/'))
  t.equal(await page.evaluate('document.cookie'), '', 'no script of the page can read them')
  t.strictSame(await page.evaluate('[localStorage.length, sessionStorage.length]'), [0, 0])
  t.equal(await statusOf('/me'), 200)

  await press('Log out')
  await hear('You are logged out.')
  t.equal(await statusOf('/me'), 401)
  t.strictSame(await page.context().cookies(), [])
  t.ok(complaints.every(complaint => /status of 40[01]/.test(complaint)), 'browsers note refusals; the policy of the page hinders nothing')
})

t.test('who must have an authenticator app sets it up before he is in', { skip }, async t => {
  const { page, pool, logIn, enter, press, hear, statusOf, photograph } = await open(t, { mfa: 'ON' })
  const { password } = pool.users.add('bob')
  await logIn('bob', password)
  await hear('Set up an authenticator app')
  await photograph('cognito-setup')
  const secret = pool.users.get('bob').pendingTotp as string
  t.equal((await page.locator('code').innerText()).replaceAll(' ', ''), secret)
  const link = new URL(await page.getByRole('link').getAttribute('href') as string)
  t.strictSame([link.protocol, link.searchParams.get('secret')], ['otpauth:', secret])
  t.equal(await statusOf('/me'), 401, 'a password alone does not do')
  await enter('Code that the app shows', '000000', 'Confirm')
  await hear('This code is wrong or too old.')
  await enter('Code that the app shows', pool.users.codeOf('bob'), 'Confirm')
  await hear('You are logged in')
  t.equal(await statusOf('/me'), 200)
  await page.context().clearCookies({ name: '__Host-access_token' })
  await press('Log out')
  await hear('You are logged out.')
  t.strictSame(pool.operations().slice(-2), ['InitiateAuth', 'GlobalSignOut'], 'everywhere, though the access token was gone')
})

t.test('a password given by an administrator is changed, a session goes on, and whoever wants it adds an authenticator app', { skip }, async t => {
  const { page, pool, logIn, fill, enter, press, hear, photograph } = await open(t, { requiredAttributes: ['given_name'] })
  const { password } = pool.users.add('carol', { state: 'FORCE_CHANGE_PASSWORD' })
  await logIn('carol', password)
  await fill('Given name', 'Carol')
  await enter('New password', 'short', 'Continue')
  await hear('This password is too weak')
  await photograph('cognito-new-password')
  await fill('Given name', 'Carol')
  await enter('New password', 'a password of her own', 'Continue')
  await hear('You are logged in')

  await page.context().clearCookies({ name: '__Host-access_token' })
  await page.reload()
  await hear('You are logged in')
  t.equal(pool.operations().at(-1), 'InitiateAuth', 'with new tokens')

  await press('Set up an authenticator app')
  await enter('Code that the app shows', pool.users.codeOf('carol'), 'Confirm')
  await hear('From now on you will be asked for a code')
  t.strictSame([...pool.users.get('carol').factors], ['SOFTWARE_TOKEN_MFA'])

  await page.context().clearCookies()
  await press('Show what the user pool knows')
  await hear('Please log in.')
  await hear('Username')
})

t.test('whoever has several factors chooses one, and what the pool asks beyond is asked in its words', { skip }, async t => {
  const { page, pool, logIn, enter, press, hear } = await open(t)
  const { password } = pool.users.add('dave', {
    factors: ['SOFTWARE_TOKEN_MFA', 'EMAIL_OTP'],
    challenge: { name: 'CUSTOM_CHALLENGE', parameters: { question: 'Which was your first pet?' }, answer: 'Rex' }
  })
  await logIn('dave', password)
  await page.getByLabel('Email').check()
  await press('Continue')
  await hear('We sent a code to d***@e***.')
  await enter('Code', pool.users.get('dave').sentCode as string, 'Continue')
  await hear('Which was your first pet?')
  await enter('Answer', 'Rex', 'Continue')
  await hear('You are logged in')
})

t.test('who has forgotten the password gets a new one by a code, and is told no more than anybody', { skip }, async t => {
  const { pool, logIn, fill, enter, press, hear, photograph } = await open(t)
  pool.users.add('erin', { state: 'RESET_REQUIRED' })
  await logIn('erin', 'whatever it was')
  await hear('Your password has to be reset')
  await fill('Username', 'mallory')
  await press('Forgot password')
  await hear('If there is such an account, a code is on its way to it.')
  await press('Start over')
  await fill('Username', 'erin')
  await press('Forgot password')
  await hear('If there is such an account, a code is on its way to it.')
  await photograph('cognito-reset')
  await fill('New password', 'a password of hers')
  await enter('Code', 'wrong', 'Change password')
  await hear('This code is wrong or too old.')
  await enter('Code', pool.users.get('erin').resetCode as string, 'Change password')
  await hear('Your password is changed.')
  await logIn('erin', 'a password of hers')
  await hear('You are logged in')
})
