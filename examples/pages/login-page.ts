/**
 * A page that logs people in: three texts, so that a strict Content-Security-Policy lets it work and nothing has to be built or copied.
 * Its script is in login-script.ts.
 */

/** Nothing but its own script, style and requests. The forms are never sent by the browser itself: without the script nothing happens, and no password gets into an address. */
export const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

export const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Your account</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/login.css">
<script type="module" src="/login.js"></script>
</head>
<body>
<main>
<h1>Your account</h1>
<noscript><p>This page needs JavaScript.</p></noscript>
<p id="notice" role="status"></p>
<p id="problem" role="alert"></p>

<form id="login" method="post" aria-labelledby="login-title" hidden>
<h2 id="login-title">Log in</h2>
<label for="username">Username</label>
<input id="username" name="username" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="128" required>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="256" required>
<div class="actions"><button>Log in</button> <button type="button" class="quiet" data-action="forgot">Forgot password</button></div>
</form>

<form id="reset" method="post" aria-labelledby="reset-title" hidden>
<h2 id="reset-title">Choose a new password</h2>
<p id="reset-text"></p>
<label for="reset-code">Code</label>
<input id="reset-code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="64" required>
<label for="reset-password">New password</label>
<input id="reset-password" name="password" type="password" autocomplete="new-password" maxlength="256" required>
<div class="actions"><button>Change password</button> <button type="button" class="quiet" data-action="restart">Start over</button></div>
</form>

<form id="challenge" method="post" aria-labelledby="challenge-title" hidden>
<h2 id="challenge-title">One more step</h2>
<p id="challenge-text"></p>
<label id="answer-label" for="answer"></label>
<input id="answer" maxlength="256" required>
<div id="choices"></div>
<div id="attributes"></div>
<div class="actions"><button>Continue</button> <button type="button" class="quiet" data-action="restart">Start over</button></div>
</form>

<form id="totp" method="post" aria-labelledby="totp-title" hidden>
<h2 id="totp-title">Set up an authenticator app</h2>
<p>Type this key into your authenticator app, or <a id="totp-link">open the app on this device</a>.</p>
<p><code id="totp-secret"></code></p>
<label for="totp-code">Code that the app shows</label>
<input id="totp-code" name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9]{6}" title="six digits" maxlength="6" required>
<div class="actions"><button>Confirm</button> <button type="button" class="quiet" data-action="restart">Cancel</button></div>
</form>

<section id="account" aria-labelledby="account-title" hidden>
<h2 id="account-title" tabindex="-1">You are logged in</h2>
<dl id="account-facts"></dl>
<div class="actions">
<button type="button" class="quiet" data-action="details">Show what the user pool knows</button>
<button type="button" class="quiet" data-action="setUp">Set up an authenticator app</button>
<button type="button" data-action="logOut">Log out</button>
</div>
</section>
</main>
</body>
</html>
`

export const style = `:root { color-scheme: light dark; font: 100%/1.5 system-ui, sans-serif; --ink: #1a1d21; --ground: #f4f5f7; --card: #ffffff; --line: #6b7280; --blue: #1d4ed8; --on-blue: #ffffff; --red: #b00020; --green: #14632f }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --ground: #16181b; --card: #202327; --line: #8b929c; --blue: #8ab4ff; --on-blue: #10131a; --red: #ff9aa5; --green: #86dba4 } }
* { box-sizing: border-box }
body { margin: 0; padding: 1rem; color: var(--ink); background: var(--ground) }
main { max-width: 26rem; margin: 4vh auto; padding: 1.5rem 2rem 2rem; background: var(--card); border-radius: 0.75rem; box-shadow: 0 1px 4px #0003 }
h1 { margin: 0 0 0.5rem; font-size: 1.5rem }
h2 { margin: 1rem 0 0.5rem; font-size: 1.125rem }
h2:focus { outline: none }
p { margin: 0.5rem 0 }
[hidden], p:empty, div:empty { display: none !important }
label { display: block; margin-top: 0.75rem; font-weight: 600 }
input { width: 100%; margin-top: 0.25rem; padding: 0.5rem 0.625rem; font: inherit; font-weight: 400; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: 0.375rem }
input[type=radio] { width: auto; margin: 0 0.5rem 0 0 }
#choices label { font-weight: 400 }
.actions { display: flex; flex-wrap: wrap; gap: 0.75rem; margin-top: 1.25rem }
button { padding: 0.5rem 1.125rem; font: inherit; font-weight: 600; color: var(--on-blue); background: var(--blue); border: 1px solid var(--blue); border-radius: 0.375rem; cursor: pointer }
button.quiet { color: var(--blue); background: transparent }
button:disabled { opacity: 0.6; cursor: default }
:focus-visible { outline: 3px solid var(--blue); outline-offset: 2px }
code { font: 1rem/1.6 ui-monospace, monospace; letter-spacing: 0.05em; overflow-wrap: anywhere }
a { color: var(--blue) }
#problem { padding: 0.5rem 0.75rem; color: var(--red); border-left: 4px solid var(--red) }
#notice { padding: 0.5rem 0.75rem; color: var(--green); border-left: 4px solid var(--green) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.375rem 1rem; margin: 0.75rem 0 }
dt { font-weight: 600 }
dd { margin: 0; overflow-wrap: anywhere }
`
