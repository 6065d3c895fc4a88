// Runs the quickstart as a newcomer would, asks it over HTTP, and ends it.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
// A process group of its own, so that what npm starts ends with it.
const quickstart = spawn('npm', ['start'], { cwd: root, detached: true, env: { ...process.env, HOST: '127.0.0.1', PORT: '0', DATABASE_PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] })
const ended = once(quickstart, 'exit')

try {
  const { address, databasePort } = await readGreeting(quickstart.stdout)
  await ask(address)
  await grant(address, databasePort)
  console.log('the quickstart starts and answers')
} finally {
  if (quickstart.exitCode === null && quickstart.signalCode === null) process.kill(-quickstart.pid, 'SIGTERM')
  await ended
}

async function readGreeting (output) {
  let address
  for await (const line of createInterface({ input: output })) {
    console.log(line)
    address ??= /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(line)?.[0]
    const [, databasePort] = /DATABASE_PORT=([1-9]\d*) npm run demo:grant bob analyst/.exec(line) ?? []
    if (databasePort) return { address, databasePort }
  }
  throw new Error('the quickstart ended without saying how to go on')
}

// Gives bob what he lacks, as the quickstart says: it counts for a token that he has had before.
async function grant (address, databasePort) {
  const { bob } = await (await fetch(`${address}/demo/tokens`)).json()
  const read = async () => (await fetch(`${address}/reports`, { headers: { authorization: `Bearer ${bob}` } })).status
  assert.equal(await read(), 403)
  const granting = spawn('npm', ['run', 'demo:grant', 'bob', 'analyst'], { cwd: root, env: { ...process.env, DATABASE_PORT: databasePort }, stdio: ['ignore', 'inherit', 'inherit'] })
  const [exitCode] = await once(granting, 'exit')
  assert.equal(exitCode, 0)
  assert.equal(await read(), 200)
}

async function ask (address) {
  const tokens = await (await fetch(`${address}/demo/tokens`)).json()
  const expected = [
    ['/health', undefined, 200], ['/docs', undefined, 200], ['/docs/json', undefined, 200], ['/me', undefined, 401], ['/me', tokens.alice, 200], ['/me', tokens.expired, 401],
    ['/reports', tokens.alice, 200], ['/reports', tokens.bob, 403], ['/admin', tokens.root, 200], ['/machine', tokens.service, 200]
  ]
  for (const [path, token, status] of expected) {
    const response = await fetch(address + path, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } })
    assert.equal(response.status, status, path)
  }
}
