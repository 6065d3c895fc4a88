/** The script of the page in login-page.ts. What it shows of answers goes in as text, never as markup; it keeps no token: those are in cookies that no script can read. */
export const script = `const find = id => document.getElementById(id)
const steps = ['login', 'reset', 'challenge', 'totp', 'account'].map(find)

const words = {
  AUTH_PASSWORD_REJECTED: 'Username or password is wrong.',
  AUTH_PASSWORD_RESET_REQUIRED: 'Your password has to be reset before you can log in: choose Forgot password.',
  AUTH_PASSWORD_UNSUITABLE: 'This password is too weak, or was used before. Choose another one.',
  AUTH_USER_UNCONFIRMED: 'Your account has not been confirmed yet.',
  AUTH_LOGIN_DENIED: 'You may not log in here.',
  AUTH_CHALLENGE_REJECTED: 'That was not right, or it took too long. Try again, or start over.',
  AUTH_CODE_REJECTED: 'This code is wrong or too old. Wait for the next one.',
  AUTH_MFA_UNAVAILABLE: 'An authenticator app cannot be used here.',
  AUTH_TOO_MANY_FAILURES: 'Too many attempts.',
  AUTH_TOO_MANY_REQUESTS: 'Too many requests.',
  AUTH_TOKEN_REVOKED: 'You have been logged out. Wait a moment, then log in again.',
  AUTH_PROVIDER_UNAVAILABLE: 'This cannot be done just now. Try again later.'
}

/** What the login waits for: challenge, session, username; while an authenticator app is set up, its session. */
let waiting = null

class Problem extends Error {
  constructor (status, code, text) {
    super(text)
    this.status = status
    this.code = code
  }
}

async function ask (method, path, body) {
  const message = body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(path, { method, ...message }).catch(() => { throw new Problem(0, '', 'The server cannot be reached. Try again later.') })
  const answer = response.status === 204 ? null : await response.json().catch(() => ({}))
  if (response.ok) return answer
  const seconds = response.headers.get('retry-after')
  const hint = response.status === 429 && seconds ? ' Try again in ' + Math.ceil(seconds / 60) + ' min.' : ''
  throw new Problem(response.status, answer.code, (words[answer.code] ?? (response.status === 401 ? 'Please log in.' : 'This did not work.')) + hint)
}

/** The same as somebody who is logged in: the access token lives shorter than the login. */
async function askAsUser (method, path, body) {
  try {
    return await ask(method, path, body)
  } catch (problem) {
    if (problem.status !== 401) throw problem
  }
  try {
    await ask('POST', '/auth/refresh', {})
    return await ask(method, path, body)
  } catch (problem) {
    if (problem.status === 401) show(find('login'))
    throw problem
  }
}

function show (step) {
  for (const other of steps) other.hidden = other !== step
  for (const input of document.querySelectorAll('input')) if (input.type !== 'radio' && input.id !== 'username') input.value = ''
  const first = step.querySelector('input:not([hidden])') ?? step.querySelector('h2')
  first.focus()
}

function say (notice, problem) {
  find('notice').textContent = notice
  find('problem').textContent = problem
}

/** One thing at a time; whatever goes wrong is said in words. */
async function run (act) {
  const [buttons, focused] = [document.querySelectorAll('button'), document.activeElement]
  for (const button of buttons) button.disabled = true
  say('', '')
  let problem = null
  await act().catch(error => { problem = error })
  for (const button of buttons) button.disabled = false
  if (problem === null) return
  say('', problem instanceof Problem ? problem.message : 'This did not work.')
  const step = steps.find(step => !step.hidden)
  const field = step?.querySelector(step.id === 'login' ? '#password' : 'input:not([hidden], [type=radio])')
  field ? field.select() : focused.focus()
}

async function goOn (result) {
  if (result.kind === 'tokens') return await showAccount()
  waiting = { challenge: result.challenge, session: result.session, username: result.username }
  result.challenge === 'MFA_SETUP' ? await startSetup({ session: result.session }) : showChallenge(result)
}

/** How to ask for what a challenge wants. One that nobody knows here is asked for in its own words. */
function describe ({ challenge, parameters }) {
  const sentTo = 'We sent a code to ' + (parameters.CODE_DELIVERY_DESTINATION ?? 'you') + '.'
  const code = { label: 'Code', attributes: { type: 'text', autocomplete: 'one-time-code', inputmode: 'numeric' } }
  switch (challenge) {
    case 'SOFTWARE_TOKEN_MFA': return { ...code, text: 'Enter the code that your authenticator app shows.' }
    case 'SMS_MFA': case 'SMS_OTP': case 'EMAIL_OTP': return { ...code, text: sentTo }
    case 'NEW_PASSWORD_REQUIRED': return { text: 'Choose a password of your own.', label: 'New password', attributes: { type: 'password', autocomplete: 'new-password' } }
    case 'SELECT_MFA_TYPE': return { text: 'How do you want to confirm that it is you?', choices: JSON.parse(parameters.MFAS_CAN_CHOOSE) }
    default: return { text: Object.values(parameters).join(' '), label: 'Answer', attributes: { type: 'text', autocomplete: 'off' } }
  }
}

const choiceNames = { SOFTWARE_TOKEN_MFA: 'Authenticator app', SMS_MFA: 'Text message', EMAIL_OTP: 'Email' }

function showChallenge (result) {
  const { text, label, attributes = {}, choices = [] } = describe(result)
  find('challenge-text').textContent = text
  find('answer-label').textContent = label ?? ''
  for (const part of ['answer', 'answer-label']) find(part).hidden = label === undefined
  find('answer').required = label !== undefined
  find('answer').removeAttribute('inputmode')
  for (const [name, value] of Object.entries(attributes)) find('answer').setAttribute(name, value)
  find('choices').replaceChildren(...choices.map(toChoice))
  const missing = result.challenge === 'NEW_PASSWORD_REQUIRED' ? JSON.parse(result.parameters.requiredAttributes ?? '[]') : []
  find('attributes').replaceChildren(...missing.map(toAttribute))
  show(find('challenge'))
}

function toChoice (name, index) {
  const [label, input] = [document.createElement('label'), document.createElement('input')]
  Object.assign(input, { type: 'radio', name: 'choice', value: name, required: true, checked: index === 0 })
  label.append(input, choiceNames[name] ?? name)
  return label
}

function toAttribute (name) {
  const [label, input] = [document.createElement('label'), document.createElement('input')]
  Object.assign(input, { name, required: true })
  const words = name.replace('userAttributes.', '').replaceAll('_', ' ')
  label.append(words.charAt(0).toUpperCase() + words.slice(1), input)
  return label
}

async function startSetup (holder) {
  const { secret, uri, session } = await (holder.session ? ask : askAsUser)('POST', '/auth/totp/setup', holder)
  waiting = { ...waiting, setupSession: session }
  find('totp-secret').textContent = secret.match(/.{1,4}/g).join(' ')
  if (uri.startsWith('otpauth://')) find('totp-link').href = uri
  show(find('totp'))
}

async function showAccount (notice = '') {
  const user = await askAsUser('GET', '/me')
  waiting = null
  showFacts({ Name: user.name, Groups: user.groups.join(', ') || 'none' })
  show(find('account'))
  say(notice, '')
}

function showFacts (facts) {
  find('account-facts').replaceChildren(...Object.entries(facts).flatMap(([name, value]) => {
    const [term, description] = [document.createElement('dt'), document.createElement('dd')]
    term.textContent = name
    description.textContent = value
    return [term, description]
  }))
}

const actions = {
  async restart () {
    const isLoggedIn = waiting !== null && waiting.challenge === undefined
    waiting = null
    isLoggedIn ? await showAccount() : show(find('login'))
  },
  async forgot () {
    const username = find('username').value
    if (!find('username').reportValidity()) return
    const { destination } = await ask('POST', '/auth/password/forgot', { username })
    find('reset-text').textContent = destination === null ? 'If there is such an account, a code is on its way to it.' : 'We sent a code to ' + destination + '.'
    show(find('reset'))
  },
  async setUp () {
    waiting = {}
    await startSetup({})
  },
  async details () {
    const { username, email, emailVerified, groups } = await askAsUser('GET', '/auth/me')
    showFacts({ Name: username, Email: email === null ? 'none' : email + (emailVerified ? '' : ' (not verified)'), Groups: groups.join(', ') || 'none' })
  },
  async logOut () {
    // Without an access token that is good, only this browser would forget the login.
    await askAsUser('GET', '/me').catch(() => {})
    let status = 204
    await ask('POST', '/auth/logout').catch(problem => {
      if (problem.status === 0 || problem.status === 403) throw problem
      status = problem.status
    })
    show(find('login'))
    status === 204 || status === 401 ? say('You are logged out.', '') : say('', 'You are logged out here. Logins elsewhere may go on.')
  }
}

const submits = {
  async login () {
    await goOn(await ask('POST', '/auth/login', { username: find('username').value, password: find('password').value }))
  },
  async reset () {
    await ask('POST', '/auth/password/reset', { username: find('username').value, code: find('reset-code').value.trim(), password: find('reset-password').value })
    show(find('login'))
    say('Your password is changed. Log in with it.', '')
  },
  async challenge () {
    const answer = find('answer').hidden ? document.querySelector('input[name=choice]:checked').value : find('answer').value
    const answers = Object.fromEntries([...find('attributes').querySelectorAll('input')].map(({ name, value }) => [name, value]))
    await goOn(await ask('POST', '/auth/challenge', { ...waiting, answer: find('answer').autocomplete === 'one-time-code' ? answer.trim() : answer, ...Object.keys(answers).length > 0 && { answers } }))
  },
  async totp () {
    const code = find('totp-code').value
    const { setupSession, ...login } = waiting
    if (login.challenge === undefined) {
      await askAsUser('POST', '/auth/totp/verify', { code })
      return await showAccount('From now on you will be asked for a code when you log in.')
    }
    const { session } = await ask('POST', '/auth/totp/verify', { session: setupSession, code })
    await goOn(await ask('POST', '/auth/challenge', { ...login, session }))
  }
}

for (const form of document.forms) {
  form.addEventListener('submit', event => {
    event.preventDefault()
    run(submits[form.id])
  })
}
for (const button of document.querySelectorAll('button[data-action]')) {
  button.addEventListener('click', () => run(actions[button.dataset.action]))
}

// Whoever is logged in already goes on where he was.
run(() => showAccount().catch(problem => {
  show(find('login'))
  if (problem.status !== 401) throw problem
}))
`
